//! Storage failures: a full disk, a lock of another process, and files that are removed under the
//! running server. Only stored messages are acknowledged, everybody is told at once, and the server
//! recovers.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    time::{Duration, Instant},
};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use futures_util::future::join_all;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

use crate::{
    stage::{Program, database::change, number, until, within},
    support::{PASSWORD, Person, database, done, obey, refused, text},
};

const USERS: &str = "SELECT count(*) AS number FROM users";
const QUICK_HASH: [&str; 2] = ["--bcrypt-cost", "4"];

fn pid(program: &Program) -> Pid {
    let id = program.process.as_ref().unwrap().id().unwrap();
    Pid::from_raw(id.try_into().unwrap()).unwrap()
}

/// Tries to create this account. Returns the status.
async fn try_sign_up(program: &Program, name: &str) -> u16 {
    let visitor = Person::new(program.address);
    let path = "/accounts/register/";
    let typed = [
        ("username", name),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ];
    visitor.submit(path, path, &typed).await.status
}

async fn readiness(program: &Program) -> u16 {
    Person::new(program.address).get("/readyz").await.status
}

async fn until_ready(program: &Program, wanted: u16) {
    let what = format!("/readyz to answer {wanted}");
    until(&what, async || {
        (readiness(program).await == wanted).then_some(())
    })
    .await;
}

/// Sends SIGTERM. Returns the exit status, which must come within the ten seconds of a shutdown.
pub(super) async fn terminate(program: &mut Program) -> Option<i32> {
    kill_process(pid(program), Signal::TERM).unwrap();
    let mut process = program.process.take().unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), process.wait());
    ended.await.expect("within ten seconds").unwrap().code()
}

/// Limits the size of the program's files, which looks like a full disk to the program.
fn limit_files(program: &Program, bytes: Option<u64>) {
    let limits = Rlimit {
        current: bytes,
        maximum: None,
    };
    prlimit(Some(pid(program)), Resource::Fsize, limits).unwrap();
}

#[tokio::test]
async fn a_full_disk_turns_readiness_red_and_loses_nothing_that_was_acknowledged() {
    let program = Program::start(&QUICK_HASH).await;
    assert_eq!(try_sign_up(&program, "ana").await, 303);
    assert_eq!(readiness(&program).await, 200);

    limit_files(&program, Some(1));

    assert_eq!(try_sign_up(&program, "bo").await, 503);
    until_ready(&program, 503).await;
    assert_eq!(readiness(&program).await, 503, "it stays red");
    limit_files(&program, None);
    until_ready(&program, 200).await;
    assert_eq!(try_sign_up(&program, "cy").await, 303);
    assert_eq!(number(&database(&program), USERS), 2);
}

#[tokio::test]
async fn a_foreign_lock_refuses_everything_that_waits_at_once_and_the_end_keeps_its_time() {
    let mut program = Program::start(&QUICK_HASH).await;
    assert_eq!(try_sign_up(&program, "ana").await, 303);
    let mut foreign = SqliteConnection::establish(text(&database(&program))).unwrap();
    foreign.batch_execute("BEGIN IMMEDIATE").unwrap();

    let began = Instant::now();
    let names: Vec<_> = (0..8).map(|i| format!("person{i}")).collect();
    let tries = names.iter().map(|name| try_sign_up(&program, name));
    assert_eq!(join_all(tries).await, [503; 8]);
    // One wait for the lock, not one for each.
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(readiness(&program).await, 503);

    foreign.batch_execute("ROLLBACK").unwrap();
    until_ready(&program, 200).await;
    assert_eq!(try_sign_up(&program, "bo").await, 303);
    assert_eq!(number(&database(&program), USERS), 2);

    foreign.batch_execute("BEGIN IMMEDIATE").unwrap();
    assert_eq!(terminate(&mut program).await, Some(0));
}

/// Returns what the program says about the copy that it saved after the files had been removed.
async fn rescued(program: &Program) -> String {
    until("the rescued copy", async || {
        let said = program.said();
        let (_, after) = said.split_once("was removed or replaced while")?;
        after.contains('\n').then(|| after.to_owned())
    })
    .await
}

