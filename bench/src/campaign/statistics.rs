//! Medians and spreads of what the rounds found, and relations within each round.

use super::store::{Outcome, Record};

/// Of what was to be delivered; what is missing came while the run ended.
const ENOUGH_PERCENT: f64 = 99.9;

/// The middle of some figures, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Spread {
    /// Of any order; `None` where there are no figures.
    pub(super) fn of(mut figures: Vec<f64>) -> Option<Self> {
        figures.sort_by(f64::total_cmp);
        let (least, most) = (*figures.first()?, *figures.last()?);
        let half = figures.len() / 2;
        let median = if figures.len() % 2 == 1 {
            figures[half]
        } else {
            f64::midpoint(figures[half - 1], figures[half])
        };
        Some(Self {
            median,
            least,
            most,
        })
    }
}

/// The figures of one experiment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Results<'a>(pub(super) &'a [Record]);

impl<'a> Results<'a> {
    /// The runs of a case.
    pub(super) fn of_case(self, case: &str) -> impl Iterator<Item = &'a Record> {
        self.0.iter().filter(move |record| record.case == case)
    }

    /// A figure of a case over all rounds that have one.
    pub(super) fn spread(self, case: &str, key: &str) -> Option<Spread> {
        Spread::of(
            self.of_case(case)
                .filter_map(|run| figure(run, key))
                .collect(),
        )
    }

    /// A figure of `base` divided by that of a case, both of the same round, since the machine
    /// drifts between rounds.
    pub(super) fn relation(self, base: &str, case: &str, key: &str) -> Option<Spread> {
        let in_round = |round| self.of_case(base).find(move |run| run.round == round);
        let relations = self.of_case(case).filter_map(|run| {
            let own = figure(in_round(run.round)?, key)?;
            figure(run, key)
                .filter(|other| *other > 0.0)
                .map(|other| own / other)
        });
        Spread::of(relations.collect())
    }

    /// Whether a case has any figures.
    pub(super) fn has_figures(self, case: &str) -> bool {
        let mut runs = self.of_case(case);
        runs.any(|run| matches!(run.outcome, Outcome::Figures(_)))
    }

    /// How much a case delivered, in percent, if that was not everything: whoever loses messages is
    /// not measured by how fast and how cheap the others were.
    pub(super) fn short_of_all(self, case: &str) -> Option<Spread> {
        let delivered = self.spread(case, "delivered_percent");
        delivered.filter(|percent| percent.median < ENOUGH_PERCENT)
    }

    /// Why a case has no figures in some round.
    pub(super) fn failure(self, case: &str) -> Option<&'a str> {
        self.of_case(case).find_map(|run| match &run.outcome {
            Outcome::Figures(_) => None,
            Outcome::Failure(why) => Some(why.as_str()),
        })
    }
}

fn figure(run: &Record, key: &str) -> Option<f64> {
    match &run.outcome {
        Outcome::Figures(figures) => figures.get(key)?.as_f64(),
        Outcome::Failure(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    fn run(case: &str, round: u32, cost: Option<f64>) -> Record {
        let failure = || Outcome::Failure("it ended".to_owned());
        let outcome = cost.map_or_else(failure, |cost| {
            Outcome::Figures(Map::from_iter([("cost".to_owned(), Value::from(cost))]))
        });
        Record {
            case: case.to_owned(),
            round,
            took_s: 1.0,
            server: String::new(),
            load: String::new(),
            outcome,
        }
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(Spread::of(vec![]), None);
        let odd = Spread::of(vec![3.0, 1.0, 9.0]).unwrap();
        assert_eq!((odd.median, odd.least, odd.most), (3.0, 1.0, 9.0));
        assert_eq!(Spread::of(vec![4.0, 1.0, 2.0, 9.0]).unwrap().median, 3.0);
    }

    #[test]
    fn a_relation_is_of_two_runs_of_one_round() {
        let runs = [
            run("ours", 1, Some(1.0)),
            run("theirs", 1, Some(2.0)),
            run("ours", 2, Some(10.0)),
            run("theirs", 2, Some(40.0)),
            run("ours", 3, None),
            run("theirs", 3, Some(1.0)),
        ];
        let relation = Results(&runs).relation("ours", "theirs", "cost").unwrap();
        assert_eq!((relation.least, relation.most), (0.25, 0.5));
        assert_eq!(Results(&runs).relation("ours", "nobody", "cost"), None);
    }

    #[test]
    fn a_failed_round_is_named_and_the_others_count() {
        let runs = [run("ours", 1, Some(5.0)), run("ours", 2, None)];
        assert_eq!(Results(&runs).failure("ours"), Some("it ended"));
        assert_eq!(Results(&runs).spread("ours", "cost").unwrap().median, 5.0);
        assert_eq!(Results(&runs[..1]).failure("ours"), None);
    }
}
