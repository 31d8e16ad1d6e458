//! `parlour backup` and `parlour restore` with the real program: saved data comes back, existing
//! files are not overwritten, and no old log is applied to the restored file.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
};

use diesel::{QueryableByName, sql_types::Text};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;

use crate::{
    stage::{
        Program,
        database::{change, rows},
        number, until, within,
    },
    storage_trouble::terminate,
    support::{PASSWORD, Person, beside, database, done, obey, refused, text},
};

const USERS: &str = "SELECT count(*) AS number FROM users";

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn epoch(database: &Path) -> String {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        epoch: String,
    }
    let mut found: Vec<Row> = rows(database, "SELECT epoch FROM history");
    found.remove(0).epoch
}

fn is_sound(database: &Path) -> bool {
    let findings = "SELECT (SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok') \
        + (SELECT count(*) FROM pragma_foreign_key_check) AS number";
    number(database, findings) == 0
}

async fn started_with_ana() -> Program {
    let program = Program::start(&["--bcrypt-cost", "4"]).await;
    Person::new(program.address).sign_up("ana").await;
    program
}

/// Saves the data of `program` in a new file of this name.
async fn back_up(program: &Program, name: &str) -> PathBuf {
    let file = beside(program, name);
    let said = done(&["--data", text(&program.data()), "backup", text(&file)]).await;
    assert!(said.contains(text(&file)), "{said}");
    file
}

#[tokio::test]
async fn a_backup_of_a_running_server_is_restored_over_its_crash_and_the_leftover_log() {
    let mut program = started_with_ana().await;
    let file = back_up(&program, "backup.tar").await;
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        names(file.parent().unwrap()),
        ["backup.tar", "log", "parlour-data"]
    );
    Person::new(program.address).sign_up("bo").await;
    let before = epoch(&database(&program));
    program.kill().await;
    let log = program.data().join("parlour.sqlite3-wal");
    assert!(
        fs::metadata(&log).unwrap().len() > 0,
        "the crash left a log"
    );

    let said = done(&["--data", text(&program.data()), "restore", text(&file)]).await;

    program.start_again().await;
    let restored = database(&program);
    assert_eq!(number(&restored, USERS), 1);
    assert!(is_sound(&restored));
    assert_ne!(epoch(&restored), before, "another history");
    let mut ana = Person::new(program.address);
    assert_eq!(ana.log_in("ana", PASSWORD).await.status, 303);
    let aside = names(&program.data());
    let aside = aside
        .iter()
        .find(|name| name.starts_with("before-restore-"))
        .unwrap();
    assert!(said.contains(aside), "{said}");
    let aside = program.data().join(aside);
    assert_eq!(
        number(&aside.join("parlour.sqlite3"), USERS),
        2,
        "nothing was deleted"
    );
    assert!(aside.join("secret.key").exists());
}

