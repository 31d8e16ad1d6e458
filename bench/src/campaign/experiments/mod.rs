//! What is compared: for each question the servers, the load, and the figures to look at.

mod framework;
mod growth;
mod parlour;

use super::subject::Subject;

pub(super) use framework::{OUR_HANDLERS, OURS};

/// One question, answered by runs that take turns.
#[derive(Clone, Debug)]
pub(super) struct Experiment {
    /// Of its file of results, and `--only`.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// What the figures mean, for the page.
    pub(super) about: &'static str,
    pub(super) cases: Vec<Case>,
    pub(super) columns: Vec<Column>,
    /// The key whose figures are set in relation to those of other cases, and these cases' labels.
    pub(super) relation: Option<(&'static str, &'static [&'static str])>,
    /// Fewer rounds than asked for, for what takes minutes and is compared with nothing.
    pub(super) most_rounds: u32,
}

/// One server under one load.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) label: &'static str,
    pub(super) subject: Subject,
    /// Mode and options of `parlour-bench`, parted by spaces; `{seconds}` and `{sockets}` stand for
    /// what the campaign allows.
    pub(super) load: String,
    /// How long the load lasts, where it says `{seconds}`.
    pub(super) seconds: f64,
    /// The server has a core to itself.
    pub(super) pinned: bool,
    /// Left out when somebody only tries things out.
    pub(super) lengthy: bool,
}

impl Case {
    fn new(label: &'static str, subject: Subject, load: impl Into<String>) -> Self {
        Self {
            label,
            subject,
            load: load.into(),
            seconds: 0.0,
            pinned: true,
            lengthy: false,
        }
    }

    fn for_seconds(self, seconds: f64) -> Self {
        Self { seconds, ..self }
    }
}

/// A figure of each run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// Its name in the line of JSON.
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    /// Digits behind the point.
    pub(super) digits: usize,
}

const fn column(key: &'static str, title: &'static str, digits: usize) -> Column {
    Column { key, title, digits }
}

/// All that there is, in the order in which it is run and shown.
pub(super) fn all() -> Vec<Experiment> {
    let mut all = framework::experiments();
    all.extend(parlour::experiments());
    all.extend(growth::experiments());
    all
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_labels_are_used_once() {
        let mut names = HashSet::new();
        for experiment in all() {
            assert!(names.insert(experiment.name), "{}", experiment.name);
            let labels: HashSet<_> = experiment.cases.iter().map(|case| case.label).collect();
            assert_eq!(labels.len(), experiment.cases.len(), "{}", experiment.name);
        }
    }

    #[test]
    fn what_is_related_is_in_the_table() {
        for experiment in all() {
            let keys: HashSet<_> = experiment.columns.iter().map(|column| column.key).collect();
            let labels: HashSet<_> = experiment.cases.iter().map(|case| case.label).collect();
            if let Some((key, bases)) = experiment.relation {
                assert!(keys.contains(key), "{}", experiment.name);
                assert!(bases.iter().all(|base| labels.contains(base)));
            }
        }
    }

    #[test]
    fn a_load_that_lasts_says_how_long() {
        for case in all().into_iter().flat_map(|experiment| experiment.cases) {
            assert_eq!(
                case.load.contains("{seconds}"),
                case.seconds > 0.0,
                "{}",
                case.load
            );
        }
    }
}
