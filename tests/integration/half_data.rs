//! If part of the data is missing, the program refuses to start with a message that names the file
//! and the remedy. It creates and overwrites nothing.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{
        ffi::OsStrExt,
        fs::{PermissionsExt, symlink},
    },
    path::Path,
};

use crate::{
    stage::{Program, database::change, number},
    storage_trouble::terminate,
    support::{PASSWORD, Person, beside, database, done, obey, refused, run, text},
};

const USERS: &str = "SELECT count(*) AS number FROM users";

async fn stopped_with_ana() -> Program {
    let mut program = Program::start(&["--bcrypt-cost", "4"]).await;
    Person::new(program.address).sign_up("ana").await;
    program.kill().await;
    program
}

/// Returns the message of a refused start.
async fn refused_start(data: &Path) -> String {
    refused(&["--bind", "127.0.0.1:0", "--data", text(data)]).await
}

#[tokio::test]
async fn a_missing_or_empty_database_beside_a_key_or_a_log_stops_the_start() {
    let program = stopped_with_ana().await;
    let (data, database) = (program.data(), database(&program));
    fs::rename(&database, beside(&program, "aside")).unwrap();
    let said = refused_start(&data).await;
    assert!(
        said.contains("parlour.sqlite3-wal") && said.contains("restore FILE`"),
        "{said}"
    );
    assert!(!database.exists(), "nothing was made");

    fs::remove_file(data.join("parlour.sqlite3-wal")).unwrap();
    let said = refused_start(&data).await;
    assert!(
        said.contains("missing") && said.contains("secret.key"),
        "{said}"
    );
    assert!(!database.exists(), "nothing was made");

    fs::write(&database, "").unwrap();
    let said = refused_start(&data).await;
    assert!(
        said.contains("empty") && said.contains("secret.key"),
        "{said}"
    );
    assert_eq!(fs::metadata(&database).unwrap().len(), 0);
}

