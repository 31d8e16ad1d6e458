//! How figures grow with what there is, both scales logarithmic.

use anyhow::Result;
use plotters::prelude::*;

use super::{FONT, GRID, INK, MARGIN, PAPER, SERIES, TEXT, TITLE, WIDTH, axis, tick, title_of};
use crate::campaign::experiments::Experiment;
use crate::campaign::statistics::Results;

const HEIGHT: u32 = 380;
const LABELS_SIZE: i32 = 56;
const DOT: i32 = 4;
/// Decades that a scale spans at least, lest noise look like growth.
const LEAST_DECADES: f64 = 1.5;

/// The picture, if there are figures.
pub(super) fn draw(
    experiment: &Experiment,
    results: Results<'_>,
    keys: &[&str],
    (from, to): (&str, &str),
) -> Result<Option<String>> {
    let line = |key: &&str| -> Vec<_> {
        let cases = experiment.cases.iter();
        let points = cases.filter_map(|case| {
            let spread = results.spread(case.label, key)?;
            (spread.least > 0.0).then_some((case.size, spread))
        });
        points.collect()
    };
    let lines: Vec<_> = keys.iter().map(line).collect();
    let points = || lines.iter().flatten();
    let figures = points().flat_map(|(_, spread)| [spread.least, spread.most]);
    let (Some((left, right)), Some(heights)) =
        (axis(points().map(|(size, _)| *size)), axis(figures))
    else {
        return Ok(None);
    };
    let (bottom, top) = widened(heights);
    let mut svg = String::new();
    let root = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
    root.fill(&PAPER)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(experiment.title, (FONT, TITLE).into_font().color(&INK))
        .margin(MARGIN)
        .margin_right(2 * MARGIN)
        .set_label_area_size(LabelAreaPosition::Left, LABELS_SIZE)
        .set_label_area_size(LabelAreaPosition::Bottom, LABELS_SIZE)
        .build_cartesian_2d((left..right).log_scale(), (bottom..top).log_scale())?;
    chart
        .configure_mesh()
        .x_desc(format!("{from}, logarithmic"))
        .y_desc(to)
        .x_label_formatter(&|figure| tick(*figure))
        .y_label_formatter(&|figure| tick(*figure))
        .label_style((FONT, TEXT).into_font().color(&INK))
        .axis_style(GRID)
        .bold_line_style(GRID)
        .light_line_style(PAPER)
        .draw()?;
    for ((line, key), colour) in lines.iter().zip(keys).zip(SERIES) {
        let middle = line.iter().map(|(size, spread)| (*size, spread.median));
        chart
            .draw_series(LineSeries::new(middle.clone(), colour.stroke_width(2)))?
            .label(title_of(experiment, key))
            .legend(move |(x, y)| Circle::new((x + 2 * DOT, y), DOT, colour.filled()));
        chart.draw_series(middle.map(|place| Circle::new(place, DOT, colour.filled())))?;
        chart.draw_series(line.iter().map(|(size, spread)| {
            let ends = [(*size, spread.least), (*size, spread.most)];
            PathElement::new(ends, colour.stroke_width(2))
        }))?;
    }
    if keys.len() > 1 {
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .label_font((FONT, TEXT).into_font().color(&INK))
            .background_style(PAPER)
            .draw()?;
    }
    root.present()?;
    drop((chart, root));
    Ok(Some(svg))
}

/// A scale with the same middle that is wide enough.
fn widened((least, most): (f64, f64)) -> (f64, f64) {
    let missing = LEAST_DECADES - (most / least).log10();
    let factor = 10_f64.powf(missing.max(0.0) / 2.0);
    (least / factor, most * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_scale_is_widened_and_a_wide_one_is_kept() {
        let (least, most) = widened((9.0, 11.0));
        assert!((most / least).log10() > LEAST_DECADES - 1e-9);
        assert_eq!(widened((1.0, 1000.0)), (1.0, 1000.0));
    }
}
