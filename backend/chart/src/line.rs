//! A line over the seconds of a run, and how it is drawn.

use plotters::{
    coord::Shift,
    element::DashedPathElement,
    prelude::{Circle, DrawingArea, DrawingBackend, PathElement},
    style::{Color, ShapeStyle},
};

use crate::{
    plot::{ChartError, Plot, failed},
    theme::{Rgb, Theme, color},
};

/// The value of one second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    /// In the chart's unit.
    pub(crate) value: f64,
    /// Calls that are still open may make it larger.
    pub(crate) at_least: bool,
}

impl Reading {
    pub(crate) fn exact(value: f64) -> Self {
        Reading { value, at_least: false }
    }
}

/// One line of a chart.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) word: String,
    pub(crate) color: Rgb,
    /// CSS px.
    pub(crate) width: f64,
    pub(crate) dashed: bool,
    /// The line that the chart is about; an earlier run shows this one alone.
    pub(crate) strong: bool,
    /// Second of the first value.
    pub(crate) first: u32,
    /// One value a second; `None` is a gap.
    pub(crate) values: Vec<Option<Reading>>,
}

impl Line {
    /// The value of a second of the run.
    pub(crate) fn at(&self, second: u32) -> Option<Reading> {
        *self.values.get(second.checked_sub(self.first)? as usize)?
    }

    /// Values with the middles of their seconds; a gap has none.
    fn points(&self) -> impl Iterator<Item = (f64, Option<Reading>)> + '_ {
        let middle = |at: usize| f64::from(self.first) + at as f64 + 0.5;
        self.values.iter().enumerate().map(move |(at, value)| (middle(at), *value))
    }
}

/// How strongly a lower bound is drawn: it will climb.
const FAINT: f64 = 0.4;

/// Draws a line over the middles of its seconds. Gaps stay gaps, a value alone between gaps is a dot, and where values
/// are lower bounds the line is faint.
pub(crate) fn polyline<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    line: &Line,
) -> Result<(), ChartError> {
    let (dash, gap) = (plot.px(5.0).max(1), plot.px(3.0).max(1));
    segments(area, plot, line, line.dashed.then_some((dash, gap)), 1.0)
}

/// Draws a line of an earlier run: thin and finely dashed.
pub(crate) fn earlier<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    line: &Line,
) -> Result<(), ChartError> {
    let dash = plot.px(3.0).max(1);
    segments(area, plot, &Line { width: 1.0, ..line.clone() }, Some((dash, dash)), 0.9)
}

fn segments<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    line: &Line,
    dashes: Option<(i32, i32)>,
    alpha: f64,
) -> Result<(), ChartError> {
    let mut points: Vec<(i32, i32)> = Vec::new();
    let mut faint = false;
    for (middle, reading) in line.points().filter(|(middle, _)| plot.shows(*middle)) {
        let Some(reading) = reading else {
            segment(area, plot, line, dashes, alpha, faint, &mut points)?;
            continue;
        };
        let here = (plot.x(middle), plot.y(reading.value));
        if let Some(last) = points.last().copied()
            && faint != reading.at_least
        {
            // The stretch between an exact value and a lower bound belongs to the bound.
            if !reading.at_least {
                points.push(here);
            }
            segment(area, plot, line, dashes, alpha, faint, &mut points)?;
            if reading.at_least {
                points.push(last);
            }
        }
        faint = reading.at_least;
        points.push(here);
    }
    segment(area, plot, line, dashes, alpha, faint, &mut points)
}

fn segment<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    line: &Line,
    dashes: Option<(i32, i32)>,
    alpha: f64,
    faint: bool,
    points: &mut Vec<(i32, i32)>,
) -> Result<(), ChartError> {
    let path = std::mem::take(points);
    if path.is_empty() {
        return Ok(());
    }
    let alpha = if faint { alpha * FAINT } else { alpha };
    let style: ShapeStyle =
        color(line.color).mix(alpha).stroke_width((line.width * plot.scale).round().max(1.0) as u32);
    if let [alone] = path[..] {
        let dot = Circle::new(alone, plot.px(2.5).max(1), color(line.color).mix(alpha).filled());
        return area.draw(&dot).map_err(failed);
    }
    match dashes {
        Some((dash, gap)) => area.draw(&DashedPathElement::new(path, dash, gap, style)),
        None => area.draw(&PathElement::new(path, style)),
    }
    .map_err(failed)
}

/// Marks the value of a line under the crosshair.
pub(crate) fn dot<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    theme: &Theme,
    line: &Line,
    second: u32,
) -> Result<(), ChartError> {
    let Some(reading) = line.at(second) else { return Ok(()) };
    let center = (plot.x(f64::from(second) + 0.5), plot.y(reading.value));
    area.draw(&Circle::new(center, plot.px(4.5), color(theme.panel).filled())).map_err(failed)?;
    area.draw(&Circle::new(center, plot.px(3.0), color(line.color).filled())).map_err(failed)
}
