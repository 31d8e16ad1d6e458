//! docs/upstream-tests.md keeps its word: each of our tests that it names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The percentage of upstream tests that must have a counterpart.
const COVERED_PERCENT: usize = 95;

struct Row {
    upstream: String,
    ours: Vec<(String, String)>,
    reason: String,
}

fn in_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn rows() -> Vec<Row> {
    let path = in_crate("docs/upstream-tests.md");
    let text = fs::read_to_string(path).expect("the document is there");
    let lines = text.lines().filter(|line| line.starts_with("| `"));
    lines.map(Row::read).collect()
}

impl Row {
    // Upstream's file and test, then paths and tests of ours, or `none:` and why.
    fn read(line: &str) -> Self {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [upstream, ours] = cells[..] else {
            panic!("two cells: {line}");
        };
        let reason = ours.strip_prefix("none: ").unwrap_or_default();
        let names = if reason.is_empty() { ours } else { "" };
        let named = names.split('`').skip(1).step_by(2).map(|name| {
            let (path, name) = name.rsplit_once("::").expect("path::name");
            (path.to_owned(), name.to_owned())
        });
        Self {
            upstream: upstream.trim_matches('`').to_owned(),
            ours: named.collect(),
            reason: reason.to_owned(),
        }
    }
}

#[test]
fn each_test_that_stands_for_an_upstream_test_exists() {
    for row in rows() {
        let upstream = &row.upstream;
        assert!(row.ours.is_empty() != row.reason.is_empty(), "{upstream}");
        for (path, name) in &row.ours {
            let source = fs::read_to_string(in_crate(path));
            let source = source.unwrap_or_else(|failure| panic!("{upstream}: {path}: {failure}"));
            assert!(
                source.contains(&format!("fn {name}(")),
                "{upstream}: {path} has no {name}"
            );
        }
    }
}

#[test]
fn nearly_every_upstream_test_has_a_counterpart() {
    let rows = rows();
    let names: BTreeSet<_> = rows.iter().map(|row| &row.upstream).collect();
    assert_eq!(names.len(), rows.len(), "each upstream test once");
    let covered = rows.iter().filter(|row| !row.ours.is_empty()).count();
    assert!(
        rows.len() > 100 && covered * 100 >= rows.len() * COVERED_PERCENT,
        "{covered} of {} have a test of ours",
        rows.len()
    );
}
