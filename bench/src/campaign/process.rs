//! Processes of a campaign: servers, the generator and shell scripts. Ctrl-C and SIGTERM end the
//! campaign, and no process outlives it.

use std::fs::File;
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use signal_hook::consts::{SIGINT, SIGTERM};
use tempfile::TempDir;

/// The interval at which a process is polled.
const POLL: Duration = Duration::from_millis(10);
/// The longest run is the one that fills a database with a million messages.
const LONGEST_RUN: Duration = Duration::from_secs(900);
/// How long a server may take until it accepts a connection; Python's need a few seconds.
const LONGEST_START: Duration = Duration::from_secs(30);
/// The length of the log that is searched for the reason of a failed start, in bytes.
const LONGEST_LOG: u64 = 64 * 1024;

/// Set on Ctrl-C or SIGTERM.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupts(Arc<AtomicBool>);

impl Interrupts {
    /// Listens for Ctrl-C and SIGTERM from now on.
    pub(super) fn listen() -> Result<Self> {
        let interrupts = Self::default();
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&interrupts.0))?;
        }
        Ok(interrupts)
    }

    /// Returns an error once the program has to end.
    pub(super) fn check(&self) -> Result<()> {
        match self.0.load(Ordering::Relaxed) {
            true => bail!("interrupted"),
            false => Ok(()),
        }
    }

    /// Polls until `is_done`; an error if that takes longer than `limit`.
    fn wait(&self, limit: Duration, mut is_done: impl FnMut() -> Result<bool>) -> Result<()> {
        let started = Instant::now();
        while !is_done()? {
            self.check()?;
            if started.elapsed() > limit {
                bail!("it is not ready after {limit:?}");
            }
            std::thread::park_timeout(POLL);
        }
        Ok(())
    }
}

/// A command of words that are separated by spaces.
fn command(words: &str) -> Result<Command> {
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().context("an empty command")?);
    command.args(words).stdin(Stdio::null());
    Ok(command)
}

/// Runs a command whose output fits into a pipe; kills it on an interrupt and after the maximum
/// duration.
pub(super) fn output(words: &str, interrupts: &Interrupts) -> Result<Output> {
    let mut command = command(words)?;
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    // Its error is shown in a table.
    command.env("RUST_BACKTRACE", "0");
    let mut child = command.spawn().with_context(|| words.to_owned())?;
    let ended = interrupts.wait(LONGEST_RUN, || Ok(child.try_wait()?.is_some()));
    if let Err(failure) = ended {
        child.kill()?;
        child.wait()?;
        return Err(failure);
    }
    Ok(child.wait_with_output()?)
}

/// The lines that a shell script prints, joined by commas; empty if it fails.
pub(super) fn shell(script: &str) -> String {
    let output = Command::new("sh").args(["-c", script]).output();
    let printed = output.map(|output| output.stdout).unwrap_or_default();
    let printed = String::from_utf8_lossy(&printed);
    printed
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(", ")
}

/// A server that accepts connections. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    pub(super) port: u16,
    /// Deleted with the server.
    _data: TempDir,
}

impl Server {
    /// Starts a fresh server on a free port and waits until it accepts a connection. Its output
    /// goes to `server.log` in `folder`, its data to a temporary folder there.
    pub(super) fn start(words: &str, folder: &Path, interrupts: &Interrupts) -> Result<Self> {
        // The target directory is on a disk, whereas the system's temporary folder may be in
        // memory.
        let data = tempfile::Builder::new().prefix("data").tempdir_in(folder)?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let words = words.replace("{port}", &port.to_string());
        let words = words.replace("{data}", &data.path().to_string_lossy());
        let log_path = folder.join("server.log");
        let log = File::create(&log_path)?;
        let mut command = command(&words)?;
        command.stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| words.clone())?;
        let mut server = Self {
            child,
            port,
            _data: data,
        };
        let listens = interrupts.wait(LONGEST_START, || {
            if let Some(status) = server.child.try_wait()? {
                bail!("it ended before it listened: {status}");
            }
            Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
        });
        listens.with_context(|| first_line(&log_path))?;
        Ok(server)
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first line that a server printed, usually the reason why it ended.
fn first_line(log: &Path) -> String {
    let mut said = Vec::new();
    // The server may still be writing, perhaps faster than this reads.
    if let Ok(file) = File::open(log) {
        let _ = file.take(LONGEST_LOG).read_to_end(&mut said);
    }
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().find(|line| !line.trim().is_empty());
    line.unwrap_or("it printed nothing").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_prints_its_lines_and_a_failed_one_nothing() {
        assert_eq!(shell("echo one two; echo three"), "one two, three");
        assert_eq!(shell("/no/such/program 2>/dev/null"), "");
    }

    #[test]
    fn a_server_that_ends_at_once_is_quoted_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let started = Server::start("ls /no/such/{port}", folder.path(), &Interrupts::default());
        let failure = format!("{:#}", started.unwrap_err());
        assert!(failure.contains("/no/such/"), "{failure}");
        assert!(failure.contains("ended before it listened"), "{failure}");
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "the log and nothing else");
    }

    #[test]
    fn an_interrupt_ends_servers_and_runs() {
        let interrupts = Interrupts::default();
        assert_eq!(
            output("echo hello", &interrupts).unwrap().stdout,
            b"hello\n"
        );
        interrupts.0.store(true, Ordering::Relaxed);
        let failure = output("cat /dev/zero", &interrupts).unwrap_err();
        assert_eq!(failure.to_string(), "interrupted");
        let folder = tempfile::tempdir().unwrap();
        let failure = Server::start("sleep 60", folder.path(), &interrupts).unwrap_err();
        assert!(format!("{failure:#}").contains("interrupted"));
    }
}
