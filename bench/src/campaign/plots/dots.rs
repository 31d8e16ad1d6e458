//! Cases below one another, each with its figures as dots on a logarithmic scale.

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{FONT, GRID, INK, MARGIN, PAPER, SERIES, TEXT, TITLE, WIDTH, axis, tick, title_of};
use crate::campaign::experiments::Experiment;
use crate::campaign::statistics::{Results, Spread};

const ROW_HEIGHT: u32 = 30;
/// Title, legend and the axis.
const AROUND_ROWS: u32 = 130;
const LABELS_WIDTH: i32 = 210;
const AXIS_HEIGHT: i32 = 52;
const DOT: i32 = 5;
/// From one entry of the legend to the next.
const LEGEND_STEP: i32 = 130;

/// One dot, and the whisker through it.
struct Dot {
    row: f64,
    series: usize,
    spread: Spread,
}

/// The picture, if there are figures.
pub(super) fn draw(
    experiment: &Experiment,
    results: Results<'_>,
    keys: &[&str],
    unit: &str,
) -> Result<Option<String>> {
    let cases = experiment.cases.iter();
    let shown: Vec<_> = cases
        .filter(|case| {
            keys.iter()
                .any(|key| results.spread(case.label, key).is_some())
        })
        .collect();
    let dots = shown.iter().enumerate().flat_map(|(index, case)| {
        let row = (shown.len() - index) as f64 - 0.5;
        let spreads = keys.iter().map(|key| results.spread(case.label, key));
        let dots = spreads.enumerate().filter_map(move |(series, spread)| {
            let spread = spread.filter(|spread| spread.least > 0.0)?;
            Some(Dot {
                row,
                series,
                spread,
            })
        });
        dots.collect::<Vec<_>>()
    });
    let dots: Vec<_> = dots.collect();
    let Some((least, most)) = axis(
        dots.iter()
            .flat_map(|dot| [dot.spread.least, dot.spread.most]),
    ) else {
        return Ok(None);
    };
    let mut svg = String::new();
    let height = AROUND_ROWS + ROW_HEIGHT * shown.len() as u32;
    let root = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
    root.fill(&PAPER)?;
    let words = (FONT, TEXT).into_font().color(&INK);
    let mut chart = ChartBuilder::on(&root)
        .caption(experiment.title, (FONT, TITLE).into_font().color(&INK))
        .margin(MARGIN)
        .margin_right(2 * MARGIN)
        .set_label_area_size(LabelAreaPosition::Left, LABELS_WIDTH)
        .set_label_area_size(LabelAreaPosition::Bottom, AXIS_HEIGHT)
        .build_cartesian_2d((least..most).log_scale(), 0.0..shown.len() as f64)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(0)
        .x_desc(format!("{unit}, logarithmic"))
        .x_label_formatter(&|figure| tick(*figure))
        .label_style(words.clone())
        .axis_style(GRID)
        .bold_line_style(GRID)
        .light_line_style(PAPER)
        .draw()?;
    chart.draw_series(dots.iter().map(|dot| {
        let Spread { least, most, .. } = dot.spread;
        let ends = [(least, dot.row), (most, dot.row)];
        PathElement::new(ends, SERIES[dot.series].stroke_width(2))
    }))?;
    chart.draw_series(dots.iter().map(|dot| {
        let place = (dot.spread.median, dot.row);
        Circle::new(place, DOT, SERIES[dot.series].filled())
    }))?;
    let right = words.pos(Pos::new(HPos::Right, VPos::Center));
    for (index, case) in shown.iter().enumerate() {
        let row = (shown.len() - index) as f64 - 0.5;
        let (x, y) = chart.backend_coord(&(least, row));
        root.draw(&Text::new(case.label, (x - 10, y), right.clone()))?;
    }
    if keys.len() > 1 {
        let left = right.pos(Pos::new(HPos::Left, VPos::Center));
        for (series, key) in keys.iter().enumerate() {
            let place = (MARGIN + DOT, MARGIN + TITLE / 2);
            let (x, y) = (place.0 + LEGEND_STEP * series as i32, place.1);
            root.draw(&Circle::new((x, y), DOT, SERIES[series].filled()))?;
            root.draw(&Text::new(
                title_of(experiment, key),
                (x + 2 * DOT, y),
                left.clone(),
            ))?;
        }
    }
    root.present()?;
    drop((chart, root));
    Ok(Some(svg))
}
