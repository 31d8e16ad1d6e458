//! What a run found out: a table for people, one line of JSON for scripts.

use std::io::{self, Write as _};

use anyhow::Result;
use hdrhistogram::Histogram;
use serde_json::{Map, Value};

/// Figures of one run, in the order in which they were added.
#[derive(Debug)]
pub(crate) struct Report {
    rows: Vec<(&'static str, Value, &'static str)>,
}

impl Report {
    /// An empty report of a mode against a server that people call `name`.
    pub(crate) fn new(mode: &'static str, name: &str) -> Self {
        let mut report = Self { rows: Vec::new() };
        report.add("mode", mode, "");
        report.add("server", name, "");
        report
    }

    /// Adds a figure with its unit.
    pub(crate) fn add(&mut self, name: &'static str, value: impl Into<Value>, unit: &'static str) {
        self.rows.push((name, value.into(), unit));
    }

    /// Adds a figure that has a fraction, to three digits.
    pub(crate) fn add_number(&mut self, name: &'static str, value: f64, unit: &'static str) {
        self.add(name, (value * 1000.0).round() / 1000.0, unit);
    }

    /// Adds the percentiles of latencies in nanoseconds, as milliseconds; `null` where there are
    /// none, for nothing came.
    pub(crate) fn add_latencies(&mut self, latencies: &Histogram<u64>) {
        if latencies.is_empty() {
            for name in ["p50_ms", "p99_ms", "p999_ms", "max_ms"] {
                self.add(name, Value::Null, "ms");
            }
            return;
        }
        let at = |quantile| latencies.value_at_quantile(quantile) as f64 / 1e6;
        self.add_number("p50_ms", at(0.50), "ms");
        self.add_number("p99_ms", at(0.99), "ms");
        self.add_number("p999_ms", at(0.999), "ms");
        self.add_number("max_ms", latencies.max() as f64 / 1e6, "ms");
    }

    /// Prints both forms to standard output.
    pub(crate) fn print(&self) -> Result<()> {
        let mut out = io::stdout().lock();
        let width = self.rows.iter().map(|(name, ..)| name.len()).max();
        for (name, value, unit) in &self.rows {
            let value = match value {
                Value::String(text) => text.clone(),
                number => number.to_string(),
            };
            writeln!(
                out,
                "{name:width$}  {value} {unit}",
                width = width.unwrap_or(0)
            )?;
        }
        writeln!(out, "{}", Value::Object(self.line()))?;
        Ok(())
    }

    /// All figures by their names.
    fn line(&self) -> Map<String, Value> {
        let rows = self.rows.iter();
        let figures = rows.map(|(name, value, _)| ((*name).to_owned(), value.clone()));
        figures.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_what_was_recorded_in_milliseconds() {
        let mut latencies = Histogram::new(3).unwrap();
        for ms in 1..=1000 {
            latencies.record(ms * 1_000_000).unwrap();
        }
        let mut report = Report::new("rate", "ours");
        report.add_latencies(&latencies);
        let line = report.line();
        let near = |key: &str, expected: f64| {
            let figure = line[key].as_f64().unwrap();
            assert!((figure / expected - 1.0).abs() < 0.002, "{key}: {figure}");
        };
        near("p50_ms", 500.0);
        near("p99_ms", 990.0);
        near("p999_ms", 999.0);
        near("max_ms", 1000.0);
        assert_eq!(line["server"], "ours");
    }

    #[test]
    fn where_nothing_came_there_are_no_percentiles() {
        let mut report = Report::new("rate", "ours");
        report.add_latencies(&Histogram::new(3).unwrap());
        assert_eq!(report.line()["p99_ms"], Value::Null);
    }

    #[test]
    fn a_number_has_three_digits_behind_the_point() {
        let mut report = Report::new("rate", "ours");
        report.add_number("third", 1.0 / 3.0, "s");
        assert_eq!(report.line()["third"], 0.333);
    }
}
