//! If part of the data is missing, the program refuses to start with a message that names the file
//! and the remedy. It creates and overwrites nothing.

use std::{fs, os::unix::fs::symlink, path::Path};

use crate::{
    stage::{Program, number},
    support::{PASSWORD, Person, beside, database, done, refused, run, text},
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
        said.contains("parlour.sqlite3-wal") && said.contains("parlour restore"),
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
    let command = said.split("signs everybody out: ").nth(1).unwrap();
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
