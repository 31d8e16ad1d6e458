//! The page of results: everything that was stored, in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;

use super::plan::{Bound, Experiment};
use super::results::{Results, Spread};

const INTRODUCTION: &str = "`scripts/bench` repeats all of these measurements. Each run has a fresh \
    server on a core of its own and the generator, `parlour-bench`, on another, both with `TCP_NODELAY`, \
    over loopback. Servers take turns. Figures are medians, with minimum and maximum in parentheses. \
    Because a machine drifts, only servers of the same round are compared; shown is the median of \
    these ratios.";

/// Writes the whole page. With `quick`, it says that it must not be quoted.
pub(super) fn write(
    facts: &BTreeMap<String, String>,
    chapters: &[(Experiment, Results)],
    quick: bool,
) -> Result<String> {
    let mut page = "# Benchmarks\n\n<!-- Written by scripts/bench; edit that. -->\n\n".to_owned();
    if quick {
        page += "**A short round to try things out: not to be quoted.**\n\n";
    }
    let runs = || chapters.iter().flat_map(|(_, results)| &results.0);
    let minutes = runs().map(|run| run.took_s).sum::<f64>() / 60.0;
    let rounds = runs().map(|run| run.round).max().unwrap_or(0);
    writeln!(
        page,
        "{INTRODUCTION} These runs took {minutes:.0} minutes, in up to {rounds} rounds.\n"
    )?;
    page += "## What we claim\n\n";
    page += &claims(chapters);
    page += "\n## Machine and versions\n\n";
    for (name, value) in facts {
        writeln!(page, "- {name}: {value}")?;
    }
    for (experiment, results) in chapters {
        let Experiment { title, about, .. } = experiment;
        writeln!(page, "\n## {title}\n\n{about}\n")?;
        if results.0.is_empty() {
            page += "Not run.\n";
            continue;
        }
        page += &figures(experiment, results);
        page += "\n<details><summary>Commands</summary>\n\n";
        let pinned = if experiment.pinned {
            ""
        } else {
            ", not pinned"
        };
        for case in &experiment.cases {
            if let Some(run) = results.of_case(&case.label).next() {
                let (label, server, load) = (&case.label, &run.server, &run.load);
                writeln!(page, "- {label}{pinned}: `{server}` under `{load}`")?;
            }
        }
        page += "\n</details>\n";
    }
    Ok(page)
}

fn claims(chapters: &[(Experiment, Results)]) -> String {
    let mut rows = vec![
        ["claim", "bound", "measured", "holds"]
            .map(str::to_owned)
            .into(),
    ];
    for (experiment, results) in chapters {
        rows.extend(experiment.claims.iter().map(|claim| {
            let (sign, bound) = match claim.bound {
                Bound::AtMost(most) => ('≤', most),
                Bound::AtLeast(least) => ('≥', least),
            };
            let verdict = match results.verdict(claim) {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "not measured",
            };
            vec![
                claim.text.clone(),
                format!("{sign} {}", number(bound, claim.digits)),
                cell(results.claimed(claim), claim.digits),
                verdict.to_owned(),
            ]
        }));
    }
    table(&rows)
}

/// A row for each case that ran, a cell for each figure, and a line for each failure.
fn figures(experiment: &Experiment, results: &Results) -> String {
    let titles = experiment.columns.iter().map(|(_, title, _)| title.clone());
    let relation = experiment.relation.as_ref();
    let bases = || relation.into_iter().flat_map(|relation| &relation.of);
    let bases_titles = bases().map(|base| format!("{base} ÷ this"));
    let mut rows = vec![
        [String::new()]
            .into_iter()
            .chain(titles)
            .chain(bases_titles)
            .collect(),
    ];
    let mut failures = String::new();
    for case in experiment.cases.iter().map(|case| case.label.as_str()) {
        if results.of_case(case).next().is_none() {
            continue;
        }
        let mut row = vec![case.to_owned()];
        for (key, _, digits) in &experiment.columns {
            row.push(cell(results.spread(case, key), *digits));
        }
        for base in bases() {
            let relation = relation.and_then(|known| results.relation(base, case, &known.key));
            let is_small = relation.is_some_and(|relation| relation.median < 0.1);
            row.push(cell(relation, if is_small { 3 } else { 2 }));
        }
        rows.push(row);
        if let Some(why) = results.failure(case) {
            failures += &format!("\n{case}: {why}.\n");
        }
    }
    table(&rows) + &failures
}

