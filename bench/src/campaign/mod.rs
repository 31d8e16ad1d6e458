//! A campaign: all servers under all loads, in turns, and the page of results.
//!
//! `scripts/bench` builds everything and then runs this. A figure goes from the `plan` (what is
//! run) over `process` (a fresh server, the generator) and `results` (stored lines of JSON,
//! medians) to the `page`.

mod page;
mod plan;
mod process;
mod results;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::{Map, Value};

use plan::{Case, Experiment, Plan};
use process::{Interrupts, Server, shell};
use results::{Outcome, Record, Results};

/// Where results are stored and shown, relative to the repository, from which this must be called.
const RESULTS: &str = "target/bench";
const PAGE: &str = "docs/benchmarks.md";
const QUICK_RESULTS: &str = "target/bench/quick";
const QUICK_PAGE: &str = "target/bench/quick/benchmarks.md";
const FACTS: &str = "facts.json";

const MOST_SOCKETS: usize = 10_000;
/// Descriptors of a process other than measured sockets.
const OTHER_DESCRIPTORS: usize = 500;
/// The fraction of a load's duration that `--quick` runs.
const QUICK: f64 = 1.0 / 3.0;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// One short round, only to try things out; its page stays in target/bench/quick/.
    #[arg(long)]
    quick: bool,
    /// Run only this experiment, and keep the stored results of the others; may be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Run nothing, and write the page from stored results.
    #[arg(long, conflicts_with = "only")]
    page: bool,
    /// How often each server is measured.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

/// Runs the selected experiments, and writes the page.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (folder, page) = match options.quick {
        true => (Path::new(QUICK_RESULTS), QUICK_PAGE),
        false => (Path::new(RESULTS), PAGE),
    };
    fs::create_dir_all(folder)?;
    if !options.page {
        measure(options, folder)?;
    }
    let facts = fs::read_to_string(folder.join(FACTS)).context("nothing is stored yet")?;
    let facts: BTreeMap<String, String> = serde_json::from_str(&facts)?;
    let chapters = Plan::load()?.experiments.into_iter().map(|experiment| {
        let results = Results::read(folder, &experiment.name)?;
        Ok((experiment, results))
    });
    let chapters = chapters.collect::<Result<Vec<_>>>()?;
    fs::write(page, page::write(&facts, &chapters, options.quick)?)?;
    writeln!(io::stderr(), "written: {page}")?;
    Ok(())
}

fn measure(options: &Options, folder: &Path) -> Result<()> {
    let mut plan = Plan::load()?;
    plan.keep(&options.only)?;
    let facts = plan
        .facts
        .iter()
        .map(|(name, script)| (name, shell(script)));
    let facts: BTreeMap<_, _> = facts.collect();
    fs::write(folder.join(FACTS), serde_json::to_string_pretty(&facts)?)?;
    let several = available_parallelism().is_ok_and(|cores| cores.get() > 1);
    let runner = Runner {
        folder,
        plan: &plan,
        interrupts: Interrupts::listen()?,
        can_pin: several && !shell("taskset --version").is_empty(),
        // The usual default of systems, if there is no limit.
        descriptors: shell("ulimit -n").parse().unwrap_or(1024),
        quick: options.quick,
    };
    let rounds = if options.quick { 1 } else { options.rounds };
    for experiment in &plan.experiments {
        Results::clear(folder, &experiment.name)?;
        for round in 1..=rounds.min(experiment.rounds.unwrap_or(rounds)) {
            let cases = experiment.cases.iter();
            for case in cases.filter(|case| !(options.quick && case.lengthy)) {
                let record = runner.run(experiment, case, round)?;
                Results::add(folder, &experiment.name, &record)?;
                show(experiment, &record)?;
            }
        }
    }
    Ok(())
}

/// Prints a line of progress.
fn show(experiment: &Experiment, record: &Record) -> Result<()> {
    let Record {
        case,
        round,
        took_s,
        outcome,
        ..
    } = record;
    let mut out = io::stderr().lock();
    write!(
        out,
        "{}, round {round}, {case} ({took_s:.0} s):",
        experiment.name
    )?;
    match outcome {
        Outcome::Failure(why) => write!(out, " {why}")?,
        Outcome::Figures(figures) => {
            for (key, title, _) in experiment.columns.iter().take(3) {
                write!(out, " {title} {}", figures.get(key).unwrap_or(&Value::Null))?;
            }
        }
    }
    Ok(writeln!(out)?)
}

/// The parts that all runs of a campaign share.
#[derive(Debug)]
struct Runner<'a> {
    folder: &'a Path,
    plan: &'a Plan,
    interrupts: Interrupts,
    /// Whether server and generator can have a core each.
    can_pin: bool,
    /// The limit of descriptors of a process.
    descriptors: usize,
    quick: bool,
}

impl Runner<'_> {
    /// Runs a case once. A server that cannot be measured is a result; an interrupt is an error.
    fn run(&self, experiment: &Experiment, case: &Case, round: u32) -> Result<Record> {
        let server = &self.plan.servers[&case.server];
        let load = self.load(case, server.descriptors);
        let began = Instant::now();
        let cores = match self.can_pin && experiment.pinned {
            true => ["taskset -c 0 ", "taskset -c 1 "],
            false => ["", ""],
        };
        let outcome = match self.measure(&server.command, &load, cores) {
            Ok(figures) => Outcome::Figures(figures),
            Err(failure) => Outcome::Failure(format!("{failure:#}")),
        };
        self.interrupts.check()?;
        Ok(Record {
            case: case.label.clone(),
            round,
            took_s: began.elapsed().as_secs_f64(),
            server: server.command.clone(),
            load,
            outcome,
        })
    }

    fn load(&self, case: &Case, descriptors: usize) -> String {
        let sockets = self.descriptors.saturating_sub(OTHER_DESCRIPTORS) / descriptors;
        let sockets = sockets.min(MOST_SOCKETS).to_string();
        let seconds = case.seconds * if self.quick { QUICK } else { 1.0 };
        format!(
            "{} --seconds {seconds:.1}",
            case.load.replace("{sockets}", &sockets)
        )
    }

    fn measure(&self, server: &str, load: &str, cores: [&str; 2]) -> Result<Map<String, Value>> {
        let [core, other_core] = cores;
        let server = Server::start(&format!("{core}{server}"), self.folder, &self.interrupts)?;
        let bench = std::env::current_exe()?;
        let (bench, port, pid) = (bench.display(), server.port, server.pid());
        let command = format!("{other_core}{bench} {load} --address 127.0.0.1:{port} --pid {pid}");
        let output = process::output(&command, &self.interrupts)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{}", said.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        let printed = String::from_utf8(output.stdout)?;
        let line = printed.lines().last().context("it printed nothing")?;
        Ok(serde_json::from_str(line)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_what_the_machine_and_the_patience_allow() {
        let case = Case {
            load: "idle --sockets {sockets}".to_owned(),
            seconds: 6.0,
            ..Case::default()
        };
        let load = |descriptors, each, quick| {
            let runner = Runner {
                folder: Path::new(""),
                plan: &Plan::load().unwrap(),
                interrupts: Interrupts::default(),
                can_pin: false,
                descriptors,
                quick,
            };
            runner.load(&case, each)
        };
        assert_eq!(
            load(1_000_000, 1, false),
            "idle --sockets 10000 --seconds 6.0"
        );
        assert_eq!(load(1500, 1, true), "idle --sockets 1000 --seconds 2.0");
        assert_eq!(load(1500, 2, false), "idle --sockets 500 --seconds 6.0");
    }
}
