//! Gauges of the stack in the charts that a case adds.

use std::ops::Range;

use brownout_core::{fold::Run, scenario::Panel};

use crate::{
    line::{Line, Reading},
    theme::Theme,
};

/// The scenario's panel of this index.
pub(crate) fn of(run: &Run, at: usize) -> Option<&Panel> {
    run.started.as_ref()?.scenario.panels.get(at)
}

/// One line a gauge, four at most. A second without a reading is a gap.
pub(crate) fn lines(run: &Run, at: usize, theme: &Theme, seconds: Range<u32>) -> Vec<Line> {
    let colors = [theme.accent, theme.percentiles[1], theme.percentiles[2], theme.holds];
    let read = |gauge: &str| -> Vec<Option<Reading>> {
        let values = run.gauges.get(gauge).map(Vec::as_slice).unwrap_or_default();
        let at = |second: u32| values.get(second as usize).copied().flatten().filter(|value| value.is_finite());
        seconds.clone().map(|second| at(second).map(Reading::exact)).collect()
    };
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
            values: read(&line.gauge),
        })
        .collect()
}