/// A table in Markdown: the first row is titles, the first column words, the others figures.
fn table(rows: &[Vec<String>]) -> String {
    let mut lines: Vec<_> = rows
        .iter()
        .map(|row| format!("| {} |\n", row.join(" | ")))
        .collect();
    lines.insert(1, format!("|---|{}\n", "--:|".repeat(rows[0].len() - 1)));
    lines.concat()
}

/// A median with its spread, if there is one.
fn cell(spread: Option<Spread>, digits: usize) -> String {
    let Some(Spread {
        median,
        least,
        most,
    }) = spread
    else {
        return "—".to_owned();
    };
    let [median, least, most] = [median, least, most].map(|figure| number(figure, digits));
    match least == most {
        true => median,
        false => format!("{median} ({least}–{most})"),
    }
}

/// A number with commas between thousands.
fn number(figure: f64, digits: usize) -> String {
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

#[cfg(test)]
mod tests {
    use super::super::plan::Plan;
    use super::super::results::Record;
    use super::super::results::tests::run;
    use super::*;

    const COST: &str = "cpu_s_per_million";

    fn page_of(records: Vec<Record>) -> String {
        let experiment = Plan::load().unwrap().experiments.remove(0);
        write(&BTreeMap::new(), &[(experiment, Results(records))], false).unwrap()
    }

    #[test]
    fn a_claim_that_does_not_hold_is_called_so() {
        let claim = "| CPU per delivery, of that of axum | ≤ 0.95 |";
        let axum = |cost| run("axum", 1, &[(COST, cost)]);
        let ours = run("channels", 1, &[(COST, 8.0)]);
        let page = page_of(vec![ours.clone(), axum(8.0)]);
        assert!(page.contains(&format!("{claim} 1.00 | **no** |")), "{page}");
        let page = page_of(vec![ours, axum(16.0)]);
        assert!(page.contains(&format!("{claim} 0.50 | yes |")), "{page}");
        let lossy = run("channels", 1, &[(COST, 8.0), ("delivered_percent", 0.1)]);
        let page = page_of(vec![lossy, axum(16.0)]);
        assert!(page.contains(&format!("{claim} 0.50 | **no** |")), "{page}");
    }

    #[test]
    fn the_page_says_what_was_not_run_and_how_to_repeat_the_rest() {
        let page = page_of(Vec::new());
        assert!(page.contains("Not run.") && page.contains("not measured"));
        let page = page_of(vec![run("axum", 1, &[(COST, 8.0)])]);
        assert!(
            page.contains("- axum: `the-server` under `rate --rate 50`"),
            "{page}"
        );
    }

    #[test]
    fn a_cell_has_a_spread_where_there_is_one_and_commas_between_thousands() {
        let of = |figures: &[f64]| cell(Spread::of(figures.iter().copied()), 1);
        assert_eq!(of(&[]), "—");
        assert_eq!(of(&[8.24]), "8.2");
        assert_eq!(of(&[8.0, 9.0, 8.2]), "8.2 (8.0–9.0)");
        assert_eq!(of(&[1_998_000.5]), "1,998,000.5");
        assert_eq!(
            ["999", "-1,500", "-100"],
            [999.0, -1500.0, -100.0]
                .map(|figure| number(figure, 0))
                .each_ref()
                .map(String::as_str)
        );
    }
}
