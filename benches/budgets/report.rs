//! What was seen, beside what was allowed: a table for people, a line of JSON for each row.

use std::{
    fs,
    io::{self, Write as _},
    thread,
};

use serde_json::{Value, json};

/// One number of a row.
pub(crate) struct Figure {
    /// What tells it from the others of its row; may be empty.
    name: &'static str,
    value: f64,
    unit: &'static str,
    /// More than this is too much; `None` where the budget has no number for it.
    most: Option<f64>,
}

impl Figure {
    /// A figure that has a budget.
    pub(crate) fn within(most: f64, name: &'static str, value: f64, unit: &'static str) -> Self {
        let most = Some(most);
        Self {
            name,
            value,
            unit,
            most,
        }
    }

    /// A figure that only explains others.
    pub(crate) fn seen(name: &'static str, value: f64, unit: &'static str) -> Self {
        let most = None;
        Self {
            name,
            value,
            unit,
            most,
        }
    }

    fn is_missed(&self) -> bool {
        self.most.is_some_and(|most| self.value > most)
    }

    fn words(&self, value: f64) -> String {
        let digits = usize::from(value.fract() != 0.0);
        let words = format!("{} {value:.digits$} {}", self.name, self.unit);
        words.trim().to_owned()
    }

    fn json(&self) -> Value {
        let value = (self.value * 100.0).round() / 100.0;
        json!({ "name": self.name, "value": value, "unit": self.unit, "budget": self.most })
    }
}

/// One line of the table.
pub(crate) struct Row {
    /// What is measured.
    pub(crate) what: &'static str,
    pub(crate) figures: Vec<Figure>,
    /// How it was measured, in a few words.
    pub(crate) how: String,
}

impl Row {
    fn budget(&self) -> String {
        let figures = self.figures.iter();
        let budgets = figures.filter_map(|figure| figure.most.map(|most| figure.words(most)));
        budgets.collect::<Vec<_>>().join(", ")
    }

    fn seen(&self) -> String {
        let words = self.figures.iter().map(|figure| {
            let words = figure.words(figure.value);
            if figure.is_missed() {
                format!("**{words}: missed**")
            } else {
                words
            }
        });
        words.collect::<Vec<_>>().join(", ")
    }

    fn json(&self) -> Value {
        let figures: Vec<_> = self.figures.iter().map(Figure::json).collect();
        json!({ "what": self.what, "figures": figures, "how": self.how })
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
    writeln!(out, "{}\n", machine(load_before))?;
    writeln!(
        out,
        "| What | Budget | Seen | How |\n| --- | --- | --- | --- |"
    )?;
    for row in rows {
        let (budget, seen) = (row.budget(), row.seen());
        writeln!(out, "| {} | {budget} | {seen} | {} |", row.what, row.how)?;
    }
    writeln!(out)?;
    for row in rows {
        writeln!(out, "{}", row.json())?;
    }
    Ok(())
}

/// What the figures hold for. Load is how many processes wanted to run at once in the last minute.
fn machine(load_before: &str) -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    format!(
        "Release build, {cores} cores; load {load_before} before, {} after.",
        load()
    )
}

/// The machine's load of the last minute.
pub(crate) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let last_minute = load.split_whitespace().next();
    last_minute.unwrap_or("unknown").to_owned()
}
