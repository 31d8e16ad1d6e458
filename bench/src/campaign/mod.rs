//! A campaign: all servers under all loads, in turns, and the page of what came of it.
//!
//! `scripts/bench` builds everything and comes here. The way of a figure: `experiments` say what is
//! run, `round` runs it once (`server`, `process`, `cores`), `store` keeps its line of JSON,
//! `statistics` make medians of the lines, and `page` shows them.

mod claims;
mod cores;
mod experiments;
mod machine;
mod page;
mod process;
mod round;
mod server;
mod statistics;
mod store;
mod subject;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;

use cores::Cores;
use experiments::Experiment;
use machine::Machine;
use process::Interrupts;
use round::Runner;
use store::{Outcome, Record, Store};

/// Where results are kept and shown, relative to the repository, from which it must be called.
const RESULTS: &str = "target/bench";
const PAGE: &str = "docs/benchmarks.md";
const QUICK_RESULTS: &str = "target/bench/quick";
const QUICK_PAGE: &str = "target/bench/quick/benchmarks.md";

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// One short round, only to try things out; its page stays in target/bench/quick/.
    #[arg(long)]
    quick: bool,
    /// Run this alone, and keep what is known of the others; may be given again.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Run nothing, and write the page from what is known.
    #[arg(long, conflicts_with = "only")]
    page: bool,
    /// How often each server has its turn.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

/// Runs what was asked for, and writes the page.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = if options.quick {
        QUICK_RESULTS
    } else {
        RESULTS
    };
    let store = Store::open(Path::new(folder))?;
    if !options.page {
        measure(options, &store)?;
    }
    publish(options, &store)
}

fn measure(options: &Options, store: &Store) -> Result<()> {
    let experiments = chosen(&options.only)?;
    let descriptors = machine::descriptors();
    Machine::here(descriptors, options.quick).store(store.folder())?;
    let runner = Runner {
        store,
        interrupts: &Interrupts::listen()?,
        cores: Cores::apart(),
        descriptors,
        quick: options.quick,
    };
    let rounds = if options.quick { 1 } else { options.rounds };
    for experiment in &experiments {
        store.begin(experiment.name)?;
        for round in 1..=rounds.min(experiment.most_rounds) {
            take_turns(&runner, experiment, round)?;
        }
    }
    Ok(())
}

fn take_turns(runner: &Runner<'_>, experiment: &Experiment, round: u32) -> Result<()> {
    let cases = experiment.cases.iter();
    for case in cases.filter(|case| !(runner.quick && case.lengthy)) {
        let record = runner.run(case, round)?;
        runner.store.add(experiment.name, &record)?;
        tell(experiment, &record)?;
    }
    Ok(())
}

/// A line for those who wait.
fn tell(experiment: &Experiment, record: &Record) -> Result<()> {
    let Record {
        case,
        round,
        took_s,
        outcome,
        ..
    } = record;
    let name = experiment.name;
    let mut out = io::stderr().lock();
    write!(out, "{name}, round {round}, {case} ({took_s:.0} s):")?;
    match outcome {
        Outcome::Failure(why) => write!(out, " {why}")?,
        Outcome::Figures(figures) => {
            let shown = experiment.columns.iter().take(3);
            for column in shown.filter(|column| figures.contains_key(column.key)) {
                write!(out, " {} {}", column.title, figures[column.key])?;
            }
        }
    }
    writeln!(out)?;
    Ok(())
}

/// The experiments of these names, or all.
fn chosen(only: &[String]) -> Result<Vec<Experiment>> {
    let mut experiments = experiments::all();
    let names: Vec<_> = experiments
        .iter()
        .map(|experiment| experiment.name)
        .collect();
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        bail!("there is no {unknown}, only {}", names.join(", "));
    }
    if !only.is_empty() {
        experiments.retain(|experiment| only.iter().any(|name| name == experiment.name));
    }
    Ok(experiments)
}

fn publish(options: &Options, store: &Store) -> Result<()> {
    let page = if options.quick { QUICK_PAGE } else { PAGE };
    let machine = Machine::read(store.folder())?;
    let chapters = page::chapters(store)?;
    fs::write(page, page::write(&machine, &chapters)?)?;
    writeln!(io::stderr().lock(), "written: {page}")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_experiment_is_chosen_by_its_name_and_a_wrong_name_is_an_error() {
        let names = |only: &[&str]| {
            let only: Vec<_> = only.iter().map(|name| (*name).to_owned()).collect();
            let chosen = chosen(&only)?;
            let names = chosen.iter().map(|experiment| experiment.name);
            anyhow::Ok(names.collect::<Vec<_>>())
        };
        assert_eq!(names(&["idle", "cpu"]).unwrap(), ["cpu", "idle"]);
        assert!(names(&[]).unwrap().len() > 10);
        let failure = names(&["idel"]).unwrap_err().to_string();
        assert!(
            failure.starts_with("there is no idel, only cpu, "),
            "{failure}"
        );
    }
}
