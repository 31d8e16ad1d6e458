//! The real program as a child process, as `cargo run` starts it. A test can kill it and start it
//! again with the same address and data.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    thread,
};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::until;

/// A running Parlour with its own folder, which is kept for inspection if the test fails.
pub(crate) struct Program {
    /// The address, which stays the same after a restart.
    pub(crate) address: SocketAddr,
    /// The child process. `None` after [`Program::kill`].
    pub(crate) process: Option<Child>,
    folder: TempDir,
    /// Additional arguments, from the next start on.
    pub(crate) arguments: Vec<String>,
}

impl Program {
    /// Starts the program with these additional arguments on a port chosen by the system, and waits
    /// until it prints its address.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let mut program = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            process: None,
            folder: tempfile::tempdir().expect("a folder"),
            arguments: arguments
                .iter()
                .map(|&argument| argument.to_owned())
                .collect(),
        };
        program.start_again().await;
        program
    }

    /// Returns a command of the program without arguments.
    pub(crate) fn command() -> Command {
        Command::new(binary())
    }

    /// Kills the program (`kill -9`) without a shutdown. Returns when the process is gone.
    pub(crate) async fn kill(&mut self) {
        let mut process = self.process.take().expect("the program runs");
        process.kill().await.expect("it can be killed");
    }

    /// Starts the program again with the same address and data.
    pub(crate) async fn start_again(&mut self) {
        let log = File::create(self.log()).expect("a log file");
        let mut process = Self::command()
            .args(["--bind", &self.address.to_string()])
            .arg("--data")
            .arg(self.data())
            .args(&self.arguments)
            // Use the bundled scripts and styles of a release, even in debug builds.
            .env("PARLOUR_BUNDLES", "1")
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        self.address = until("the program to print its address", async || {
            let ended = process.try_wait().expect("its status");
            let said = self.said();
            assert!(ended.is_none(), "the program ended with {ended:?}: {said}");
            said.lines().find_map(address_in)
        })
        .await;
        self.process = Some(process);
    }

    /// Returns everything printed and logged since the last start.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.log()).expect("the log file")
    }

    /// Returns the data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("parlour-data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.folder.disable_cleanup(thread::panicking());
    }
}

/// Returns the program that was built with the tests, or another build given by the environment.
fn binary() -> OsString {
    env::var_os("PARLOUR_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_parlour").into())
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let after = &line[line.find("http://")? + "http://".len()..];
    let end = after.find(|c: char| !matches!(c, '0'..='9' | '.' | ':'));
    after[..end.unwrap_or(after.len())].parse().ok()
}
