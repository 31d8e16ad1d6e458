//! Results of runs: stored as one file for each experiment and one line of JSON for each run; read as
//! medians, spreads, and relations within each round.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::plan::Claim;

/// The delivered fraction below which a server counts as losing messages; above it, the rest is
/// only late when a run ends.
const ENOUGH_PERCENT: f64 = 99.9;

/// One run.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Record {
    /// The label of its case.
    pub(super) case: String,
    pub(super) round: u32,
    /// Total duration, with start and end, in seconds.
    pub(super) took_s: f64,
    /// The command of the server, and the arguments of `parlour-bench`.
    pub(super) server: String,
    pub(super) load: String,
    pub(super) outcome: Outcome,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// The line of JSON that the mode printed.
    Figures(Map<String, Value>),
    /// The error, as text for people.
    Failure(String),
}

impl Record {
    fn figure(&self, key: &str) -> Option<f64> {
        match &self.outcome {
            Outcome::Figures(figures) => figures.get(key)?.as_f64(),
            Outcome::Failure(_) => None,
        }
    }
}

/// The median of figures, and their range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Spread {
    /// Computes it from figures in any order; `None` where there are none.
    pub(super) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<_> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let (least, most) = (*figures.first()?, *figures.last()?);
        let (low, high) = (figures[(figures.len() - 1) / 2], figures[figures.len() / 2]);
        let median = f64::midpoint(low, high);
        Some(Self {
            median,
            least,
            most,
        })
    }
}

/// All runs of one experiment.
#[derive(Debug, Default)]
pub(super) struct Results(pub(super) Vec<Record>);

impl Results {
    /// Deletes the results of an earlier campaign.
    pub(super) fn clear(folder: &Path, experiment: &str) -> Result<()> {
        File::create(folder.join(format!("{experiment}.jsonl")))?;
        Ok(())
    }

    /// Stores one run.
    pub(super) fn add(folder: &Path, experiment: &str, record: &Record) -> Result<()> {
        let path = folder.join(format!("{experiment}.jsonl"));
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(writeln!(file, "{}", serde_json::to_string(record)?)?)
    }

    /// The stored results of an experiment; empty if it was never run.
    pub(super) fn read(folder: &Path, experiment: &str) -> Result<Self> {
        let path = folder.join(format!("{experiment}.jsonl"));
        let text = match fs::read_to_string(&path) {
            Err(absent) if absent.kind() == ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let records: serde_json::Result<_> = text.lines().map(serde_json::from_str).collect();
        Ok(Self(records.with_context(|| path.display().to_string())?))
    }

    /// The runs of a case.
    pub(super) fn of_case(&self, case: &str) -> impl Iterator<Item = &Record> {
        self.0.iter().filter(move |record| record.case == case)
    }

    /// A figure of a case over all rounds that have one.
    pub(super) fn spread(&self, case: &str, key: &str) -> Option<Spread> {
        Spread::of(self.of_case(case).filter_map(|run| run.figure(key)))
    }

    /// A figure of `base` divided by that of a case in the same round, because the machine drifts
    /// between rounds.
    pub(super) fn relation(&self, base: &str, case: &str, key: &str) -> Option<Spread> {
        Spread::of(self.of_case(case).filter_map(|run| {
            let mut others = self.of_case(base);
            let own = others.find(|other| other.round == run.round)?.figure(key)?;
            run.figure(key)
                .filter(|other| *other > 0.0)
                .map(|other| own / other)
        }))
    }

    /// Why a case has no figures in some round.
    pub(super) fn failure(&self, case: &str) -> Option<&str> {
        self.of_case(case).find_map(|run| match &run.outcome {
            Outcome::Figures(_) => None,
            Outcome::Failure(why) => Some(why.as_str()),
        })
    }

    /// The figure of a claim.
    pub(super) fn claimed(&self, claim: &Claim) -> Option<Spread> {
        match &claim.to {
            Some(other) => self.relation(&claim.case, other, &claim.key),
            None => self.spread(&claim.case, &claim.key),
        }
    }

    /// Whether a claim holds; `None` if it was not measured. It fails if our server ran without
    /// such a figure, and if it lost messages, whatever the figures of the others are.
    pub(super) fn verdict(&self, claim: &Claim) -> Option<bool> {
        let delivered = self.spread(&claim.case, "delivered_percent");
        if delivered.is_some_and(|percent| percent.median < ENOUGH_PERCENT) {
            return Some(false);
        }
        let mut runs = self.of_case(&claim.case);
        let has_run = runs.any(|run| matches!(run.outcome, Outcome::Figures(_)));
        match self.claimed(claim) {
            Some(spread) => Some(claim.bound.holds(spread.median)),
            None => (claim.to.is_none() && has_run).then_some(false),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A run with these figures, or a failed one if there are none.
    pub(crate) fn run(case: &str, round: u32, figures: &[(&str, f64)]) -> Record {
        let map = figures
            .iter()
            .map(|&(key, figure)| (key.to_owned(), Value::from(figure)));
        Record {
            case: case.to_owned(),
            round,
            took_s: 60.0,
            server: "the-server".to_owned(),
            load: "rate --rate 50".to_owned(),
            outcome: match figures {
                [] => Outcome::Failure("it ended".to_owned()),
                _ => Outcome::Figures(map.collect()),
            },
        }
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(Spread::of([]), None);
        let odd = Spread::of([3.0, 1.0, 9.0]).unwrap();
        assert_eq!((odd.median, odd.least, odd.most), (3.0, 1.0, 9.0));
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 9.0]).unwrap().median, 3.0);
    }

    #[test]
    fn a_relation_is_of_two_runs_of_one_round_and_a_failed_round_is_named() {
        let results = Results(vec![
            run("ours", 1, &[("cost", 1.0)]),
            run("theirs", 1, &[("cost", 2.0)]),
            run("ours", 2, &[("cost", 10.0)]),
            run("theirs", 2, &[("cost", 40.0)]),
            run("ours", 3, &[]),
            run("theirs", 3, &[("cost", 1.0)]),
        ]);
        let relation = results.relation("ours", "theirs", "cost").unwrap();
        assert_eq!((relation.least, relation.most), (0.25, 0.5));
        assert_eq!(results.relation("ours", "nobody", "cost"), None);
        assert_eq!(results.failure("ours"), Some("it ended"));
        assert_eq!(results.failure("theirs"), None);
    }

    #[test]
    fn what_was_stored_is_read_until_the_next_campaign_begins() {
        let folder = tempfile::tempdir().unwrap();
        let stored = || Results::read(folder.path(), "cpu").unwrap().0;
        assert_eq!(stored(), []);
        let runs = [run("ours", 1, &[("p50_ms", 1.5)]), run("ours", 2, &[])];
        for record in &runs {
            Results::add(folder.path(), "cpu", record).unwrap();
        }
        assert_eq!(stored(), runs);
        Results::clear(folder.path(), "cpu").unwrap();
        assert_eq!(stored(), []);
    }
}
