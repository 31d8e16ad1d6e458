//! A chromedriver process for one test, on a port chosen by the system.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::stage::within;

/// More starts in a row than fail by chance.
const MOST_STARTS: usize = 5;

/// A running chromedriver. Dropping it ends exactly this process.
pub(crate) struct Chromedriver {
    address: String,
    _process: Child,
}

impl Chromedriver {
    /// Starts chromedriver and waits until it prints its port. Tries again if it ends before: it
    /// listens on IPv4 and IPv6, and the port that is free on one may be taken on the other.
    pub(crate) async fn start() -> Self {
        for _ in 0..MOST_STARTS {
            if let Some(started) = within("chromedriver", Self::try_start()).await {
                return started;
            }
        }
        panic!("chromedriver ended {MOST_STARTS} times before it listened");
    }

    async fn try_start() -> Option<Self> {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver is on the PATH; scripts/setup installs it");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next_line().await.unwrap()?;
            let port = line.strip_prefix("ChromeDriver was started successfully on port ");
            if let Some(port) = port {
                break port.trim_end_matches('.').to_owned();
            }
        };
        // Keep reading its output. Otherwise the pipe fills and the process blocks.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Some(Self {
            address: format!("127.0.0.1:{port}"),
            _process: process,
        })
    }

    /// Returns the address for commands to the browser.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Quits the browser of a session, and returns when it is gone. Blocks the thread.
    pub(crate) fn end_session(&self, session: &str) -> io::Result<()> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        write!(
            stream,
            "DELETE /session/{session} HTTP/1.1\r\nHost: {}\r\n\r\n",
            self.address
        )?;
        stream.read_exact(&mut [0; 12])
    }
}
