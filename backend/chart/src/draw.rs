//! One chart: grid, bands, lines, limits, marks, crosshair, in this order.

use brownout_core::{
    fold::Run,
    quantity::{Unit, clock},
    scenario::Criterion,
    signal::{Measure, Signal},
};
use plotters::{
    coord::Shift,
    element::DashedPathElement,
    prelude::{DrawingArea, DrawingBackend, PathElement, Polygon, Text},
    style::{
        Color,
        text_anchor::{HPos, VPos},
    },
};

use crate::{
    marks::{bands, failed, flags, text},
    plot::{ChartError, Plot, View},
    series::{Chart, Line},
    theme::{Rgb, Theme, color},
};

/// Draws a chart of a run on an area in device px. An empty run draws axes and says that nothing has been measured.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: Chart,
    run: &Run,
    theme: &Theme,
    view: &View<'_>,
) -> Result<(), ChartError> {
    let (width, height) = area.dim_in_pixel();
    let mut lines = chart.lines(run, theme);
    let mut base = view.base.map(|base| chart.lines(base, theme)).unwrap_or_default();
    if chart == Chart::Outcomes {
        stack(&mut lines);
        base.clear();
    }
    let unit = chart.unit(run);
    let most = lines.iter().chain(&base).flat_map(|line| &line.values).flatten().copied().filter(|v| v.is_finite());
    let most = most.chain(chart.limit(run)).fold(0.0, f64::max);
    let plot = Plot::new(width, height, view, unit, chart == Chart::Latency, most);
    area.fill(&color(theme.panel)).map_err(failed)?;
    bands(area, run, &plot, theme, chart == Chart::Latency)?;
    grid(area, &plot, theme, unit)?;
    for line in &base {
        let thin = Line { width: 1.0, dashed: true, ..line.clone() };
        polyline(area, &plot, &thin, 0.75)?;
    }
    if chart == Chart::Outcomes {
        areas(area, &plot, &lines)?;
    } else {
        for line in &lines {
            polyline(area, &plot, line, 1.0)?;
        }
    }
    if chart == Chart::Latency {
        for criterion in criteria(run) {
            let value = Unit::Time.show(criterion.target);
            limit(area, &plot, theme, criterion.target, theme.fails, &format!("{value} passes"))?;
        }
    }
    if let Some(value) = chart.limit(run) {
        limit(area, &plot, theme, value, theme.muted, &format!("of {}", unit.show(value)))?;
    }
    flags(area, run, &plot, theme, chart == Chart::Latency)?;
    if run.seconds == 0 {
        let style = text(&plot, theme.muted, HPos::Center, VPos::Center);
        let middle = ((plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2);
        area.draw(&Text::new("nothing measured yet", middle, style)).map_err(failed)?;
    }
    if let Some(second) = view.crosshair_s.filter(|second| plot.shows(*second)) {
        let x = plot.x(second);
        let style = color(theme.text).mix(0.6).stroke_width(plot.px(1.0).max(1) as u32);
        area.draw(&PathElement::new(vec![(x, plot.top), (x, plot.bottom)], style)).map_err(failed)?;
    }
    Ok(())
}

/// Criteria on percentiles; those with the same target are drawn once.
fn criteria(run: &Run) -> Vec<&Criterion> {
    let all = run.started.iter().flat_map(|started| &started.scenario.criteria);
    let mut found: Vec<&Criterion> = Vec::new();
    for criterion in all {
        let percentile = matches!(criterion.signal, Signal::Load { measure: Measure::Percentile(_), .. });
        if percentile && !found.iter().any(|known| known.target == criterion.target) {
            found.push(criterion);
        }
    }
    found
}

fn grid<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    theme: &Theme,
    unit: Unit,
) -> Result<(), ChartError> {
    let faint = color(theme.line).stroke_width(plot.px(1.0).max(1) as u32);
    for tick in plot.ticks() {
        let y = plot.y(tick);
        area.draw(&PathElement::new(vec![(plot.left, y), (plot.right, y)], faint)).map_err(failed)?;
        // The unit of rates and counts stands once, in the title.
        let label = if unit == Unit::PerSecond { Unit::Count.show(tick) } else { unit.show(tick) };
        let style = text(plot, theme.muted, HPos::Right, VPos::Center);
        area.draw(&Text::new(label, (plot.left - plot.px(6.0), y), style)).map_err(failed)?;
    }
    for second in plot.time_ticks() {
        let x = plot.x(second);
        let tick = vec![(x, plot.bottom), (x, plot.bottom + plot.px(3.0))];
        area.draw(&PathElement::new(tick, faint)).map_err(failed)?;
        let style = text(plot, theme.muted, HPos::Center, VPos::Top);
        let label = clock((second * 1e6) as u64);
        area.draw(&Text::new(label, (x, plot.bottom + plot.px(5.0)), style)).map_err(failed)?;
    }
    Ok(())
}

