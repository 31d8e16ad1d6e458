//! The real program as a child process: what `cargo run` starts, so that a test can kill it without
//! a word and start it again on the same address and data.

use std::net::SocketAddr;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::waiting::LIMIT;

/// A running Parlour with a data directory of its own.
pub(crate) struct Site {
    /// Where it listens; stays the same when it is started again.
    pub(crate) address: SocketAddr,
    pub(crate) data: TempDir,
    process: Option<Child>,
}

impl Site {
    /// Starts the program on a port that the system chose, and waits until it prints its URL.
    pub(crate) async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let (process, address) = spawn("127.0.0.1:0".parse().unwrap(), &data).await;
        Self {
            address,
            data,
            process: Some(process),
        }
    }

    /// The address that people type.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `kill -9`: no goodbye, no drain; returns when the process is gone.
    pub(crate) async fn kill(&mut self) {
        let mut process = self.process.take().expect("the site runs");
        process.kill().await.unwrap();
    }

    /// Starts it again where it was.
    pub(crate) async fn start_again(&mut self) {
        let (process, address) = spawn(self.address, &self.data).await;
        assert_eq!(address, self.address);
        self.process = Some(process);
    }
}

async fn spawn(bind: SocketAddr, data: &TempDir) -> (Child, SocketAddr) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_parlour"))
        .arg("--bind")
        .arg(bind.to_string())
        .arg("--data")
        .arg(data.path().join("parlour-data"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let ready = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(address) = address_in(&line) {
                return address;
            }
        }
        panic!("the program ended before it printed its URL");
    };
    let address = timeout(LIMIT, ready)
        .await
        .expect("the program prints its URL");
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (process, address)
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let after = &line[line.find("http://")? + "http://".len()..];
    let end = after
        .find(|c: char| !matches!(c, '0'..='9' | '.' | ':'))
        .unwrap_or(after.len());
    after[..end].parse().ok()
}
