//! Results of runs on the disk: one file for each experiment, one line of JSON for each run.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One run.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Record {
    /// The label of its case.
    pub(super) case: String,
    pub(super) round: u32,
    /// How long it took with everything around it, in seconds.
    pub(super) took_s: f64,
    /// The command of the server, and what was asked of `parlour-bench`.
    pub(super) server: String,
    pub(super) load: String,
    pub(super) outcome: Outcome,
}

/// What came of a run.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// The line of JSON that the mode printed.
    Figures(Map<String, Value>),
    /// Why there is none, for people.
    Failure(String),
}

/// A folder of results.
#[derive(Clone, Debug)]
pub(super) struct Store {
    folder: PathBuf,
}

impl Store {
    /// Makes the folder if there is none.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let folder = folder.to_owned();
        Ok(Self { folder })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Forgets what an earlier campaign found out about this.
    pub(super) fn begin(&self, experiment: &str) -> Result<()> {
        File::create(self.path(experiment))?;
        Ok(())
    }

    /// Adds a run of an experiment.
    pub(super) fn add(&self, experiment: &str, record: &Record) -> Result<()> {
        let path = self.path(experiment);
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        writeln!(file, "{}", serde_json::to_string(record)?)?;
        Ok(())
    }

    /// All runs of an experiment; none if it was never run.
    pub(super) fn records(&self, experiment: &str) -> Result<Vec<Record>> {
        let path = self.path(experiment);
        let text = match fs::read_to_string(&path) {
            Err(absent) if absent.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            text => text?,
        };
        let lines = text.lines().map(serde_json::from_str);
        let records: serde_json::Result<_> = lines.collect();
        records.with_context(|| path.display().to_string())
    }

    fn path(&self, experiment: &str) -> PathBuf {
        self.folder.join(format!("{experiment}.jsonl"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(round: u32, outcome: Outcome) -> Record {
        Record {
            case: "ours".to_owned(),
            round,
            took_s: 1.5,
            server: "server".to_owned(),
            load: "rate".to_owned(),
            outcome,
        }
    }

    #[test]
    fn what_was_stored_is_read_until_the_next_campaign_begins() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("results")).unwrap();
        assert_eq!(store.records("cpu").unwrap(), []);
        let Value::Object(figures) = json!({"p50_ms": 1.5}) else {
            unreachable!("an object was written");
        };
        let first = record(1, Outcome::Figures(figures));
        let second = record(2, Outcome::Failure("it ended".to_owned()));
        store.add("cpu", &first).unwrap();
        store.add("cpu", &second).unwrap();
        assert_eq!(store.records("cpu").unwrap(), [first, second]);
        store.begin("cpu").unwrap();
        assert_eq!(store.records("cpu").unwrap(), []);
    }
}
