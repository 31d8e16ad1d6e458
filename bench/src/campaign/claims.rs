//! What we say of ourselves, each with the figure that it stands or falls by.

use super::experiments::{OUR_HANDLERS, OURS};
use super::statistics::{Results, Spread};

use Bound::{AtLeast, AtMost};
use Figure::{Of, Relation};

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

impl Claim {
    /// What was measured, if it was.
    pub(super) fn measured(&self, results: Results<'_>) -> Option<Spread> {
        match self.figure {
            Figure::Of(case, key) => results.spread(case, key),
            Figure::Relation(base, case, key) => results.relation(base, case, key),
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

type Said = (&'static str, &'static str, Figure, Bound, usize);

const COST: &str = "cpu_s_per_million";
const ACTORS: &str = "actix-web-actors";

const FRAMEWORK: [Said; 14] = [
    (
        "CPU per delivery, of that of actix-web-actors",
        "cpu",
        Relation(OURS, ACTORS, COST),
        AtMost(0.75),
        2,
    ),
    (
        "CPU per delivery, of that of axum",
        "cpu",
        Relation(OURS, "axum", COST),
        AtMost(0.95),
        2,
    ),
    (
        "CPU per delivery, of that of Django Channels on uvicorn",
        "cpu",
        Relation(OURS, "Django Channels on uvicorn", COST),
        AtMost(0.05),
        3,
    ),
    (
        "CPU per delivery through consumers' handlers, of that of actix-web-actors",
        "cpu",
        Relation(OUR_HANDLERS, ACTORS, COST),
        AtMost(0.9),
        2,
    ),
    (
        "2,000,000 deliveries per second offered: delivered, %",
        "offered-2000",
        Of(OURS, "delivered_percent"),
        AtLeast(100.0),
        1,
    ),
    (
        "The same: out of order",
        "offered-2000",
        Of(OURS, "out_of_order"),
        AtMost(0.0),
        0,
    ),
    (
        "The same: p99, ms",
        "offered-2000",
        Of(OURS, "p99_ms"),
        AtMost(50.0),
        1,
    ),
    (
        "Idle connection, KiB",
        "idle",
        Of(OURS, "kib_per_socket"),
        AtMost(2.0),
        2,
    ),
    (
        // 10 s, and what 1 MiB takes at 640 KiB/s; the kernel's own buffers are not allowed for.
        "Ten stalled members: all cut, s after the first message",
        "stall",
        Of(OURS, "all_cut_s"),
        AtMost(11.6),
        1,
    ),
    (
        "The same: lost by the others",
        "stall",
        Of(OURS, "lost"),
        AtMost(0.0),
        0,
    ),
    (
        "The same: KiB kept at the end",
        "stall",
        Of(OURS, "kept_kib"),
        AtMost(2048.0),
        0,
    ),
    (
        "Deliveries per second of two workers, of those of one",
        "workers",
        Relation("two workers", "one worker", "deliveries_per_s"),
        AtLeast(1.0),
        2,
    ),
    (
        "Two workers: out of order",
        "workers",
        Of("two workers", "out_of_order"),
        AtMost(0.0),
        0,
    ),
    (
        "Idle socket of somebody who is signed in to Parlour, KiB",
        "signed-in",
        Of("signed-in sockets", "kib_per_socket"),
        AtMost(4.0),
        2,
    ),
];

const PARLOUR: [Said; 7] = [
    (
        "Durable posts per second of 50 people",
        "post",
        Of("5,500/s", "stored_per_s"),
        AtLeast(5000.0),
        0,
    ),
    (
        "500 posts per second: sent to received, p50 ms",
        "post",
        Of("500/s", "p50_ms"),
        AtMost(5.0),
        1,
    ),
    (
        "The same: p99 ms",
        "post",
        Of("500/s", "p99_ms"),
        AtMost(30.0),
        1,
    ),
    (
        "Log-in pages per second on one core",
        "browse",
        Of("log-in page", "requests_per_s"),
        AtLeast(5000.0),
        0,
    ),
    (
        "Room pages of 50 messages per second on one core",
        "browse",
        Of("room page", "requests_per_s"),
        AtLeast(1500.0),
        0,
    ),
    (
        "Resident memory of Parlour without connections, KiB",
        "resident",
        Of("100 people", "fresh_kib"),
        AtMost(15.0 * 1024.0),
        0,
    ),
    (
        "The same with 100 sockets of people who are signed in, KiB",
        "resident",
        Of("100 people", "after_kib"),
        AtMost(20.0 * 1024.0),
        0,
    ),
];

/// What a step may cost more than its size says before it counts as worse than linear: runs differ
/// by that much.
const LINEAR: Bound = AtMost(1.25);

const GROWTH: [Said; 7] = [
    (
        "CPU per delivery: 100 members, of that of 10",
        "members",
        Relation("100", "10", COST),
        LINEAR,
        2,
    ),
    (
        "CPU per delivery: 1,000 members, of that of 100",
        "members",
        Relation("1,000", "100", COST),
        LINEAR,
        2,
    ),
    (
        "CPU per delivery: 10,000 members, of that of 1,000",
        "members",
        Relation("10,000", "1,000", COST),
        LINEAR,
        2,
    ),
    (
        "CPU per delivery: 10 rooms, of that of one",
        "rooms",
        Relation("10", "1", COST),
        LINEAR,
        2,
    ),
    (
        "CPU per delivery: 100 rooms, of that of 10",
        "rooms",
        Relation("100", "10", COST),
        LINEAR,
        2,
    ),
    (
        "CPU per delivery: 1,000 rooms, of that of 100",
        "rooms",
        Relation("1,000", "100", COST),
        LINEAR,
        2,
    ),
    (
        "Newest page: 1,000,000 stored messages, of the time with 1,000",
        "stored",
        Relation("1,000,000", "1,000", "p50_ms"),
        LINEAR,
        2,
    ),
];

#[cfg(test)]
mod tests {
    use super::super::experiments;
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
