//! One chart, from the back to the front: band, grid, lines, targets, marks, crosshair.

use brownout_core::{
    fold::Run,
    quantity::{Unit, clock},
};
use plotters::{
    coord::Shift,
    prelude::{DrawingArea, DrawingBackend},
    style::text_anchor::{HPos, VPos},
};

use crate::{
    axis::{ValueAxis, grid},
    chart::Chart,
    criterion,
    line::{Line, dot, earlier, polyline},
    marks,
    outcome::{areas, stack},
    plot::{ChartError, Plot, View, failed},
    theme::{Theme, color},
};

/// Draws a chart of a run on an area in device px. An empty run draws axes and says that there is no data yet; an area
/// too small for axes is only filled.
///
/// # Errors
/// What the backend reports.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: Chart,
    run: &Run,
    theme: &Theme,
    view: &View<'_>,
) -> Result<(), ChartError> {
    draw_with(area, chart, run, theme, view, 1.0)
}

/// The same on a backend that calls a text of 1 px `letter`.
pub(crate) fn draw_with<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: Chart,
    run: &Run,
    theme: &Theme,
    view: &View<'_>,
    letter: f64,
) -> Result<(), ChartError> {
    area.fill(&color(theme.panel)).map_err(failed)?;
    // Words that stand on all charts at once stand on the first.
    let first = chart == Chart::Latency;
    let phases = first && marks::has_phases(run);
    let Some(mut plot) = Plot::new(area.dim_in_pixel(), view, letter, phases) else { return Ok(()) };
    let seconds = plot.from_s as u32..plot.to_s.ceil() as u32;
    let mut lines = chart.lines(run, theme, seconds.clone());
    let mut base = view.base.map(|base| chart.lines(base, theme, seconds)).unwrap_or_default();
    base.retain(|line| line.strong);
    if chart.is_stacked() {
        stack(&mut lines);
        // On areas of the same colour it would not be seen.
        base.iter_mut().for_each(|line| line.color = theme.text);
    }
    let unit = chart.unit(run);
    plot.axis = axis(chart, run, &plot, lines.iter().chain(&base));
    marks::bands(area, run, &plot, theme)?;
    marks::pointed_out(area, view.marked, &plot, theme)?;
    grid(area, &plot, theme, unit)?;
    criterion::judged(area, &plot, theme, run, first)?;
    if chart.is_stacked() {
        areas(area, &plot, &lines)?;
    }
    for line in &base {
        earlier(area, &plot, line)?;
    }
    if !chart.is_stacked() {
        // The line that the chart is about lies on top.
        let (strong, others): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.strong);
        for line in others.into_iter().chain(strong) {
            polyline(area, &plot, line)?;
        }
    }
    criterion::percentiles(area, &plot, theme, chart, run)?;
    if let Some(value) = chart.limit(run) {
        criterion::limit(area, &plot, theme, unit, value)?;
    }
    marks::edges(area, run, &plot, theme, first)?;
    marks::flags(area, run, &plot, theme, first)?;
    if phases {
        marks::phases(area, run, &plot, theme)?;
    }
    if !lines.iter().any(|line| line.values.iter().any(Option::is_some)) {
        // Below the middle, where lines of criteria seldom lie.
        let middle = ((plot.left + plot.right) / 2, plot.top + (plot.bottom - plot.top) * 2 / 3);
        let words = if run.finished.is_some() { "no data" } else { "no data yet" };
        plot.write(area, words, middle, theme.muted, (HPos::Center, VPos::Center))?;
    }
    crosshair(area, &plot, theme, view, if chart.is_stacked() { &[] } else { &lines })
}

fn axis<'a>(chart: Chart, run: &Run, plot: &Plot, lines: impl Iterator<Item = &'a Line>) -> ValueAxis {
    let values = lines.flat_map(|line| &line.values).flatten().map(|reading| reading.value);
    let unit = chart.unit(run);
    if unit == Unit::Time {
        return ValueAxis::latency(values.chain(criterion::values(chart, run)).chain(chart.limit(run)));
    }
    let most = values.filter(|value| value.is_finite()).chain(chart.limit(run)).fold(0.0, f64::max);
    ValueAxis::linear(most, unit, plot.height())
}

fn crosshair<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    theme: &Theme,
    view: &View<'_>,
    lines: &[Line],
) -> Result<(), ChartError> {
    let Some(second) = view.crosshair_s.filter(|second| plot.shows(*second)) else { return Ok(()) };
    let x = plot.x(second);
    plot.hairline(area, x, theme.text, 0.6)?;
    for line in lines {
        dot(area, plot, theme, line, second as u32)?;
    }
    let label = clock((second * 1e6) as u64);
    let (half, top) = (plot.width_of(&label) / 2 + plot.px(4.0), plot.bottom + plot.px(4.0));
    plot.fill(area, [(x - half, top), (x + half, top + plot.px(15.0))], theme.panel, 1.0)?;
    plot.write(area, label, (x, plot.bottom + plot.px(6.0)), theme.text, (HPos::Center, VPos::Top))
}
