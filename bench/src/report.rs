//! The result of a run: a table for people, one line of JSON for scripts. Names carry the units.

use std::io::{self, Write as _};

use anyhow::Result;
use hdrhistogram::Histogram;
use serde_json::{Map, Value};

const LONGEST_LATENCY_NS: u64 = 120_000_000_000;

/// Figures of one run, in the order in which they were added.
#[derive(Debug)]
pub(crate) struct Report(Vec<(String, Value)>);

/// An empty histogram of nanoseconds, to three digits.
pub(crate) fn latencies() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1_000, LONGEST_LATENCY_NS, 3)?)
}

impl Report {
    /// An empty report of a mode.
    pub(crate) fn new(mode: &str) -> Self {
        Self(vec![("mode".to_owned(), mode.into())])
    }

    /// Adds a figure; a fraction is rounded to three digits.
    pub(crate) fn add(&mut self, name: &str, value: impl Into<Value>) {
        let value = match value.into() {
            Value::Number(number) if number.is_f64() => {
                let number = number.as_f64().unwrap_or_default();
                ((number * 1000.0).round() / 1000.0).into()
            }
            value => value,
        };
        self.0.push((name.to_owned(), value));
    }

    /// Adds the percentiles of latencies in nanoseconds, as milliseconds; `null` where nothing was
    /// recorded. `prefix` distinguishes several histograms.
    pub(crate) fn add_latencies(&mut self, prefix: &str, latencies: &Histogram<u64>) {
        for (name, quantile) in [("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1.0)] {
            let ms = latencies.value_at_quantile(quantile) as f64 / 1e6;
            let ms = (!latencies.is_empty()).then_some(ms);
            self.add(&format!("{prefix}{name}_ms"), ms);
        }
    }

    /// Prints both forms to standard output.
    pub(crate) fn print(self) -> Result<()> {
        let mut out = io::stdout().lock();
        let width = self.0.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or(0);
        for (name, value) in &self.0 {
            writeln!(out, "{name:width$}  {value}")?;
        }
        let line: Map<_, _> = self.0.into_iter().collect();
        Ok(writeln!(out, "{}", Value::Object(line))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_milliseconds_and_null_where_nothing_was_recorded() {
        let mut recorded = latencies().unwrap();
        let mut report = Report::new("rate");
        report.add_latencies("page_", &recorded);
        for ms in 1..=1000 {
            recorded.record(ms * 1_000_000).unwrap();
        }
        report.add_latencies("", &recorded);
        report.add("third", 1.0 / 3.0);
        let line: Map<_, _> = report.0.into_iter().collect();
        let near = |key: &str, expected: f64| {
            let figure = line[key].as_f64().unwrap();
            assert!((figure / expected - 1.0).abs() < 0.002, "{key}: {figure}");
        };
        near("p50_ms", 500.0);
        near("p99_ms", 990.0);
        near("max_ms", 1000.0);
        assert_eq!(
            (&line["page_p99_ms"], &line["third"]),
            (&Value::Null, &0.333.into())
        );
    }
}
