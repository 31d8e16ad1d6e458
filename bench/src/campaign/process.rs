//! Processes of a campaign: their commands, waiting for their ends, and ends before their time.

use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use signal_hook::consts::{SIGINT, SIGTERM};

/// Between two looks at a process that is waited for.
const PAUSE: Duration = Duration::from_millis(10);
/// The longest run is the one that fills a database with a million messages.
const LONGEST_RUN: Duration = Duration::from_secs(900);

/// Knows whether somebody wants this program to end.
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

    #[cfg(test)]
    pub(super) fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// An error once it has to end.
    pub(super) fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) {
            bail!("interrupted");
        }
        Ok(())
    }
}

/// A command of words that are parted by spaces.
pub(super) fn command(words: &str) -> Result<Command> {
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().context("an empty command")?);
    command.args(words);
    Ok(command)
}

/// Lets a moment pass in which whoever is waited for can go on.
pub(super) fn pause() {
    std::thread::park_timeout(PAUSE);
}

/// Runs a command that prints less than a pipe holds; ends it if it is interrupted or takes too long.
pub(super) fn output(words: &str, interrupts: &Interrupts) -> Result<Output> {
    let mut command = command(words)?;
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    // What it says of a failure goes into a table.
    command.env("RUST_BACKTRACE", "0");
    let child = command.stdin(Stdio::null()).spawn();
    let mut child = child.with_context(|| words.to_owned())?;
    match wait(&mut child, interrupts) {
        Ok(()) => Ok(child.wait_with_output()?),
        Err(failure) => {
            child.kill()?;
            child.wait()?;
            Err(failure)
        }
    }
}

fn wait(child: &mut Child, interrupts: &Interrupts) -> Result<()> {
    let started = Instant::now();
    while child.try_wait()?.is_none() {
        interrupts.check()?;
        if started.elapsed() > LONGEST_RUN {
            bail!("it has not ended after {LONGEST_RUN:?}");
        }
        pause();
    }
    Ok(())
}

/// The first line that a command prints, or nothing if it cannot be run.
pub(super) fn first_line(words: &str) -> Option<String> {
    let output = command(words).ok()?.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next()?.trim();
    (output.status.success() && !line.is_empty()).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_says_its_first_line() {
        assert_eq!(first_line("echo one two"), Some("one two".to_owned()));
        assert_eq!(first_line("false"), None);
        assert_eq!(first_line("/no/such/program"), None);
    }

    #[test]
    fn an_interrupted_run_does_not_wait_for_its_end() {
        let interrupts = Interrupts::default();
        let output_of_echo = output("echo hello", &interrupts).unwrap();
        assert_eq!(output_of_echo.stdout, b"hello\n");
        interrupts.interrupt();
        let failure = output("cat /dev/zero", &interrupts).unwrap_err();
        assert_eq!(failure.to_string(), "interrupted");
    }
}
