//! Tables in Markdown: a row for each case, a cell for each figure.

use crate::campaign::experiments::Experiment;
use crate::campaign::statistics::{Results, Spread};

const NOTHING: &str = "—";

/// The table of an experiment.
pub(super) fn of(experiment: &Experiment, results: Results<'_>) -> String {
    let (key, bases) = experiment.relation.unwrap_or(("", &[]));
    let mut titles = vec![String::new()];
    let columns = experiment.columns.iter();
    titles.extend(columns.map(|column| column.title.to_owned()));
    titles.extend(bases.iter().map(|base| format!("{base} ÷ this")));
    let mut table = row(&titles) + &rule(titles.len());
    for case in &experiment.cases {
        if results.of_case(case.label).next().is_none() {
            continue;
        }
        let mut cells = vec![case.label.to_owned()];
        for column in &experiment.columns {
            cells.push(cell(results.spread(case.label, column.key), column.digits));
        }
        for base in bases {
            let relation = results.relation(base, case.label, key);
            let small = relation.is_some_and(|relation| relation.median < 0.1);
            cells.push(cell(relation, if small { 3 } else { 2 }));
        }
        table += &row(&cells);
    }
    let failures = experiment.cases.iter().filter_map(|case| {
        let why = results.failure(case.label)?;
        Some(format!("\n{}: {why}.\n", case.label))
    });
    table + &failures.collect::<String>()
}

/// A median with its spread, if there is one.
pub(super) fn cell(spread: Option<Spread>, digits: usize) -> String {
    let Some(spread) = spread else {
        return NOTHING.to_owned();
    };
    let [median, least, most] =
        [spread.median, spread.least, spread.most].map(|figure| number(figure, digits));
    if least == most {
        return median;
    }
    format!("{median} ({least}–{most})")
}

/// A number with commas between thousands.
pub(super) fn number(figure: f64, digits: usize) -> String {
    let text = format!("{figure:.digits$}");
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (index, digit) in whole.char_indices() {
        let left = whole.len() - index;
        if left % 3 == 0 && grouped.ends_with(|before: char| before.is_ascii_digit()) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

pub(super) fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// What stands between titles and rows: the first column is words, the others are figures.
pub(super) fn rule(columns: usize) -> String {
    format!("|---|{}\n", "--:|".repeat(columns - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_a_spread_where_there_is_one() {
        let of = |figures: &[f64]| cell(Spread::of(figures.to_vec()), 1);
        assert_eq!(of(&[]), "—");
        assert_eq!(of(&[8.24]), "8.2");
        assert_eq!(of(&[8.0, 9.0, 8.2]), "8.2 (8.0–9.0)");
    }

    #[test]
    fn thousands_are_parted() {
        for (figure, digits, expected) in [
            (0.0, 0, "0"),
            (999.0, 0, "999"),
            (1000.0, 0, "1,000"),
            (1_998_000.5, 1, "1,998,000.5"),
            (-1500.0, 0, "-1,500"),
            (-100.0, 0, "-100"),
        ] {
            assert_eq!(number(figure, digits), expected);
        }
    }
}
