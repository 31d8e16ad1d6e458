//! Cases below one another, each with its figures as dots on a logarithmic scale.

use anyhow::Result;
use plotters::coord::Shift;
use plotters::coord::combinators::LogCoord;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{
    AXIS, FONT, GRID, INK, MARGIN, PAPER, SERIES, TEXT, TITLE, WIDTH, axis, tick, title_of,
};
use crate::campaign::experiments::Experiment;
use crate::campaign::statistics::{Results, Spread};

const ROW_HEIGHT: u32 = 30;
/// Title, legend and the axis.
const AROUND_ROWS: u32 = 130;
const LABELS_WIDTH: i32 = 210;
const DOT: i32 = 5;
/// From one entry of the legend to the next.
const LEGEND_STEP: i32 = 130;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<LogCoord<f64>, RangedCoordf64>>;

/// A case with its figures, one for each series that has one.
struct Row {
    label: &'static str,
    dots: Vec<(usize, Spread)>,
    /// What is said in place of figures that would flatter.
    instead: String,
}

/// The picture, if there are figures.
pub(super) fn draw(
    experiment: &Experiment,
    results: Results<'_>,
    keys: &[&str],
    unit: &str,
) -> Result<Option<String>> {
    let rows = rows(experiment, results, keys);
    let dots = rows.iter().flat_map(|row| &row.dots);
    let Some(ends) = axis(dots.flat_map(|(_, dot)| [dot.least, dot.most])) else {
        return Ok(None);
    };
    let mut svg = String::new();
    let height = AROUND_ROWS + ROW_HEIGHT * rows.len() as u32;
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        area.fill(&PAPER)?;
        let mut chart = frame(&area, experiment, rows.len(), ends, unit)?;
        for (index, row) in rows.iter().enumerate() {
            let place = (rows.len() - index) as f64 - 0.5;
            draw_row(&area, &mut chart, row, (ends.0, place))?;
        }
        if keys.len() > 1 {
            draw_legend(&area, experiment, keys, height as i32)?;
        }
        area.present()?;
    }
    Ok(Some(svg))
}

fn rows(experiment: &Experiment, results: Results<'_>, keys: &[&str]) -> Vec<Row> {
    let cases = experiment.cases.iter().map(|case| {
        let spreads = keys.iter().map(|key| results.spread(case.label, key));
        let dots = spreads.enumerate().filter_map(|(series, spread)| {
            let spread = spread.filter(|spread| spread.least > 0.0)?;
            Some((series, spread))
        });
        let short = results.short_of_all(case.label);
        Row {
            label: case.label,
            dots: dots.filter(|_| short.is_none()).collect(),
            instead: short.map_or_else(String::new, |percent| {
                format!("{:.1} % delivered", percent.median)
            }),
        }
    });
    let shown = cases.filter(|row| !row.dots.is_empty() || !row.instead.is_empty());
    shown.collect()
}

fn frame<'a>(
    area: &Area<'a>,
    experiment: &Experiment,
    rows: usize,
    (least, most): (f64, f64),
    unit: &str,
) -> Result<Chart<'a>> {
    let mut chart = ChartBuilder::on(area)
        .caption(experiment.title, (FONT, TITLE).into_font().color(&INK))
        .margin(MARGIN)
        .margin_right(2 * MARGIN)
        .set_label_area_size(LabelAreaPosition::Left, LABELS_WIDTH)
        .set_label_area_size(LabelAreaPosition::Bottom, AXIS)
        .build_cartesian_2d((least..most).log_scale(), 0.0..rows as f64)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(0)
        .x_desc(format!("{unit}, logarithmic"))
        .x_label_formatter(&|figure| tick(*figure))
        .label_style((FONT, TEXT).into_font().color(&INK))
        .axis_style(GRID)
        .bold_line_style(GRID)
        .light_line_style(PAPER)
        .draw()?;
    Ok(chart)
}

fn draw_row<'a>(
    area: &Area<'a>,
    chart: &mut Chart<'a>,
    row: &Row,
    (left, place): (f64, f64),
) -> Result<()> {
    chart.draw_series(row.dots.iter().map(|(series, dot)| {
        let whisker = [(dot.least, place), (dot.most, place)];
        PathElement::new(whisker, SERIES[*series].stroke_width(2))
    }))?;
    chart.draw_series(row.dots.iter().map(|(series, dot)| {
        let colour = SERIES[*series].filled();
        Circle::new((dot.median, place), DOT, colour)
    }))?;
    let (x, y) = chart.backend_coord(&(left, place));
    area.draw(&words(row.label, (x - 2 * DOT, y), HPos::Right))?;
    area.draw(&words(&row.instead, (x + 2 * DOT, y), HPos::Left))?;
    Ok(())
}

/// Below the labels, where nothing else is.
fn draw_legend(area: &Area<'_>, experiment: &Experiment, keys: &[&str], height: i32) -> Result<()> {
    for (series, key) in keys.iter().enumerate() {
        let x = MARGIN + DOT + LEGEND_STEP * series as i32;
        let y = height - MARGIN - TEXT / 2;
        area.draw(&Circle::new((x, y), DOT, SERIES[series].filled()))?;
        let title = title_of(experiment, key);
        area.draw(&words(title, (x + 2 * DOT, y), HPos::Left))?;
    }
    Ok(())
}

fn words(text: &str, place: (i32, i32), at: HPos) -> Text<'_, (i32, i32), &str> {
    let style = (FONT, TEXT).into_font().color(&INK);
    Text::new(text, place, style.pos(Pos::new(at, VPos::Center)))
}