#[tokio::test]
async fn a_backup_is_restored_into_a_new_folder_with_its_key() {
    let program = started_with_ana().await;
    let file = back_up(&program, "backup.tar").await;
    let other = beside(&program, "other");

    done(&["--data", text(&other), "restore", text(&file)]).await;

    assert_eq!(number(&other.join("parlour.sqlite3"), USERS), 1);
    let key = fs::read(other.join("secret.key")).unwrap();
    assert_eq!(key, fs::read(program.data().join("secret.key")).unwrap());
    let left: Vec<_> = names(&other)
        .into_iter()
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_copy_of_the_database_alone_is_restored_and_the_key_stays() {
    let mut program = started_with_ana().await;
    let copy = beside(&program, "copy.sqlite3");
    change(
        &database(&program),
        &format!("VACUUM INTO '{}'", text(&copy)),
    );
    Person::new(program.address).sign_up("bo").await;
    let key = fs::read(program.data().join("secret.key")).unwrap();
    program.kill().await;

    done(&["--data", text(&program.data()), "restore", text(&copy)]).await;

    program.start_again().await;
    assert_eq!(number(&database(&program), USERS), 1);
    assert!(is_sound(&database(&program)));
    assert_eq!(fs::read(program.data().join("secret.key")).unwrap(), key);
}

#[tokio::test]
async fn a_copy_put_over_a_crashed_database_by_hand_is_refused_and_nothing_is_touched() {
    let mut program = started_with_ana().await;
    let copy = beside(&program, "copy.sqlite3");
    change(
        &database(&program),
        &format!("VACUUM INTO '{}'", text(&copy)),
    );
    for name in ["bo", "cy", "di", "ed"] {
        Person::new(program.address).sign_up(name).await;
    }
    program.kill().await;
    fs::copy(&copy, database(&program)).unwrap();
    let log = program.data().join("parlour.sqlite3-wal");
    let before = (
        fs::read(database(&program)).unwrap(),
        fs::read(&log).unwrap(),
    );

    let said = refused(&["--bind", "127.0.0.1:0", "--data", text(&program.data())]).await;

    assert!(
        said.contains("parlour.sqlite3-wal") && said.contains("restore FILE`"),
        "{said}"
    );
    let after = (
        fs::read(database(&program)).unwrap(),
        fs::read(&log).unwrap(),
    );
    assert!(before == after, "nothing was touched");
    done(&["--data", text(&program.data()), "restore", text(&copy)]).await;
    program.start_again().await;
    assert!(is_sound(&database(&program)));
    assert_eq!(number(&database(&program), USERS), 1);
}

#[tokio::test]
async fn the_database_of_a_backup_put_over_a_crashed_one_by_hand_is_refused() {
    let mut program = started_with_ana().await;
    let file = back_up(&program, "backup.tar").await;
    Person::new(program.address).sign_up("bo").await;
    program.kill().await;
    let other = beside(&program, "other");
    fs::create_dir(&other).unwrap();
    tar::Archive::new(fs::File::open(&file).unwrap())
        .unpack(&other)
        .unwrap();
    fs::copy(other.join("parlour.sqlite3"), database(&program)).unwrap();

    let said = refused(&["--bind", "127.0.0.1:0", "--data", text(&program.data())]).await;

    assert!(said.contains("another database file"), "{said}");
}

#[tokio::test]
async fn a_database_put_back_by_hand_without_a_log_begins_another_history() {
    let mut program = started_with_ana().await;
    let file = back_up(&program, "backup.tar").await;
    let before = epoch(&database(&program));
    program.kill().await;
    let other = beside(&program, "other");
    tar::Archive::new(fs::File::open(&file).unwrap())
        .unpack(&other)
        .unwrap();
    fs::copy(other.join("parlour.sqlite3"), database(&program)).unwrap();
    fs::remove_file(program.data().join("parlour.sqlite3-wal")).unwrap();
    fs::remove_file(program.data().join("parlour.sqlite3-shm")).unwrap();

    program.start_again().await;

    assert_ne!(epoch(&database(&program)), before);
    assert!(
        program.said().contains("started a new epoch"),
        "{}",
        program.said()
    );
    let renewed = epoch(&database(&program));
    program.kill().await;
    program.start_again().await;
    assert_eq!(
        epoch(&database(&program)),
        renewed,
        "a crash alone begins none"
    );
}

#[tokio::test]
async fn a_backup_overwrites_nothing_and_a_failed_one_leaves_nothing() {
    let program = started_with_ana().await;
    let data = program.data();
    let file = beside(&program, "backup.tar");
    fs::write(&file, "mine").unwrap();
    let said = refused(&["--data", text(&data), "backup", text(&file)]).await;
    assert!(said.contains("already exists"), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");

    fs::remove_file(&file).unwrap();
    fs::set_permissions(data.join("secret.key"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(data.join("secret.key"), data.join("key")).unwrap();
    let said = refused(&["--data", text(&data), "backup", text(&file)]).await;
    assert!(said.contains("secret.key"), "{said}");
    assert_eq!(names(file.parent().unwrap()), ["log", "parlour-data"]);
}

#[tokio::test]
async fn a_backup_that_is_ended_by_a_signal_is_whole_or_not_there() {
    let program = started_with_ana().await;
    change(
        &database(&program),
        "CREATE TABLE filler AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 4000) \
         SELECT randomblob(4000) AS bytes FROM n",
    );
    let file = beside(&program, "backup.tar");
    let folder = file.parent().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_parlour"))
        .args(["--data", text(&program.data()), "backup", text(&file)])
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    until("the backup to begin", async || {
        (names(folder).len() > 2).then_some(())
    })
    .await;
    let pid = Pid::from_raw(child.id().unwrap().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();

    let ended = within("it to end", child.wait()).await.unwrap();

    if ended.success() {
        done(&[
            "--data",
            text(&beside(&program, "other")),
            "restore",
            text(&file),
        ])
        .await;
    } else {
        assert_eq!(names(folder), ["log", "parlour-data"]);
    }
}

#[tokio::test]
async fn a_restore_refuses_a_running_server_and_a_broken_backup_before_it_touches_anything() {
    let mut program = started_with_ana().await;
    let data = program.data();
    let file = back_up(&program, "backup.tar").await;
    let said = refused(&["--data", text(&data), "restore", text(&file)]).await;
    assert!(said.contains("in use"), "{said}");
    program.kill().await;
    let before = fs::read(database(&program)).unwrap();
    let whole = fs::read(&file).unwrap();

    let broken = beside(&program, "broken.tar");
    let mut changed = whole.clone();
    let place = changed.len() / 2;
    changed[place] ^= 1;
    fs::write(&broken, &changed).unwrap();
    let cut = beside(&program, "cut.tar");
    fs::write(&cut, &whole[..place]).unwrap();
    let foreign = beside(&program, "foreign.sqlite3");
    change(&foreign, "CREATE TABLE something (id INTEGER PRIMARY KEY)");
    let newer = beside(&program, "newer.sqlite3");
    change(
        &database(&program),
        &format!("VACUUM INTO '{}'", text(&newer)),
    );
    change(
        &newer,
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')",
    );
    let before = (before, fs::read(program.data().join("secret.key")).unwrap());

    for file in [&broken, &cut, &foreign, &newer] {
        let said = refused(&["--data", text(&data), "restore", text(file)]).await;
        assert!(said.contains(text(file)), "{said}");
    }

    let after = fs::read(program.data().join("secret.key")).unwrap();
    assert_eq!(after, before.1);
    assert!(
        !names(&data)
            .iter()
            .any(|name| name.starts_with("before-restore"))
    );
    program.start_again().await;
    assert_eq!(number(&database(&program), USERS), 1);
}

#[tokio::test]
async fn a_restore_that_was_cut_off_stops_the_start_and_can_be_repeated() {
    let mut program = started_with_ana().await;
    let data = program.data();
    let file = back_up(&program, "backup.tar").await;
    program.kill().await;
    // As a crash leaves it after the old files were moved aside.
    fs::write(data.join("parlour.sqlite3.restoring"), "").unwrap();
    for name in [
        "parlour.sqlite3",
        "parlour.sqlite3-wal",
        "parlour.sqlite3-shm",
        "secret.key",
    ] {
        fs::remove_file(data.join(name)).unwrap();
    }

    let said = refused(&["--bind", "127.0.0.1:0", "--data", text(&data)]).await;
    assert!(said.contains("did not finish"), "{said}");
    assert!(!database(&program).exists(), "no new server in its place");

    done(&["--data", text(&data), "restore", text(&file)]).await;
    program.start_again().await;
    assert_eq!(number(&database(&program), USERS), 1);
}

#[tokio::test]
async fn a_restore_that_is_cut_off_between_the_files_keeps_the_old_ones_together() {
    let mut program = started_with_ana().await;
    let data = program.data();
    let file = back_up(&program, "backup.tar").await;
    Person::new(program.address).sign_up("bo").await;
    program.kill().await;
    let crashed: Vec<_> = [
        "parlour.sqlite3-wal",
        "parlour.sqlite3-shm",
        "parlour.sqlite3",
        "secret.key",
    ]
    .map(|name| (name, fs::read(data.join(name)).unwrap()))
    .into();
    let first = "before-restore-2026-01-01T00-00-00.000Z";
    // Killed after each of the steps: a prefix of the files is moved.
    for moved in 0..=crashed.len() {
        clear(&data);
        fs::create_dir(data.join(first)).unwrap();
        fs::write(data.join("parlour.sqlite3.restoring"), first).unwrap();
        for (i, (name, content)) in crashed.iter().enumerate() {
            let folder = if i < moved {
                data.join(first)
            } else {
                data.clone()
            };
            fs::write(folder.join(name), content).unwrap();
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }

        let said = done(&["--data", text(&data), "restore", text(&file)]).await;

        let folders: Vec<_> = names(&data)
            .into_iter()
            .filter(|name| name.starts_with("before-restore"))
            .collect();
        assert_eq!(folders, [first], "after {moved}");
        assert!(said.contains(first), "{said}");
        for (name, content) in &crashed {
            let aside = fs::read(data.join(first).join(name)).unwrap();
            assert!(aside == *content, "{name} after {moved}");
        }
        assert_eq!(number(&data.join(first).join("parlour.sqlite3"), USERS), 2);
    }

    // Killed at the end: a file in place has the name of an old one.
    fs::write(data.join("parlour.sqlite3.restoring"), first).unwrap();
    let said = done(&["--data", text(&data), "restore", text(&file)]).await;
    let folders: Vec<_> = names(&data)
        .into_iter()
        .filter(|name| name.starts_with("before-restore"))
        .collect();
    assert_eq!(folders.len(), 2, "{folders:?}");
    assert!(folders.iter().all(|name| said.contains(name)), "{said}");
    program.start_again().await;
    assert_eq!(number(&database(&program), USERS), 1);
}

/// Removes everything from the folder.
fn clear(folder: &Path) {
    for name in names(folder) {
        let path = folder.join(name);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }
}

#[tokio::test]
async fn the_files_of_a_server_may_be_named_before_or_after_the_command() {
    let mut program = started_with_ana().await;
    let data = program.data();
    let (before, after) = (beside(&program, "before"), beside(&program, "after"));
    done(&["--data", text(&data), "backup", text(&before)]).await;
    done(&["backup", text(&after), "--data", text(&data)]).await;
    program.kill().await;
    let other = beside(&program, "other");
    let (database, key) = (beside(&program, "d.sqlite3"), beside(&program, "key"));
    fs::copy(data.join("secret.key"), &key).unwrap();
    done(&[
        "restore",
        "--data",
        text(&other),
        text(&after),
        "--database-url",
        text(&database),
        "--secret-key-file",
        text(&key),
    ])
    .await;
    assert_eq!(number(&database, USERS), 1);
    assert!(!other.join("parlour.sqlite3").exists());
    for command in ["backup", "restore", "createsuperuser"] {
        let help = done(&[command, "--help"]).await;
        for flag in ["--config", "--data", "--database-url", "--secret-key-file"] {
            assert!(help.contains(flag), "{command}: {help}");
        }
    }
}

#[tokio::test]
async fn a_log_that_is_not_that_of_the_file_to_restore_is_never_used() {
    let mut program = started_with_ana().await;
    assert_eq!(terminate(&mut program).await, Some(0));
    let copy = beside(&program, "copy.sqlite3");
    fs::copy(database(&program), &copy).unwrap();
    program.start_again().await;
    Person::new(program.address).sign_up("bo").await;
    assert_eq!(terminate(&mut program).await, Some(0));
    program.start_again().await;
    Person::new(program.address).sign_up("cy").await;
    program.kill().await;
    let data = program.data();

    // The own log is used, also of a file in another folder.
    let other = beside(&program, "other");
    let said = done(&["--data", text(&other), "restore", text(&database(&program))]).await;
    assert!(!said.contains("not used"), "{said}");
    assert_eq!(number(&other.join("parlour.sqlite3"), USERS), 3);

    // A copy in place, beside the log of a later run, as an operator puts it there by hand.
    fs::copy(&copy, database(&program)).unwrap();
    let said = refused(&["--bind", "127.0.0.1:0", "--data", text(&data)]).await;
    assert!(said.contains("another database file"), "{said}");
    let said = obey(&said, text(&database(&program))).await;
    assert!(said.contains("parlour.sqlite3-wal was not used"), "{said}");
    assert_eq!(number(&database(&program), USERS), 1);
    assert!(is_sound(&database(&program)));

    // A copy in another folder beside a log that nothing is known about.
    let log = beside(&program, "copy.sqlite3-wal");
    let aside = names(&data);
    let aside = aside.iter().find(|name| name.starts_with("before-restore"));
    let leftover = data.join(aside.unwrap()).join("parlour.sqlite3-wal");
    fs::copy(leftover, &log).unwrap();
    let said = done(&["--data", text(&data), "restore", text(&copy)]).await;
    assert!(said.contains("copy.sqlite3-wal was not used"), "{said}");
    assert_eq!(number(&database(&program), USERS), 1);
    assert!(log.exists(), "it is left where it was");
    program.start_again().await;
}

#[tokio::test]
async fn a_restore_by_root_leaves_the_files_to_the_owner_of_the_data() {
    use std::os::unix::fs::{MetadataExt, chown};

    if !rustix::process::geteuid().is_root() {
        return;
    }
    const OWNER: u32 = 12_345;
    let mut program = started_with_ana().await;
    let file = back_up(&program, "backup.tar").await;
    program.kill().await;
    let (data, fresh) = (program.data(), beside(&program, "fresh"));
    fs::create_dir(&fresh).unwrap();
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o700)).unwrap();
    let everything = |folder: &Path| -> Vec<PathBuf> {
        let inside = names(folder).into_iter().map(|name| folder.join(name));
        inside.chain([folder.to_owned()]).collect()
    };
    for path in everything(&data).into_iter().chain([fresh.clone()]) {
        chown(path, Some(OWNER), Some(OWNER)).unwrap();
    }
    for folder in [&data, &fresh] {
        done(&["--data", text(folder), "restore", text(&file)]).await;
        for path in everything(folder) {
            let found = path.metadata().unwrap();
            assert_eq!((found.uid(), found.gid()), (OWNER, OWNER), "{path:?}");
        }
    }
    // A refused restore makes no difference.
    fs::remove_file(fresh.join("parlour.lock")).unwrap();
    fs::remove_file(fresh.join("parlour.sqlite3.lock")).unwrap();
    refused(&["--data", text(&fresh), "restore", "nothing"]).await;
    for path in everything(&fresh) {
        assert_eq!(path.metadata().unwrap().uid(), OWNER, "{path:?}");
    }
}
