//! Which charts there are, and what each needs from the fold.

use std::ops::Range;

use brownout_core::{
    fold::Run,
    quantity::Unit,
    scenario::{PanelLine, Scenario},
    signal::{Measure, Signal},
};

use crate::{latency, line::Line, outcome, panel, rate, status, theme::Theme};

/// One chart of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    /// p50, p95, p99 by the second in which requests were due; a call that still waits counts with its age.
    Latency,
    /// Scheduled, ok, failed and dropped per second.
    Rates,
    /// How calls ended, by the second in which they ended, stacked.
    Outcomes,
    /// HTTP statuses of the answers, by the second in which they came, stacked.
    Statuses,
    /// A panel of the scenario, by its index.
    Panel(usize),
}

/// Longer runs than a day are not believed: a damaged log must not ask for memory.
const MOST_SECONDS: u32 = 24 * 3600;

/// Seconds of a run that can be drawn.
pub(crate) fn measured(run: &Run) -> u32 {
    run.seconds.min(MOST_SECONDS)
}

impl Chart {
    /// The chart that shows a signal in runs of a scenario; `None` when none does.
    pub fn of(signal: &Signal, scenario: &Scenario) -> Option<Chart> {
        let draws = |line: &PanelLine| match (&line.signal, signal) {
            (Some(drawn), _) => drawn == signal,
            (None, Signal::Probe { gauge }) => line.gauge == *gauge,
            _ => false,
        };
        // A panel of the case says it more exactly than the chart of all streams.
        if let Some(at) = scenario.panels.iter().position(|panel| panel.lines.iter().any(draws)) {
            return Some(Chart::Panel(at));
        }
        match signal {
            Signal::Load { measure: Measure::Percentile(_), .. } => Some(Chart::Latency),
            Signal::Load { .. } => Some(Chart::Outcomes),
            Signal::Probe { .. } | Signal::Books => None,
        }
    }

    /// Unit of its values.
    pub(crate) fn unit(self, run: &Run) -> Unit {
        match self {
            Chart::Latency => Unit::Time,
            Chart::Rates | Chart::Outcomes | Chart::Statuses => Unit::PerSecond,
            Chart::Panel(at) => panel::of(run, at).map_or(Unit::Count, |panel| panel.unit),
        }
    }

    /// Whether a percentile of the load is among its lines, so that its criterion is drawn too. The criterion of one
    /// stream on a line of all would look unmet where it is met.
    pub(crate) fn shows(self, run: &Run, signal: &Signal) -> bool {
        match self {
            Chart::Latency => signal.stream().is_none(),
            Chart::Rates | Chart::Outcomes | Chart::Statuses => false,
            Chart::Panel(at) => {
                let lines = panel::of(run, at).into_iter().flat_map(|panel| &panel.lines);
                lines.into_iter().any(|line| line.signal.as_ref() == Some(signal))
            }
        }
    }

    /// Whether its lines are parts of a whole and lie on each other.
    pub(crate) fn is_stacked(self) -> bool {
        matches!(self, Chart::Outcomes | Chart::Statuses)
    }

    /// A limit to draw, such as a number of slots.
    pub(crate) fn limit(self, run: &Run) -> Option<f64> {
        match self {
            Chart::Panel(at) => panel::of(run, at)?.limit.filter(|limit| limit.is_finite()),
            _ => None,
        }
    }

    /// Its lines over some seconds of the run; those of a stacked chart not yet stacked.
    pub(crate) fn lines(self, run: &Run, theme: &Theme, seconds: Range<u32>) -> Vec<Line> {
        let seconds = seconds.start..seconds.end.min(measured(run));
        match self {
            Chart::Latency => latency::lines(run, theme, seconds),
            Chart::Rates => rate::lines(run, theme, seconds),
            Chart::Outcomes => outcome::lines(run, theme, seconds),
            Chart::Statuses => status::lines(run, theme, seconds),
            Chart::Panel(at) => panel::lines(run, at, theme, seconds),
        }
    }
}
