//! The plan of a campaign: `bench/campaign.toml`, checked.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// The measurements, tables and claims; the file explains its fields.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    /// Shell scripts by the name of the fact that they print.
    pub(super) facts: BTreeMap<String, String>,
    pub(super) servers: BTreeMap<String, Server>,
    pub(super) experiments: Vec<Experiment>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Server {
    pub(super) command: String,
    #[serde(default = "one")]
    pub(super) descriptors: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Experiment {
    /// Its name in `--only`, and that of its file of results.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) about: String,
    #[serde(default)]
    load: String,
    seconds: f64,
    #[serde(default)]
    servers: Vec<String>,
    #[serde(default)]
    pub(super) cases: Vec<Case>,
    /// Each server has a core to itself.
    #[serde(default = "yes")]
    pub(super) pinned: bool,
    /// The maximum of rounds, for loads that take minutes and are not compared.
    pub(super) rounds: Option<u32>,
    pub(super) columns: Vec<(String, String, usize)>,
    pub(super) relation: Option<Relation>,
    #[serde(default)]
    pub(super) claims: Vec<Claim>,
}

/// One server under one load; missing fields default to those of the experiment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Case {
    pub(super) label: String,
    pub(super) server: String,
    pub(super) load: String,
    pub(super) seconds: f64,
    /// Omitted by `--quick`.
    pub(super) lengthy: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Relation {
    pub(super) key: String,
    pub(super) of: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Claim {
    pub(super) text: String,
    pub(super) case: String,
    pub(super) to: Option<String>,
    pub(super) key: String,
    #[serde(flatten)]
    pub(super) bound: Bound,
    #[serde(default)]
    pub(super) digits: usize,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Plan {
    /// The plan of this repository.
    pub(super) fn load() -> Result<Self> {
        let mut plan: Self = toml::from_str(include_str!("../../campaign.toml"))?;
        for experiment in &mut plan.experiments {
            experiment.complete_cases();
            let name = &experiment.name;
            experiment
                .check(&plan.servers)
                .with_context(|| name.clone())?;
        }
        Ok(plan)
    }

    /// Keeps only the experiments of these names, or all if there are none.
    pub(super) fn keep(&mut self, only: &[String]) -> Result<()> {
        let names = self.experiments.iter().map(|known| known.name.as_str());
        let names: Vec<_> = names.collect();
        for name in only {
            let is_known = names.contains(&name.as_str());
            ensure!(is_known, "there is no {name}, only {}", names.join(", "));
        }
        self.experiments
            .retain(|known| only.is_empty() || only.contains(&known.name));
        Ok(())
    }
}

impl Experiment {
    fn complete_cases(&mut self) {
        let servers = self.servers.drain(..).map(|server| Case {
            server,
            ..Case::default()
        });
        self.cases.splice(0..0, servers);
        for case in &mut self.cases {
            if case.label.is_empty() {
                case.label.clone_from(&case.server);
            }
            if case.load.is_empty() {
                case.load.clone_from(&self.load);
            }
            if case.seconds == 0.0 {
                case.seconds = self.seconds;
            }
        }
    }

    /// Refuses names, labels and keys that the file does not define.
    fn check(&self, servers: &BTreeMap<String, Server>) -> Result<()> {
        let mut labels = HashSet::new();
        for case in &self.cases {
            let Case { label, server, .. } = case;
            ensure!(servers.contains_key(server), "there is no server {server}");
            ensure!(labels.insert(label), "there are two cases {label}");
            ensure!(!case.load.is_empty(), "{label} has no load");
        }
        let keys: HashSet<_> = self.columns.iter().map(|(key, ..)| key).collect();
        let related = self.relation.iter();
        let related = related.flat_map(|relation| relation.of.iter().map(|of| (of, &relation.key)));
        let claimed = self.claims.iter();
        let claimed = claimed.flat_map(|claim| {
            claim
                .to
                .iter()
                .chain([&claim.case])
                .map(|of| (of, &claim.key))
        });
        for (label, key) in related.chain(claimed) {
            ensure!(labels.contains(label), "there is no case {label}");
            ensure!(keys.contains(key), "there is no column {key}");
        }
        Ok(())
    }
}

impl Bound {
    pub(super) fn holds(self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
        }
    }
}

fn one() -> usize {
    1
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_together_and_a_wrong_key_is_refused() {
        let mut plan = Plan::load().unwrap();
        assert_eq!(plan.experiments[0].cases[3].label, "axum");
        plan.experiments[0].claims[0].key = "p50_years".to_owned();
        let failure = plan.experiments[0].check(&plan.servers).unwrap_err();
        assert_eq!(failure.to_string(), "there is no column p50_years");
    }

    #[test]
    fn an_experiment_is_chosen_by_its_name_and_a_wrong_name_is_an_error() {
        let names = |only: &[&str]| {
            let mut plan = Plan::load()?;
            plan.keep(&only.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())?;
            anyhow::Ok(
                plan.experiments
                    .into_iter()
                    .map(|known| known.name)
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(names(&["idle", "cpu"]).unwrap(), ["cpu", "idle"]);
        assert!(names(&[]).unwrap().len() > 10);
        let failure = names(&["idel"]).unwrap_err().to_string();
        assert!(
            failure.starts_with("there is no idel, only cpu, "),
            "{failure}"
        );
    }

    #[test]
    fn a_bound_includes_its_number() {
        assert!(Bound::AtMost(0.75).holds(0.75) && !Bound::AtMost(0.75).holds(0.76));
        assert!(Bound::AtLeast(100.0).holds(100.0) && !Bound::AtLeast(100.0).holds(99.9));
    }
}
