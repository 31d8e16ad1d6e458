//! Pictures of results, as SVG files that bring a background of their own.

mod dots;
mod lines;

use std::path::Path;

use anyhow::{Context as _, Result};
use plotters::style::RGBColor;

use super::experiments::{Experiment, Plot};
use super::page::Chapter;
use super::statistics::Results;

/// Figures in these colours are told apart by people who see few colours, too.
const SERIES: [RGBColor; 3] = [
    RGBColor(0x0b, 0x5f, 0xa5),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x7a, 0x5a),
];
/// Light enough for the text, and paper on dark pages as well.
const PAPER: RGBColor = RGBColor(0xfc, 0xfc, 0xf9);
const INK: RGBColor = RGBColor(0x22, 0x26, 0x2b);
const GRID: RGBColor = RGBColor(0xdd, 0xde, 0xda);
const FONT: &str = "sans-serif";
const TEXT: i32 = 14;
const TITLE: i32 = 17;
const WIDTH: u32 = 820;
const MARGIN: i32 = 16;
/// Room for the numbers and the words of an axis.
const AXIS: i32 = 56;
/// Room beyond the outermost figures of an axis.
const AIR: f64 = 1.3;

/// Draws the picture of a chapter, if it has one and there is something to show.
pub(super) fn draw(chapter: &Chapter, folder: &Path) -> Result<()> {
    let Chapter {
        experiment,
        records,
    } = chapter;
    let results = Results(records);
    let drawn = match experiment.plot {
        Some(Plot::Dots(keys, axis)) => dots::draw(experiment, results, keys, axis),
        Some(Plot::Lines(keys, from, to)) => lines::draw(experiment, results, keys, (from, to)),
        None => Ok(None),
    };
    let drawn = drawn.with_context(|| format!("the plot of {}", experiment.name))?;
    if let Some(svg) = drawn {
        std::fs::write(folder.join(format!("{}.svg", experiment.name)), svg)?;
    }
    Ok(())
}

/// What the table calls a figure.
fn title_of(experiment: &Experiment, key: &str) -> &'static str {
    let mut columns = experiment.columns.iter();
    let column = columns.find(|column| column.key == key);
    column.map_or("", |column| column.title)
}

/// The ends of a logarithmic axis upon which all these figures are; `None` where there are none
/// above zero, which a logarithm has no place for.
fn axis(figures: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let shown = figures.into_iter().filter(|figure| *figure > 0.0);
    let ends = shown.fold(None, |ends, figure| {
        let (least, most) = ends.unwrap_or((figure, figure));
        Some((f64::min(least, figure), f64::max(most, figure)))
    });
    ends.map(|(least, most)| (least / AIR, most * AIR))
}

/// A number on an axis, without digits that say nothing; empty where there is no room for it, as
/// only every third line of a decade has.
fn tick(figure: f64) -> String {
    let leading = figure / 10_f64.powf((figure.log10() + 1e-9).floor());
    if ![1.0, 2.0, 5.0].contains(&leading.round()) {
        return String::new();
    }
    match figure {
        999_999.0.. => format!("{:.0} M", figure / 1e6),
        999.0.. => format!("{:.0} k", figure / 1e3),
        _ => format!("{}", (figure * 1e4).round() / 1e4),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::super::experiments;
    use super::super::store::{Outcome, Record};
    use super::*;

    /// A chapter whose cases all found the same figure.
    fn chapter(name: &str, figure: f64) -> Chapter {
        let mut all = experiments::all().into_iter();
        let experiment = all.find(|known| known.name == name).unwrap();
        let keys = experiment.columns.iter().map(|column| column.key);
        let figures: Map<_, _> = keys
            .map(|key| (key.to_owned(), Value::from(figure)))
            .collect();
        let records = experiment.cases.iter().map(|case| Record {
            case: case.label.to_owned(),
            round: 1,
            took_s: 1.0,
            server: String::new(),
            load: String::new(),
            outcome: Outcome::Figures(figures.clone()),
        });
        let records = records.collect();
        Chapter {
            experiment,
            records,
        }
    }

    #[test]
    fn every_experiment_can_be_drawn() {
        let folder = tempfile::tempdir().unwrap();
        for experiment in experiments::all() {
            draw(&chapter(experiment.name, 100.0), folder.path()).unwrap();
            let file = folder.path().join(format!("{}.svg", experiment.name));
            assert_eq!(
                file.exists(),
                experiment.plot.is_some(),
                "{}",
                experiment.name
            );
        }
        let cpu = std::fs::read_to_string(folder.path().join("cpu.svg")).unwrap();
        assert!(cpu.contains("actix-web-actors") && cpu.contains("CPU seconds per million"));
    }

    #[test]
    fn who_delivers_little_is_not_shown_as_fast() {
        let folder = tempfile::tempdir().unwrap();
        let mut chapter = chapter("offered-2000", 100.0);
        let [first, ..] = &mut chapter.records[..] else {
            unreachable!("there are several cases");
        };
        let Outcome::Figures(figures) = &mut first.outcome else {
            unreachable!("all have figures");
        };
        figures.insert("delivered_percent".to_owned(), Value::from(0.1));
        draw(&chapter, folder.path()).unwrap();
        let svg = std::fs::read_to_string(folder.path().join("offered-2000.svg")).unwrap();
        assert_eq!(svg.matches("0.1 % delivered").count(), 1);
        // Two dots of each of the others, and two in the legend.
        let dots = 2 * chapter.experiment.cases.len();
        assert_eq!(svg.matches("<circle").count(), dots);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let folder = tempfile::tempdir().unwrap();
        draw(&chapter("cpu", 0.0), folder.path()).unwrap();
        assert!(!folder.path().join("cpu.svg").exists());
    }

    #[test]
    fn three_numbers_of_each_decade_are_written() {
        let ticks = [0.05, 0.1, 3.0, 10.0, 20.000_000_1, 90.0, 500.0, 1000.0, 5e6].map(tick);
        assert_eq!(
            ticks,
            ["0.05", "0.1", "", "10", "20", "", "500", "1 k", "5 M"]
        );
    }

    #[test]
    fn an_axis_holds_all_figures_above_zero() {
        assert_eq!(axis([0.0, -1.0]), None);
        let (least, most) = axis([0.0, 2.0, 100.0]).unwrap();
        assert!(least < 2.0 && most > 100.0);
    }
}