/// A line over the middles of its seconds; gaps stay gaps, and a value alone between gaps is a dot wide.
fn polyline<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    line: &Line,
    alpha: f64,
) -> Result<(), ChartError> {
    let style = color(line.color).mix(alpha).stroke_width((line.width * plot.scale).round().max(1.0) as u32);
    let mut points: Vec<(i32, i32)> = Vec::new();
    let ends = std::iter::once(&None);
    for (second, value) in line.values.iter().chain(ends).enumerate() {
        let middle = second as f64 + 0.5;
        match value.filter(|value| value.is_finite()) {
            Some(value) if plot.shows(middle) => points.push((plot.x(middle), plot.y(value))),
            _ if points.is_empty() => {}
            _ => {
                let mut path = std::mem::take(&mut points);
                if let [(x, y)] = path[..] {
                    path.push((x + plot.px(2.0), y));
                }
                if line.dashed {
                    let (dash, gap) = (plot.px(5.0), plot.px(4.0));
                    area.draw(&DashedPathElement::new(path, dash, gap, style)).map_err(failed)?;
                } else {
                    area.draw(&PathElement::new(path, style)).map_err(failed)?;
                }
            }
        }
    }
    Ok(())
}

/// Makes each line the sum of itself and those before it.
fn stack(lines: &mut [Line]) {
    for at in 1..lines.len() {
        let (below, above) = lines.split_at_mut(at);
        for (value, base) in above[0].values.iter_mut().zip(&below[at - 1].values) {
            *value = Some(value.unwrap_or(0.0) + base.unwrap_or(0.0));
        }
    }
}

/// Stacked seconds as steps: what ended in a second belongs to that second alone.
fn areas<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, plot: &Plot, lines: &[Line]) -> Result<(), ChartError> {
    for line in lines.iter().rev() {
        let mut outline = vec![(plot.x(0.0), plot.bottom)];
        for (second, value) in line.values.iter().enumerate() {
            let y = plot.y(value.unwrap_or(0.0));
            outline.push((plot.x(second as f64), y));
            outline.push((plot.x(second as f64 + 1.0), y));
        }
        outline.push((plot.x(line.values.len() as f64), plot.bottom));
        if outline.len() > 2 {
            area.draw(&Polygon::new(outline, color(line.color).filled())).map_err(failed)?;
        }
    }
    Ok(())
}

fn limit<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    theme: &Theme,
    value: f64,
    rgb: Rgb,
    label: &str,
) -> Result<(), ChartError> {
    let y = plot.y(value);
    let style = color(rgb).stroke_width((1.5 * plot.scale).round().max(1.0) as u32);
    area.draw(&PathElement::new(vec![(plot.left, y), (plot.right, y)], style)).map_err(failed)?;
    let quiet = if rgb == theme.muted { theme.muted } else { rgb };
    let style = text(plot, quiet, HPos::Left, VPos::Center);
    area.draw(&Text::new(label.to_owned(), (plot.right + plot.px(4.0), y), style)).map_err(failed)
}
