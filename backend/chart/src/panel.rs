//! The charts that a case adds: gauges of the stack, and what the load engine measured.

use std::ops::Range;

use brownout_core::{
    fold::Run,
    scenario::{Panel, PanelLine},
    signal::{Measure, Signal},
};

use crate::{
    latency,
    line::{Line, Reading},
    theme::Theme,
};

/// The scenario's panel of this index.
pub(crate) fn of(run: &Run, at: usize) -> Option<&Panel> {
    run.started.as_ref()?.scenario.panels.get(at)
}

/// The lines of a panel, four at most. A second without a reading is a gap.
pub(crate) fn lines(run: &Run, at: usize, theme: &Theme, seconds: Range<u32>) -> Vec<Line> {
    let colors = [theme.accent, theme.percentiles[1], theme.percentiles[2], theme.holds];
    let panel = of(run, at).into_iter().flat_map(|panel| &panel.lines);
    panel
        .zip(colors)
        .enumerate()
        .map(|(at, (line, color))| Line {
            word: line.says.clone(),
            color,
            width: 2.0,
            dashed: false,
            strong: at == 0,
            first: seconds.start,
            values: read(run, line, seconds.clone()),
        })
        .collect()
}

fn read(run: &Run, line: &PanelLine, seconds: Range<u32>) -> Vec<Option<Reading>> {
    if let Some(signal) = &line.signal {
        return seconds.map(|second| measured(run, signal, second)).collect();
    }
    let values = run.gauges.get(&line.gauge).map(Vec::as_slice).unwrap_or_default();
    let at = |second: u32| values.get(second as usize).copied().flatten().filter(|value| value.is_finite());
    seconds.map(|second| at(second).map(Reading::exact)).collect()
}

/// A signal over one second of intended instants. A share is only there once it is decided; a percentile climbs.
fn measured(run: &Run, signal: &Signal, second: u32) -> Option<Reading> {
    match signal {
        Signal::Load { stream, measure: Measure::Percentile(thousandths) } => {
            let q = f64::from(*thousandths) / 1_000.0;
            let [reading] = latency::percentiles(run, stream.as_deref(), second, [q]);
            reading
        }
        Signal::Load { stream, .. } if second < run.decided_of(stream.as_deref()) => {
            signal.value(run, std::iter::once(second)).map(Reading::exact)
        }
        Signal::Load { .. } | Signal::Probe { .. } | Signal::Books => None,
    }
}