async fn is_refused_and_rescued(program: &mut Program, present: &[&Path]) {
    let before: Vec<_> = present.iter().map(|path| fs::read(path).ok()).collect();
    assert_eq!(try_sign_up(program, "bo").await, 503);
    until_ready(program, 503).await;
    let rescued = rescued(program).await;
    assert_eq!(
        program
            .said()
            .matches("was removed or replaced while")
            .count(),
        1,
        "one line"
    );
    assert_eq!(terminate(program).await, Some(0));
    let after: Vec<_> = present.iter().map(|path| fs::read(path).ok()).collect();
    assert!(before == after, "nothing was overwritten or made");

    let data = program.data();
    let refused = refused(&["--bind", "127.0.0.1:0", "--data", text(&data)]).await;
    assert!(refused.contains("-rescued-"), "{refused}");
    let saved = rescued.split('`').nth(1).unwrap();
    assert!(refused.contains(saved), "the same command: {refused}");
    obey(&rescued, "").await;
    program.start_again().await;
    assert_eq!(number(&database(program), USERS), 1);
    let mut ana = Person::new(program.address);
    assert_eq!(ana.log_in("ana", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn a_log_that_is_deleted_under_the_server_stops_the_storing_and_nothing_is_lost() {
    let mut program = Program::start(&QUICK_HASH).await;
    assert_eq!(try_sign_up(&program, "ana").await, 303);
    let log = program.data().join("parlour.sqlite3-wal");
    fs::remove_file(&log).unwrap();
    is_refused_and_rescued(&mut program, &[&log]).await;
}

#[tokio::test]
async fn a_log_that_is_replaced_under_the_server_stops_the_storing_and_nothing_is_lost() {
    let mut program = Program::start(&QUICK_HASH).await;
    let log = program.data().join("parlour.sqlite3-wal");
    let older = program.data().with_file_name("older-wal");
    fs::copy(&log, &older).unwrap();
    assert_eq!(try_sign_up(&program, "ana").await, 303);
    fs::rename(&older, &log).unwrap();
    is_refused_and_rescued(&mut program, &[&log]).await;
}

#[tokio::test]
async fn a_database_that_is_replaced_under_the_server_is_neither_written_nor_lost() {
    let mut program = Program::start(&QUICK_HASH).await;
    let copy = program.data().with_file_name("copy.sqlite3");
    change(
        &database(&program),
        &format!("VACUUM INTO '{}'", text(&copy)),
    );
    assert_eq!(try_sign_up(&program, "ana").await, 303);
    fs::rename(&copy, database(&program)).unwrap();
    let replaced = database(&program);
    is_refused_and_rescued(&mut program, &[&replaced]).await;
}

#[tokio::test]
async fn a_file_size_limit_is_an_error_and_not_a_silent_death() {
    let mut program = Program::start(&QUICK_HASH).await;
    limit_files(&program, Some(1));
    assert_eq!(try_sign_up(&program, "ana").await, 503);
    let process = program.process.as_mut().unwrap();
    assert!(process.try_wait().unwrap().is_none(), "it lives");
    within("its end", terminate(&mut program)).await;
}

/// Runs the program with a maximum file size of 64 KiB until it exits. Returns its output.
async fn refused_on_full_disk(arguments: &[&str]) -> String {
    let script = "ulimit -f 64; exec \"$0\" \"$@\"";
    let mut child = tokio::process::Command::new("bash");
    child
        .args(["-c", script, env!("CARGO_BIN_EXE_parlour")])
        .args(arguments)
        .kill_on_drop(true);
    let output = within("the program to end", child.output()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        output.status.code(),
        Some(2),
        "an error, not a signal: {said}"
    );
    said
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test]
async fn a_backup_on_a_full_disk_leaves_nothing() {
    let program = Program::start(&QUICK_HASH).await;
    let file = program.data().with_file_name("backup.tar");

    refused_on_full_disk(&["--data", text(&program.data()), "backup", text(&file)]).await;

    let left = names(file.parent().unwrap());
    assert_eq!(left.len(), 2, "the data and the log: {left:?}");
}

#[tokio::test]
async fn a_restore_on_a_full_disk_blames_the_disk_and_changes_nothing() {
    let mut program = Program::start(&QUICK_HASH).await;
    assert_eq!(try_sign_up(&program, "ana").await, 303);
    let data = program.data();
    let (file, copy) = (
        data.with_file_name("backup.tar"),
        data.with_file_name("copy.sqlite3"),
    );
    done(&["backup", "--data", text(&data), text(&file)]).await;
    assert_eq!(terminate(&mut program).await, Some(0));
    fs::copy(database(&program), &copy).unwrap();
    let mut before = names(&data);
    before.sort();

    for file in [&file, &copy] {
        let said = refused_on_full_disk(&["restore", "--data", text(&data), text(file)]).await;
        assert!(said.contains("not enough space"), "{said}");
        assert!(!said.contains(&format!("{}:", file.display())), "{said}");
    }

    let mut after = names(&data);
    after.sort();
    assert_eq!(after, before);
    program.start_again().await;
    assert_eq!(number(&database(&program), USERS), 1);
}

#[tokio::test]
async fn the_copy_before_a_migration_is_whole_or_not_there() {
    let mut program = Program::start(&QUICK_HASH).await;
    assert_eq!(try_sign_up(&program, "ana").await, 303);
    assert_eq!(terminate(&mut program).await, Some(0));
    let undone = include_str!("../../migrations/2026-11-29-000001_create_history/down.sql");
    let forgotten = "DELETE FROM __diesel_schema_migrations WHERE version = '20261129000001'";
    change(&database(&program), &format!("{undone}; {forgotten}"));
    fs::remove_file(program.data().join("parlour.sqlite3.lock")).unwrap();
    let copies = |program: &Program| -> Vec<_> {
        let names = names(&program.data()).into_iter();
        names
            .filter(|name| name.contains("before") || name.contains("unfinished"))
            .collect()
    };

    let data = program.data();
    refused_on_full_disk(&["--bind", "127.0.0.1:0", "--data", text(&data)]).await;
    assert!(copies(&program).is_empty(), "{:?}", copies(&program));

    program.start_again().await;
    let made = copies(&program);
    assert_eq!(made.len(), 1, "{made:?}");
    let copy = data.join(&made[0]);
    assert_eq!(number(&copy, USERS), 1);
    assert_eq!(
        fs::metadata(copy).unwrap().permissions().mode() & 0o777,
        0o600
    );
}
