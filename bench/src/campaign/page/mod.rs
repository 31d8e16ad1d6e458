//! The page of results: everything that was stored, in Markdown.

mod table;

use std::fmt::Write as _;

use anyhow::Result;

use super::claims::{self, Bound, Verdict};
use super::experiments::{self, Experiment};
use super::machine::Machine;
use super::statistics::Results;
use super::store::{Record, Store};
use table::{cell, row};

/// An experiment with its runs.
pub(super) struct Chapter {
    pub(super) experiment: Experiment,
    pub(super) records: Vec<Record>,
}

/// All experiments and what is stored of them.
pub(super) fn chapters(store: &Store) -> Result<Vec<Chapter>> {
    let chapters = experiments::all().into_iter().map(|experiment| {
        let records = store.records(experiment.name)?;
        Ok(Chapter {
            experiment,
            records,
        })
    });
    chapters.collect()
}

/// The whole page.
pub(super) fn write(machine: &Machine, chapters: &[Chapter]) -> Result<String> {
    let mut page = String::new();
    write_introduction(&mut page, machine, chapters)?;
    write_claims(&mut page, chapters)?;
    write_machine(&mut page, machine)?;
    for chapter in chapters {
        write_chapter(&mut page, chapter)?;
    }
    Ok(page)
}

fn write_introduction(page: &mut String, machine: &Machine, chapters: &[Chapter]) -> Result<()> {
    let runs = chapters.iter().flat_map(|chapter| &chapter.records);
    let minutes = runs.clone().map(|run| run.took_s).sum::<f64>() / 60.0;
    let rounds = runs.map(|run| run.round).max().unwrap_or(0);
    writeln!(page, "# Benchmarks\n")?;
    writeln!(page, "<!-- Written by scripts/bench; edit that. -->\n")?;
    if machine.quick {
        writeln!(
            page,
            "**A short round to try things out: not to be quoted.**\n"
        )?;
    }
    writeln!(
        page,
        "`scripts/bench` measures all this anew; these runs took {minutes:.0} minutes in all. Each \
         run has a fresh server on a core of its own and the generator, `parlour-bench`, on \
         another, both with `TCP_NODELAY`, over loopback. Servers take turns; each had up to {rounds}. \
         Figures are medians, with the least and the most in parentheses. Since a machine drifts, \
         only servers of the same round are set in relation; shown is the median of these \
         relations.\n"
    )?;
    Ok(())
}

fn write_claims(page: &mut String, chapters: &[Chapter]) -> Result<()> {
    writeln!(page, "## What we claim\n")?;
    let titles = ["claim", "bound", "measured", "holds"].map(str::to_owned);
    page.push_str(&row(&titles));
    page.push_str(&table::rule(titles.len()));
    for claim in claims::all() {
        let mut known = chapters.iter();
        let chapter = known.find(|chapter| chapter.experiment.name == claim.experiment);
        let records = chapter.map_or(&[][..], |chapter| &chapter.records);
        let measured = claim.measured(Results(records));
        let (sign, bound) = match claim.bound {
            Bound::AtMost(most) => ('≤', most),
            Bound::AtLeast(least) => ('≥', least),
        };
        let verdict = match claim.verdict(Results(records)) {
            Verdict::Holds => "yes",
            Verdict::Fails => "**no**",
            Verdict::NotMeasured => "not measured",
        };
        page.push_str(&row(&[
            claim.text.to_owned(),
            format!("{sign} {}", table::number(bound, claim.digits)),
            cell(measured, claim.digits),
            verdict.to_owned(),
        ]));
    }
    writeln!(page)?;
    Ok(())
}

fn write_machine(page: &mut String, machine: &Machine) -> Result<()> {
    writeln!(page, "## Machine and versions\n")?;
    for (name, value) in &machine.facts {
        writeln!(page, "- {name}: {value}")?;
    }
    let versions = machine.versions.iter();
    let versions: Vec<_> = versions
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    writeln!(page, "- Versions: {}\n", versions.join(", "))?;
    Ok(())
}

fn write_chapter(page: &mut String, chapter: &Chapter) -> Result<()> {
    let Chapter {
        experiment,
        records,
    } = chapter;
    writeln!(page, "## {}\n\n{}\n", experiment.title, experiment.about)?;
    if records.is_empty() {
        writeln!(page, "Not run.\n")?;
        return Ok(());
    }
    page.push_str(&table::of(experiment, Results(records)));
    writeln!(page)?;
    write_commands(page, chapter)
}

fn write_commands(page: &mut String, chapter: &Chapter) -> Result<()> {
    writeln!(page, "<details><summary>Commands</summary>\n")?;
    for case in &chapter.experiment.cases {
        let mut runs = Results(&chapter.records).of_case(case.label);
        let Some(run) = runs.next() else {
            continue;
        };
        let (server, load) = (&run.server, &run.load);
        let pinned = if case.pinned { "" } else { ", not pinned" };
        writeln!(page, "- {}{pinned}: `{server}` under `{load}`", case.label)?;
    }
    writeln!(page, "\n</details>\n")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::super::store::Outcome;
    use super::*;

    fn run(case: &str, cost: f64) -> Record {
        let figures = [("cpu_s_per_million".to_owned(), Value::from(cost))];
        Record {
            case: case.to_owned(),
            round: 1,
            took_s: 60.0,
            server: "the-server".to_owned(),
            load: "rate --rate 50".to_owned(),
            outcome: Outcome::Figures(Map::from_iter(figures)),
        }
    }

    fn page_of(records: Vec<Record>) -> String {
        let experiment = experiments::all().into_iter().next().unwrap();
        let chapters = [Chapter {
            experiment,
            records,
        }];
        write(&Machine::default(), &chapters).unwrap()
    }

    #[test]
    fn a_claim_that_does_not_hold_is_called_so() {
        let page = page_of(vec![run("channels", 8.0), run("axum", 8.0)]);
        assert!(page.contains("| CPU per delivery, of that of axum | ≤ 0.95 | 1.00 | **no** |"));
        let page = page_of(vec![run("channels", 8.0), run("axum", 16.0)]);
        assert!(page.contains("| CPU per delivery, of that of axum | ≤ 0.95 | 0.50 | yes |"));
    }

    #[test]
    fn a_claim_about_a_server_that_lost_messages_does_not_hold() {
        let mut ours = run("channels", 8.0);
        if let Outcome::Figures(figures) = &mut ours.outcome {
            figures.insert("delivered_percent".to_owned(), Value::from(0.1));
        }
        let page = page_of(vec![ours, run("axum", 16.0)]);
        assert!(page.contains("| CPU per delivery, of that of axum | ≤ 0.95 | 0.50 | **no** |"));
    }

    #[test]
    fn what_was_not_run_is_said() {
        let page = page_of(Vec::new());
        assert!(page.contains("Not run.") && page.contains("not measured"));
    }

    #[test]
    fn the_commands_can_be_repeated() {
        let page = page_of(vec![run("axum", 8.0)]);
        assert!(page.contains("- axum: `the-server` under `rate --rate 50`"));
    }
}
