//! The measurements beside their budgets: a table for people, a line of JSON for each row.

use std::{
    fs,
    io::{self, Write as _},
    thread,
};

use serde_json::{Value, json};

/// One number of a row.
struct Figure {
    /// Distinguishes it from the others of its row; may be empty.
    name: &'static str,
    value: f64,
    unit: &'static str,
    /// The budget; `None` for a figure that only explains others.
    most: Option<f64>,
}

impl Figure {
    fn words(&self, value: f64) -> String {
        let digits = usize::from(value.fract() != 0.0);
        let words = format!("{} {value:.digits$} {}", self.name, self.unit);
        words.trim().to_owned()
    }

    fn seen(&self) -> String {
        let words = self.words(self.value);
        match self.most {
            Some(most) if self.value > most => format!("**{words}: missed**"),
            _ => words,
        }
    }

    fn json(&self) -> Value {
        let value = (self.value * 100.0).round() / 100.0;
        json!({ "name": self.name, "value": value, "unit": self.unit, "budget": self.most })
    }
}

/// One line of the table.
pub(crate) struct Row {
    what: &'static str,
    figures: Vec<Figure>,
    how: String,
}

impl Row {
    /// The measurement and its method, in a few words.
    pub(crate) fn new(what: &'static str, how: impl Into<String>) -> Self {
        let (how, figures) = (how.into(), Vec::new());
        Self { what, figures, how }
    }

    /// Adds a figure that has a budget.
    pub(crate) fn within(
        self,
        most: f64,
        name: &'static str,
        value: f64,
        unit: &'static str,
    ) -> Self {
        self.with(name, value, unit, Some(most))
    }

    /// Adds a figure that only explains others.
    pub(crate) fn seen(self, name: &'static str, value: f64, unit: &'static str) -> Self {
        self.with(name, value, unit, None)
    }

    fn with(
        mut self,
        name: &'static str,
        value: f64,
        unit: &'static str,
        most: Option<f64>,
    ) -> Self {
        self.figures.push(Figure {
            name,
            value,
            unit,
            most,
        });
        self
    }
}

/// The value below which this share of the values lies (nearest rank); `share` is 0 to 1.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.max(1) - 1]
}

/// Prints the table as Markdown, then the lines of JSON, to standard output.
pub(crate) fn print(rows: &[Row], load_before: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (cores, load) = (thread::available_parallelism()?, load());
    writeln!(
        out,
        "Release build, {cores} cores; load {load_before} before, {load} after.\n"
    )?;
    writeln!(
        out,
        "| What | Budget | Seen | How |\n| --- | --- | --- | --- |"
    )?;
    for Row { what, figures, how } in rows {
        let budgets = figures
            .iter()
            .filter_map(|figure| Some(figure.words(figure.most?)));
        let budgets = budgets.collect::<Vec<_>>().join(", ");
        let seen = figures
            .iter()
            .map(Figure::seen)
            .collect::<Vec<_>>()
            .join(", ");
        writeln!(out, "| {what} | {budgets} | {seen} | {how} |")?;
    }
    writeln!(out)?;
    for Row { what, figures, how } in rows {
        let figures: Vec<_> = figures.iter().map(Figure::json).collect();
        writeln!(
            out,
            "{}",
            json!({ "what": what, "figures": figures, "how": how })
        )?;
    }
    Ok(())
}

/// The machine's load: how many processes wanted to run at once in the last minute.
pub(crate) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or("unknown").to_owned()
}
