//! Runs the program until it exits, for commands and for starts that are refused.

use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use tokio::{io::AsyncWriteExt, process::Command};

use crate::stage::{Program, within};

/// Runs the program with these arguments and this standard input until it exits.
pub(crate) async fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parlour"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.ok();
    drop(stdin);
    within("the program to end", child.wait_with_output())
        .await
        .unwrap()
}

/// As [`run`], for a run that must fail. Returns its output.
pub(crate) async fn refused(arguments: &[&str]) -> String {
    let output = run(arguments, "").await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{arguments:?} succeeded: {said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// As [`run`], for a run that must succeed. Returns its output.
pub(crate) async fn done(arguments: &[&str]) -> String {
    let output = run(arguments, "").await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the last command that `said` prints in backticks, with `FILE` replaced by `file`, as an
/// operator does in another folder. It must succeed.
pub(crate) async fn obey(said: &str, file: &str) -> String {
    let printed = said.split('`').skip(1).step_by(2);
    let printed = printed.filter(|words| words.starts_with("parlour ")).last();
    let printed = printed.unwrap_or_else(|| panic!("no command in {said}"));
    let arguments = printed.trim_start_matches("parlour").replace("FILE", file);
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("sh")
        .args(["-c", &format!("exec \"$0\" {arguments}")])
        .arg(env!("CARGO_BIN_EXE_parlour"))
        .current_dir(&folder)
        .kill_on_drop(true)
        .output();
    let output = within("the command to end", output).await.unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the database file of a program.
pub(crate) fn database(program: &Program) -> PathBuf {
    program.data().join("parlour.sqlite3")
}

/// Returns a path beside the data folder of a program.
pub(crate) fn beside(program: &Program, name: &str) -> PathBuf {
    program.data().with_file_name(name)
}

/// Returns the path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