#[tokio::test]
async fn a_missing_key_beside_accounts_stops_the_start_and_says_how_to_make_one() {
    let mut program = stopped_with_ana().await;
    let key = program.data().join("secret.key");
    fs::remove_file(&key).unwrap();

    let said = refused_start(&program.data()).await;

    assert!(said.contains("secret.key"), "{said}");
    assert!(!key.exists(), "nothing was made");
    let command = said.split("logs everybody out: ").nth(1).unwrap();
    let made = std::process::Command::new("sh")
        .args(["-c", command.trim()])
        .status();
    assert!(made.unwrap().success(), "{command}");
    program.start_again().await;
    let mut ana = Person::new(program.address);
    assert_eq!(ana.log_in("ana", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn a_first_start_that_was_cut_off_before_its_key_goes_on() {
    let mut program = Program::start(&[]).await;
    program.kill().await;
    fs::remove_file(program.data().join("secret.key")).unwrap();
    program.start_again().await;
    assert!(program.data().join("secret.key").exists());
}

#[tokio::test]
async fn an_owner_can_be_made_before_the_first_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let arguments = [
        "--data",
        text(&data),
        "--bcrypt-cost",
        "4",
        "createsuperuser",
        "--username",
        "root",
    ];
    let made = run(&arguments, &format!("{PASSWORD}\n")).await;
    assert!(made.status.success(), "{made:?}");
    assert!(data.join("secret.key").exists());
    assert_eq!(number(&data.join("parlour.sqlite3"), USERS), 1);
    let other = folder.path().join("backup.tar");
    done(&["--data", text(&data), "backup", text(&other)]).await;
}

#[tokio::test]
async fn the_key_may_lie_elsewhere_and_is_then_no_part_of_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    let (data, file) = (folder.path().join("data"), folder.path().join("backup.tar"));
    let arguments = [
        "--bind",
        "127.0.0.1:0",
        "--data",
        text(&data),
        "--secret-key-file",
        text(&key),
    ];
    let said = refused(&arguments).await;
    assert!(said.contains(text(&key)), "{said}");
    assert!(!key.exists());
    let mut old = Program::start(&["--bcrypt-cost", "4"]).await;
    old.kill().await;
    fs::rename(old.data().join("secret.key"), &key).unwrap();

    let program = Program::start(&["--bcrypt-cost", "4", "--secret-key-file", text(&key)]).await;

    Person::new(program.address).sign_up("ana").await;
    assert!(!program.data().join("secret.key").exists());
    let running = program.data();
    let with_key = ["--data", text(&running), "--secret-key-file", text(&key)];
    let said = done(&[&with_key[..], &["backup", text(&file)]].concat()).await;
    assert!(!said.contains("secret key"), "{said}");
    let said = done(&[
        "--data",
        text(&data),
        "--secret-key-file",
        text(&key),
        "restore",
        text(&file),
    ])
    .await;
    assert!(said.contains("--secret-key-file"), "{said}");
    assert!(!data.join("secret.key").exists());
    assert_eq!(number(&data.join("parlour.sqlite3"), USERS), 1);
}

#[tokio::test]
async fn two_servers_never_share_a_database_whatever_path_leads_to_it() {
    let program = Program::start(&[]).await;
    let (link, other) = (beside(&program, "link.sqlite3"), beside(&program, "other"));
    symlink(database(&program), &link).unwrap();

    for path in [&database(&program), &link] {
        let arguments = [
            "--bind",
            "127.0.0.1:0",
            "--data",
            text(&other),
            "--database-url",
            text(path),
        ];
        let said = refused(&arguments).await;
        assert!(said.contains("in use by another Parlour"), "{said}");
    }
}

#[tokio::test]
async fn two_servers_never_share_a_database_by_a_hard_link_or_after_its_lock_was_removed() {
    let mut program = Program::start(&["--bcrypt-cost", "4"]).await;
    Person::new(program.address).sign_up("ana").await;
    let (link, other) = (beside(&program, "link.sqlite3"), beside(&program, "other"));
    fs::hard_link(database(&program), &link).unwrap();
    let by_link = [
        "--bind",
        "127.0.0.1:0",
        "--data",
        text(&other),
        "--database-url",
        text(&link),
    ];
    let said = refused(&by_link).await;
    assert!(said.contains("in use by another Parlour"), "{said}");
    let said = refused(&[&by_link[2..], &["restore", "nothing"]].concat()).await;
    assert!(said.contains("in use by another Parlour"), "{said}");
    fs::remove_file(&link).unwrap();
    for lock in ["parlour.lock", "parlour.sqlite3.lock"] {
        fs::remove_file(program.data().join(lock)).unwrap();
    }
    let said = refused_start(&program.data()).await;
    assert!(said.contains("in use by another Parlour"), "{said}");

    // After a crash, the log lies beside one name only.
    program.kill().await;
    fs::hard_link(database(&program), &link).unwrap();
    let file = beside(&program, "backup.tar");
    for said in [
        refused(&by_link).await,
        refused_start(&program.data()).await,
        refused(&[&by_link[2..], &["backup", text(&file)]].concat()).await,
    ] {
        assert!(said.contains("hard links"), "{said}");
    }
    fs::remove_file(&link).unwrap();
    program.start_again().await;
    assert_eq!(number(&database(&program), USERS), 1);
}

/// The content of every file in the data folder, in order of their names, without the index of the
/// log, which every reader may write.
fn contents(data: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(data).unwrap().map(|entry| entry.unwrap());
    let is_index = |name: &OsStr| name.as_bytes().ends_with(b"-shm");
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let files = files.filter(|file| !is_index(&file.file_name()));
    let mut files: Vec<_> = files
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            (name, fs::read(file.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// A server that was stopped after ana had signed up, started again, and killed after bo had.
async fn crashed_with_ana_in_the_file_and_bo_in_the_log() -> Program {
    let mut program = Program::start(&["--bcrypt-cost", "4"]).await;
    Person::new(program.address).sign_up("ana").await;
    assert_eq!(terminate(&mut program).await, Some(0));
    program.start_again().await;
    Person::new(program.address).sign_up("bo").await;
    program.kill().await;
    program
}

/// Starts on data without its log: nothing is touched, and the words help.
async fn is_refused_without_its_log(program: &Program) -> String {
    let before = contents(&program.data());
    let said = refused_start(&program.data()).await;
    assert!(said.contains("parlour.sqlite3-wal"), "{said}");
    assert!(said.contains("newest changes"), "{said}");
    assert!(contents(&program.data()) == before, "nothing was touched");
    said
}

#[tokio::test]
async fn a_log_that_is_removed_after_a_crash_stops_the_start_until_it_is_back() {
    let mut program = crashed_with_ana_in_the_file_and_bo_in_the_log().await;
    let (log, index) = (
        program.data().join("parlour.sqlite3-wal"),
        program.data().join("parlour.sqlite3-shm"),
    );
    let whole = fs::read(&log).unwrap();
    fs::write(&log, &whole[..32]).unwrap();
    is_refused_without_its_log(&program).await;
    fs::write(&log, "").unwrap();
    is_refused_without_its_log(&program).await;
    fs::remove_file(&log).unwrap();
    is_refused_without_its_log(&program).await;
    fs::remove_file(&index).unwrap();
    is_refused_without_its_log(&program).await;

    fs::write(&log, whole).unwrap();
    program.start_again().await;
    assert_eq!(number(&database(&program), USERS), 2);
}

#[tokio::test]
async fn the_older_state_without_a_log_comes_back_by_the_printed_command_as_another_history() {
    let mut program = crashed_with_ana_in_the_file_and_bo_in_the_log().await;
    let epoch = "SELECT unicode(epoch) * 65536 + unicode(substr(epoch, 2)) * 256 \
        + unicode(substr(epoch, 3)) AS number FROM history";
    let copy = beside(&program, "copy.sqlite3");
    fs::copy(database(&program), &copy).unwrap();
    let before = number(&copy, epoch);
    fs::remove_file(program.data().join("parlour.sqlite3-wal")).unwrap();
    let said = is_refused_without_its_log(&program).await;

    obey(&said, "").await;

    program.start_again().await;
    assert_eq!(number(&database(&program), USERS), 1);
    assert_ne!(number(&database(&program), epoch), before);
}

#[tokio::test]
async fn a_log_that_is_removed_just_before_a_crash_stops_the_start() {
    let mut program = Program::start(&["--bcrypt-cost", "4"]).await;
    Person::new(program.address).sign_up("ana").await;
    fs::remove_file(program.data().join("parlour.sqlite3-wal")).unwrap();
    program.kill().await;
    is_refused_without_its_log(&program).await;
}

#[tokio::test]
async fn whole_data_starts_whatever_happened_to_an_empty_or_written_log() {
    let mut program = Program::start(&["--bcrypt-cost", "4"]).await;
    let log = program.data().join("parlour.sqlite3-wal");
    program.kill().await;
    fs::remove_file(&log).unwrap();
    program.start_again().await;
    Person::new(program.address).sign_up("ana").await;
    program.kill().await;

    // Another program reads the database, and so writes the log into it and removes it.
    change(&database(&program), "PRAGMA wal_checkpoint(TRUNCATE)");
    assert!(!log.exists());
    program.start_again().await;
    Person::new(program.address).sign_up("bo").await;

    // A shutdown that is cut off after its checkpoint.
    change(&database(&program), "PRAGMA wal_checkpoint(TRUNCATE)");
    program.kill().await;
    assert_eq!(fs::metadata(&log).unwrap().len(), 0);
    program.start_again().await;
    Person::new(program.address).sign_up("cy").await;
    program.kill().await;

    // An ordinary copy of the files of a crashed server, and one of the files of a closed server.
    let copied = Program::start(&["--bcrypt-cost", "4"]).await;
    let mut copied = emptied(copied).await;
    copy_files(&program, &copied);
    copied.start_again().await;
    assert_eq!(number(&database(&copied), USERS), 3);
    assert_eq!(terminate(&mut copied).await, Some(0));
    program.start_again().await;
    assert_eq!(terminate(&mut program).await, Some(0));
    let mut copied = emptied(copied).await;
    fs::copy(database(&program), database(&copied)).unwrap();
    let key = |program: &Program| program.data().join("secret.key");
    fs::copy(key(&program), key(&copied)).unwrap();
    copied.start_again().await;
    assert_eq!(number(&database(&copied), USERS), 3);
}

/// Stops the program and removes its data.
async fn emptied(mut program: Program) -> Program {
    if program.process.is_some() {
        program.kill().await;
    }
    for (name, _) in contents(&program.data()) {
        fs::remove_file(program.data().join(name)).unwrap();
    }
    program
}

fn copy_files(from: &Program, to: &Program) {
    for (name, content) in contents(&from.data()) {
        let path = to.data().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[tokio::test]
async fn a_key_that_is_no_key_is_refused_before_the_database_is_written() {
    let program = stopped_with_ana().await;
    let (data, key) = (program.data(), program.data().join("secret.key"));
    let whole = fs::read(&key).unwrap();
    let file = beside(&program, "backup.tar");
    type Make = fn(&Path);
    let make: [(&str, Make); 4] = [
        ("0 bytes", |key| fs::write(key, "").unwrap()),
        ("5 bytes", |key| fs::write(key, "short").unwrap()),
        ("not a file", |key| fs::create_dir(key).unwrap()),
        ("link to", |key| symlink("gone", key).unwrap()),
    ];
    for (words, make) in make {
        fs::remove_file(&key).unwrap();
        make(&key);
        if key.is_file() {
            fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let before = contents(&data);
        for said in [
            refused_start(&data).await,
            refused(&["backup", "--data", text(&data), text(&file)]).await,
        ] {
            assert!(said.contains(words), "{said}");
            assert!(said.contains("secret.key"), "{said}");
            assert!(!said.contains("chmod"), "{said}");
        }
        assert!(contents(&data) == before, "{words}: nothing was touched");
        if key.is_dir() {
            fs::remove_dir(&key).unwrap();
            fs::write(&key, "").unwrap();
        }
    }
    fs::remove_file(&key).unwrap();
    fs::write(&key, whole).unwrap();
}

#[tokio::test]
async fn a_truncated_database_is_refused_with_its_name_and_the_remedy() {
    let mut program = crashed_with_ana_in_the_file_and_bo_in_the_log().await;
    let whole = fs::read(database(&program)).unwrap();
    let log = program.data().join("parlour.sqlite3-wal");
    let whole_log = fs::read(&log).unwrap();
    for len in [whole.len() / 2, 4096, 100] {
        fs::write(database(&program), &whole[..len]).unwrap();
        fs::write(&log, &whole_log).unwrap();
        for _ in 0..2 {
            let before = contents(&program.data());
            let said = refused_start(&program.data()).await;
            assert!(said.contains("parlour.sqlite3"), "{said}");
            assert!(said.contains("restore FILE`"), "{said}");
            assert!(contents(&program.data()) == before, "nothing was touched");
            // The second time without the log.
            fs::write(&log, "").unwrap();
        }
    }
    fs::write(database(&program), &whole).unwrap();
    fs::write(&log, &whole_log).unwrap();
    program.start_again().await;
    assert_eq!(number(&database(&program), USERS), 2);
}

#[tokio::test]
async fn a_lock_file_that_names_a_run_shows_that_a_database_is_lost() {
    let program = stopped_with_ana().await;
    let data = program.data();
    for (name, _) in contents(&data) {
        if name != "parlour.sqlite3.lock" {
            fs::remove_file(data.join(name)).unwrap();
        }
    }
    let said = refused_start(&data).await;
    assert!(said.contains("missing"), "{said}");
    assert!(said.contains("parlour.sqlite3.lock"), "{said}");
    assert!(!database(&program).exists(), "nothing was made");
}

#[tokio::test]
async fn a_backup_of_data_without_its_log_is_refused_and_makes_no_log() {
    let mut program = crashed_with_ana_in_the_file_and_bo_in_the_log().await;
    let (log, file) = (
        program.data().join("parlour.sqlite3-wal"),
        beside(&program, "backup.tar"),
    );
    fs::remove_file(&log).unwrap();
    let said = refused(&["backup", "--data", text(&program.data()), text(&file)]).await;
    assert!(said.contains("parlour.sqlite3-wal is missing"), "{said}");
    assert!(!log.exists() && !file.exists());

    // Beside a running server that has not noticed.
    for name in [
        "parlour.sqlite3",
        "parlour.sqlite3.lock",
        "parlour.sqlite3-shm",
    ] {
        fs::remove_file(program.data().join(name)).unwrap();
    }
    fs::remove_file(program.data().join("secret.key")).unwrap();
    program.start_again().await;
    Person::new(program.address).sign_up("ana").await;
    fs::remove_file(&log).unwrap();
    let said = refused(&["backup", "--data", text(&program.data()), text(&file)]).await;
    assert!(said.contains("parlour.sqlite3-wal is missing"), "{said}");
    assert!(!log.exists() && !file.exists());
}
