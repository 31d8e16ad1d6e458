//! One run: a fresh server, a load upon it, and its line of JSON.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use super::cores::Cores;
use super::experiments::Case;
use super::process::{self, Interrupts};
use super::server::Server;
use super::store::{Outcome, Record, Store};

const MOST_SOCKETS: usize = 10_000;
/// Descriptors of a process that are no measured socket.
const OTHER_DESCRIPTORS: usize = 500;
/// A load that is only tried out lasts this part of its time.
const QUICK: f64 = 1.0 / 3.0;

/// What holds for all runs of a campaign.
#[derive(Debug)]
pub(super) struct Runner<'a> {
    pub(super) store: &'a Store,
    pub(super) interrupts: &'a Interrupts,
    pub(super) cores: Cores,
    /// Descriptors that a process may have.
    pub(super) descriptors: usize,
    pub(super) quick: bool,
}

impl Runner<'_> {
    /// Runs a case once; a server that cannot be measured is a result too, an interrupt is not.
    pub(super) fn run(&self, case: &Case, round: u32) -> Result<Record> {
        let load = self.load(case);
        let began = Instant::now();
        let outcome = match case.subject.missing() {
            Some(file) => Outcome::Failure(format!("left out: there is no `{file}`")),
            None => match self.measure(case, &load) {
                Ok(figures) => Outcome::Figures(figures),
                Err(failure) => Outcome::Failure(format!("{failure:#}")),
            },
        };
        self.interrupts.check()?;
        Ok(Record {
            case: case.label.to_owned(),
            round,
            took_s: began.elapsed().as_secs_f64(),
            server: case.subject.command.to_owned(),
            load,
            outcome,
        })
    }

    fn load(&self, case: &Case) -> String {
        let descriptors = self.descriptors.saturating_sub(OTHER_DESCRIPTORS);
        let sockets = (descriptors / case.subject.descriptors).min(MOST_SOCKETS);
        let seconds = case.seconds * if self.quick { QUICK } else { 1.0 };
        case.load
            .replace("{sockets}", &sockets.to_string())
            .replace("{seconds}", &format!("{seconds:.1}"))
    }

    fn measure(&self, case: &Case, load: &str) -> Result<Map<String, Value>> {
        let cores = if case.pinned {
            self.cores.clone()
        } else {
            Cores::any()
        };
        let folder = self.store.folder();
        let server = Server::start(&case.subject, &cores.server, folder, self.interrupts)?;
        let place = case.subject.place;
        let place = place.replace("{port}", &server.port().to_string());
        let ourselves = std::env::current_exe()?;
        let (generator, pid) = (cores.generator, server.pid());
        let ourselves = ourselves.to_string_lossy();
        let command = format!("{generator}{ourselves} {load} {place} --pid {pid}");
        let output = process::output(&command, self.interrupts)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let words: Vec<_> = said.split_whitespace().collect();
            bail!("{}", words.join(" "));
        }
        let printed = String::from_utf8(output.stdout)?;
        let line = printed.lines().last().context("it printed nothing")?;
        Ok(serde_json::from_str(line)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::subject::{CHANNELS, MOUNTED};

    #[test]
    fn a_load_is_what_the_machine_and_the_patience_allow() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let load = |subject, descriptors, quick| {
            let runner = Runner {
                store: &store,
                interrupts: &Interrupts::default(),
                cores: Cores::any(),
                descriptors,
                quick,
            };
            let load = "idle {sockets} {seconds}".to_owned();
            runner.load(&Case {
                label: "",
                subject,
                load,
                seconds: 6.0,
                pinned: false,
                lengthy: false,
            })
        };
        assert_eq!(load(CHANNELS, 1_000_000, false), "idle 10000 6.0");
        assert_eq!(load(CHANNELS, 1500, true), "idle 1000 2.0");
        assert_eq!(load(MOUNTED, 1500, false), "idle 500 6.0");
    }
}
