//! What we say of ourselves, each with the figure that it stands or falls by.

mod list;

use super::statistics::{Results, Spread};

use Figure::{Of, Relation};
use list::{FRAMEWORK, GROWTH, PARLOUR};

/// One sentence that a campaign can refute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub(super) text: &'static str,
    pub(super) experiment: &'static str,
    figure: Figure,
    pub(super) bound: Bound,
    /// Digits behind the point.
    pub(super) digits: usize,
}

#[derive(Clone, Copy, Debug)]
enum Figure {
    /// A key of a case.
    Of(&'static str, &'static str),
    /// A key of the first case divided by that of the second.
    Relation(&'static str, &'static str, &'static str),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    /// Whether a figure keeps it.
    pub(super) fn holds(self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
        }
    }
}

/// What a campaign says to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Holds,
    Fails,
    NotMeasured,
}

impl Claim {
    /// What was measured, if it was.
    pub(super) fn measured(&self, results: Results<'_>) -> Option<Spread> {
        match self.figure {
            Figure::Of(case, key) => results.spread(case, key),
            Figure::Relation(base, case, key) => results.relation(base, case, key),
        }
    }

    /// Whether it holds. A server that was run and has no such figure has failed, and so has one
    /// that lost messages, whatever the others cost.
    pub(super) fn verdict(&self, results: Results<'_>) -> Verdict {
        let ours = match self.figure {
            Of(case, _) | Relation(case, ..) => case,
        };
        match self.measured(results) {
            _ if results.short_of_all(ours).is_some() => Verdict::Fails,
            Some(spread) if self.bound.holds(spread.median) => Verdict::Holds,
            Some(_) => Verdict::Fails,
            None if matches!(self.figure, Of(..)) && results.has_figures(ours) => Verdict::Fails,
            None => Verdict::NotMeasured,
        }
    }
}

/// All claims, in the order of the page.
pub(super) fn all() -> Vec<Claim> {
    let said = FRAMEWORK.iter().chain(&PARLOUR).chain(&GROWTH);
    let claim = |&(text, experiment, figure, bound, digits)| Claim {
        text,
        experiment,
        figure,
        bound,
        digits,
    };
    said.map(claim).collect()
}

#[cfg(test)]
mod tests {
    use super::super::experiments;
    use super::Bound::{AtLeast, AtMost};
    use super::*;

    #[test]
    fn a_claim_is_about_what_is_measured() {
        let experiments = experiments::all();
        for claim in all() {
            let mut named = experiments.iter();
            let experiment = named.find(|known| known.name == claim.experiment).unwrap();
            let (cases, key) = match claim.figure {
                Of(case, key) => (vec![case], key),
                Relation(base, case, key) => (vec![base, case], key),
            };
            let labels: Vec<_> = experiment.cases.iter().map(|case| case.label).collect();
            assert!(
                cases.iter().all(|case| labels.contains(case)),
                "{}",
                claim.text
            );
            let mut columns = experiment.columns.iter();
            assert!(columns.any(|column| column.key == key), "{}", claim.text);
        }
    }

    #[test]
    fn a_bound_is_kept_or_not() {
        assert!(AtMost(0.75).holds(0.75) && !AtMost(0.75).holds(0.76));
        assert!(AtLeast(100.0).holds(100.0) && !AtLeast(100.0).holds(99.9));
    }
}
