//! What a run is measured against: lines of criteria and limits, and the seconds that are judged.

use brownout_core::{
    fold::Run,
    quantity::Unit,
    scenario::{Criterion, Span},
    signal::{Measure, Signal},
};
use plotters::{
    coord::Shift,
    prelude::{DrawingArea, DrawingBackend},
    style::text_anchor::{HPos, VPos},
};

use crate::{
    chart::Chart,
    plot::{ChartError, Plot},
    theme::{Rgb, Theme},
};

/// A value to hold against, with the spans in which it is judged.
struct Target {
    value: f64,
    judged: Vec<Span>,
}

/// Targets of the criteria on percentiles, from the lowest; equal ones are one. A panel has those of its own lines.
fn targets(chart: Chart, run: &Run) -> Vec<Target> {
    let mut found: Vec<Target> = Vec::new();
    let percentile = |criterion: &&Criterion| {
        let percentile = matches!(criterion.signal, Signal::Load { measure: Measure::Percentile(_), .. });
        percentile && criterion.target.is_finite() && chart.shows(run, &criterion.signal)
    };
    for criterion in criteria(run).filter(percentile) {
        match found.iter_mut().find(|known| known.value == criterion.target) {
            Some(known) => known.judged.push(criterion.during),
            None => {
                // Into its place: there are few, and a sort of the library is a KB to download.
                let behind = found.iter().position(|known| known.value > criterion.target).unwrap_or(found.len());
                found.insert(behind, Target { value: criterion.target, judged: vec![criterion.during] });
            }
        }
    }
    found
}

fn criteria(run: &Run) -> impl Iterator<Item = &Criterion> {
    run.started.iter().flat_map(|started| &started.scenario.criteria)
}

/// Values of the targets on this chart's axis.
pub(crate) fn values(chart: Chart, run: &Run) -> impl Iterator<Item = f64> {
    targets(chart, run).into_iter().map(|target| target.value)
}

/// Draws the criteria on percentiles: strong while they are judged, faint elsewhere, and said at the right edge.
pub(crate) fn percentiles<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    theme: &Theme,
    chart: Chart,
    run: &Run,
) -> Result<(), ChartError> {
    let targets = targets(chart, run);
    let row = plot.px(12.0);
    let mut free = i32::MAX;
    for (at, target) in targets.iter().enumerate() {
        let y = plot.y(target.value);
        across(area, plot, (plot.left, plot.right), y, theme.fails, 0.35)?;
        for span in &target.judged {
            let judged = (plot.x(f64::from(span.from)), plot.x(f64::from(span.to)));
            across(area, plot, judged, y, theme.fails, 1.0)?;
        }
        // Labels of close targets are pushed up, off each other; the lowest says what they mean.
        let label = (y).min(free);
        free = label - row;
        say(area, plot, label, &Unit::Time.show(target.value), theme.fails)?;
        if at == 0 {
            say(area, plot, label + row, "passes", theme.fails)?;
        }
    }
    Ok(())
}

/// Draws the limit of a panel, said at the right edge.
pub(crate) fn limit<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    theme: &Theme,
    unit: Unit,
    value: f64,
) -> Result<(), ChartError> {
    let y = plot.y(value);
    across(area, plot, (plot.left, plot.right), y, theme.muted, 0.8)?;
    say(area, plot, y, &format!("of {}", unit.show(value)), theme.muted)
}

/// A bar along the time axis under the seconds in which any criterion is judged.
pub(crate) fn judged<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    theme: &Theme,
    run: &Run,
    words: bool,
) -> Result<(), ChartError> {
    let mut spans: Vec<Span> = Vec::new();
    for span in criteria(run).map(|criterion| criterion.during) {
        let behind = spans.iter().position(|known| known.from > span.from).unwrap_or(spans.len());
        spans.insert(behind, span);
    }
    let mut from = plot.left;
    for span in &spans {
        let (left, right) = (plot.x(f64::from(span.from)).max(from), plot.x(f64::from(span.to)));
        if right > left {
            // Where spans overlap the bar is drawn once.
            from = right;
            let bar = [(left, plot.bottom), (right, plot.bottom + plot.px(2.0).max(1))];
            plot.fill(area, bar, theme.muted, 0.6)?;
        }
    }
    if from > plot.left && words {
        let at = (plot.right + plot.px(6.0), plot.bottom + plot.px(2.0));
        plot.write(area, "judged", at, theme.muted, (HPos::Left, VPos::Bottom))?;
    }
    Ok(())
}

fn across<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    (left, right): (i32, i32),
    y: i32,
    rgb: Rgb,
    alpha: f64,
) -> Result<(), ChartError> {
    let width = plot.px(1.5).max(1);
    plot.fill(area, [(left, y - width / 2), (right, y - width / 2 + width)], rgb, alpha)
}

fn say<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    y: i32,
    words: &str,
    rgb: Rgb,
) -> Result<(), ChartError> {
    plot.write(area, words, (plot.right + plot.px(6.0), y), rgb, (HPos::Left, VPos::Center))
}
