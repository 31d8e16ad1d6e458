//! How figures grow with what there is, both scales logarithmic.

use anyhow::Result;
use plotters::coord::Shift;
use plotters::coord::combinators::LogCoord;
use plotters::prelude::*;

use super::{
    AXIS, FONT, GRID, INK, MARGIN, PAPER, SERIES, TEXT, TITLE, WIDTH, axis, tick, title_of,
};
use crate::campaign::experiments::Experiment;
use crate::campaign::statistics::{Results, Spread};

const HEIGHT: u32 = 380;
const DOT: i32 = 4;
/// Decades that a scale spans at least, lest noise look like growth.
const LEAST_DECADES: f64 = 1.5;

/// Sizes, and what was found there.
type Line = Vec<(f64, Spread)>;
type Logs = Cartesian2d<LogCoord<f64>, LogCoord<f64>>;
type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Logs>;

/// The picture, if there are figures.
pub(super) fn draw(
    experiment: &Experiment,
    results: Results<'_>,
    keys: &[&str],
    words: (&str, &str),
) -> Result<Option<String>> {
    let lines: Vec<_> = keys
        .iter()
        .map(|key| line(experiment, results, key))
        .collect();
    let points = || lines.iter().flatten();
    let sizes = axis(points().map(|(size, _)| *size));
    let figures = axis(points().flat_map(|(_, spread)| [spread.least, spread.most]));
    let Some((sizes, figures)) = sizes.zip(figures.map(widened)) else {
        return Ok(None);
    };
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
        area.fill(&PAPER)?;
        let mut chart = frame(&area, experiment.title, sizes, figures, words)?;
        for ((line, key), colour) in lines.iter().zip(keys).zip(SERIES) {
            draw_line(&mut chart, line, title_of(experiment, key), colour)?;
        }
        if keys.len() > 1 {
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperLeft)
                .label_font((FONT, TEXT).into_font().color(&INK))
                .background_style(PAPER)
                .draw()?;
        }
        area.present()?;
    }
    Ok(Some(svg))
}

fn line(experiment: &Experiment, results: Results<'_>, key: &str) -> Line {
    let cases = experiment.cases.iter();
    let points = cases.filter_map(|case| {
        let spread = results.spread(case.label, key)?;
        (spread.least > 0.0).then_some((case.size, spread))
    });
    points.collect()
}

fn frame<'a>(
    area: &DrawingArea<SVGBackend<'a>, Shift>,
    title: &str,
    (left, right): (f64, f64),
    (bottom, top): (f64, f64),
    (across, upwards): (&str, &str),
) -> Result<Chart<'a>> {
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, TITLE).into_font().color(&INK))
        .margin(MARGIN)
        .margin_right(2 * MARGIN)
        .set_label_area_size(LabelAreaPosition::Left, AXIS)
        .set_label_area_size(LabelAreaPosition::Bottom, AXIS)
        .build_cartesian_2d((left..right).log_scale(), (bottom..top).log_scale())?;
    chart
        .configure_mesh()
        .x_desc(format!("{across}, logarithmic"))
        .y_desc(upwards)
        .x_label_formatter(&|figure| tick(*figure))
        .y_label_formatter(&|figure| tick(*figure))
        .label_style((FONT, TEXT).into_font().color(&INK))
        .axis_style(GRID)
        .bold_line_style(GRID)
        .light_line_style(PAPER)
        .draw()?;
    Ok(chart)
}

fn draw_line(chart: &mut Chart<'_>, line: &Line, title: &str, colour: RGBColor) -> Result<()> {
    let middle = line.iter().map(|(size, spread)| (*size, spread.median));
    chart
        .draw_series(LineSeries::new(middle.clone(), colour.stroke_width(2)))?
        .label(title)
        .legend(move |(x, y)| Circle::new((x + 2 * DOT, y), DOT, colour.filled()));
    chart.draw_series(middle.map(|place| Circle::new(place, DOT, colour.filled())))?;
    chart.draw_series(line.iter().map(|(size, spread)| {
        let ends = [(*size, spread.least), (*size, spread.most)];
        PathElement::new(ends, colour.stroke_width(2))
    }))?;
    Ok(())
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
