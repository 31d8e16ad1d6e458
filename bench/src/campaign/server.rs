//! One server from its start to its end, which comes however the run ends.

use std::fs::File;
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::process::{self, Interrupts};
use super::subject::Subject;

/// How long a server may take until it accepts a connection; Python's need a few seconds.
const LONGEST_START: Duration = Duration::from_secs(30);

/// Bytes of a log in which the reason of a failed start is looked for.
const LONGEST_WORDS: u64 = 64 * 1024;

/// A server that accepts connections.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    port: u16,
    /// Gone when the server is.
    _data: TempDir,
}

impl Server {
    /// Starts it fresh on a free port, and comes back once it accepts a connection. What it prints
    /// goes to `server.log` in `folder`, its data to a folder in there that lives as long as it.
    pub(super) fn start(
        subject: &Subject,
        prefix: &str,
        folder: &Path,
        interrupts: &Interrupts,
    ) -> Result<Self> {
        // A folder in the target directory is on a disk, which one for temporary files need not be.
        let data = tempfile::Builder::new().prefix("data").tempdir_in(folder)?;
        let port = free_port()?;
        let command = subject.command.replace("{port}", &port.to_string());
        let command = command.replace("{data}", &data.path().to_string_lossy());
        let log_path = folder.join("server.log");
        let log = File::create(&log_path)?;
        let mut command = process::command(&format!("{prefix}{command}"))?;
        command.stdout(log.try_clone()?).stderr(log);
        let child = command.stdin(Stdio::null()).spawn();
        let mut server = Self {
            child: child.with_context(|| subject.command)?,
            port,
            _data: data,
        };
        let listens = server.wait_until_it_listens(interrupts);
        listens.with_context(|| last_words(&log_path))?;
        Ok(server)
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    fn wait_until_it_listens(&mut self, interrupts: &Interrupts) -> Result<()> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            interrupts.check()?;
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended before it listened: {status}");
            }
            if started.elapsed() > LONGEST_START {
                bail!("it does not listen after {LONGEST_START:?}");
            }
            process::pause();
        }
        Ok(())
    }
}

/// The first thing that a server said, which is why it ended.
fn last_words(log: &Path) -> String {
    let mut said = Vec::new();
    // It may still be writing, perhaps faster than this reads.
    if let Ok(file) = File::open(log) {
        let _ = file.take(LONGEST_WORDS).read_to_end(&mut said);
    }
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().find(|line| !line.trim().is_empty());
    line.unwrap_or("it said nothing").trim().to_owned()
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing that it has is wanted any more, so it need not say goodbye to its sockets.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::campaign::subject::CHANNELS;

    fn start(command: &'static str, folder: &Path, interrupts: &Interrupts) -> Result<Server> {
        let subject = Subject {
            command,
            ..CHANNELS
        };
        Server::start(&subject, "", folder, interrupts)
    }

    #[test]
    fn one_that_ends_at_once_is_quoted_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let failure = start("ls /no/such/{port}", folder.path(), &Interrupts::default());
        let failure = format!("{:#}", failure.unwrap_err());
        assert!(failure.contains("/no/such/"), "{failure}");
        assert!(failure.contains("ended before it listened"), "{failure}");
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "the log and nothing else");
    }

    #[test]
    fn one_that_is_not_wanted_any_more_ends() {
        let folder = tempfile::tempdir().unwrap();
        let interrupts = Interrupts::default();
        interrupts.interrupt();
        let failure = start("sleep 60", folder.path(), &interrupts).unwrap_err();
        assert!(format!("{failure:#}").contains("interrupted"));
    }

    #[test]
    fn of_a_log_without_an_end_only_the_beginning_is_read() {
        assert_eq!(last_words(Path::new("/dev/zero")).len(), 64 * 1024);
    }
}
