//! What is drawn: lines over the seconds of a run.

use brownout_core::{
    fold::{Run, StreamFold},
    outcome::Outcome,
    quantity::Unit,
};

use crate::theme::{Rgb, Theme};

/// One chart of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    /// p50, p95, p99 by the second in which requests were due; a call that still waits counts with its age.
    Latency,
    /// Scheduled, ok, failed and dropped per second.
    Rates,
    /// How calls ended, by the second in which they ended, stacked.
    Outcomes,
    /// A panel of the scenario.
    Panel(usize),
}

/// One line of a chart.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) word: String,
    pub(crate) color: Rgb,
    pub(crate) width: f64,
    pub(crate) dashed: bool,
    /// One value a second; `None` is a gap.
    pub(crate) values: Vec<Option<f64>>,
}

impl Chart {
    /// Unit of its values.
    pub(crate) fn unit(self, run: &Run) -> Unit {
        match self {
            Chart::Latency => Unit::Time,
            Chart::Rates | Chart::Outcomes => Unit::PerSecond,
            Chart::Panel(at) => panel(run, at).map_or(Unit::Count, |panel| panel.unit),
        }
    }

    /// A limit to draw.
    pub(crate) fn limit(self, run: &Run) -> Option<f64> {
        match self {
            Chart::Panel(at) => panel(run, at).and_then(|panel| panel.limit),
            _ => None,
        }
    }

    /// Its lines; for [`Chart::Outcomes`] not yet stacked.
    pub(crate) fn lines(self, run: &Run, theme: &Theme) -> Vec<Line> {
        match self {
            Chart::Latency => latency(run, theme),
            Chart::Rates => rates(run, theme),
            Chart::Outcomes => outcomes(run, theme),
            Chart::Panel(at) => gauges(run, at, theme),
        }
    }
}

fn panel(run: &Run, at: usize) -> Option<&brownout_core::scenario::Panel> {
    run.started.as_ref()?.scenario.panels.get(at)
}

fn latency(run: &Run, theme: &Theme) -> Vec<Line> {
    let due: Vec<_> = (0..last_due(run)).map(|second| run.latencies_due(None, second)).collect();
    let line = |at: usize, word: &str, q: f64, width| Line {
        word: word.to_owned(),
        color: theme.percentiles[at],
        width,
        dashed: at == 2,
        values: due.iter().map(|latencies| latencies.quantile(q).map(|us| us as f64)).collect(),
    };
    vec![line(0, "p50", 0.5, 1.5), line(1, "p95", 0.95, 2.5), line(2, "p99", 0.99, 1.5)]
}

/// The last second in which something was due, of those that have been measured.
fn last_due(run: &Run) -> u32 {
    let scheduled =
        |stream: &StreamFold| stream.due.iter().rposition(|due| due.scheduled > 0).map_or(0, |at| at as u32 + 1);
    run.streams.values().map(scheduled).max().unwrap_or(0).min(run.seconds)
}

fn per_second(run: &Run, of: impl Fn(&StreamFold, usize) -> u64) -> Vec<Option<f64>> {
    (0..run.seconds as usize)
        .map(|at| Some(run.streams.values().map(|stream| of(stream, at)).sum::<u64>() as f64))
        .collect()
}

fn rates(run: &Run, theme: &Theme) -> Vec<Line> {
    let ended = |outcomes: &'static [Outcome]| {
        per_second(run, move |stream, at| {
            stream.ended.get(at).map_or(0, |second| outcomes.iter().map(|outcome| second[outcome.index()]).sum())
        })
    };
    let line = |word: &str, color, width, dashed, values| Line { word: word.to_owned(), color, width, dashed, values };
    let scheduled = per_second(run, |stream, at| stream.due.get(at).map_or(0, |due| due.scheduled));
    let failed = ended(&[Outcome::Rejected, Outcome::Failed, Outcome::TimedOut, Outcome::Invalid]);
    vec![
        line("scheduled", theme.muted, 1.5, true, scheduled),
        line("ok", theme.outcome(Outcome::Ok), 2.5, false, ended(&[Outcome::Ok])),
        line("failed", theme.fails, 2.0, false, failed),
        line("dropped", theme.outcome(Outcome::Dropped), 1.5, false, ended(&[Outcome::Dropped])),
    ]
}

fn outcomes(run: &Run, theme: &Theme) -> Vec<Line> {
    Outcome::ALL
        .iter()
        .filter(|outcome| **outcome == Outcome::Ok || run.streams.values().any(|stream| stream.total(**outcome) > 0))
        .map(|outcome| Line {
            word: outcome.word().to_owned(),
            color: theme.outcome(*outcome),
            width: 1.0,
            dashed: false,
            values: per_second(run, |stream, at| stream.ended.get(at).map_or(0, |second| second[outcome.index()])),
        })
        .collect()
}

fn gauges(run: &Run, at: usize, theme: &Theme) -> Vec<Line> {
    let colors = [theme.accent, theme.percentiles[1], theme.percentiles[2], theme.holds];
    let lines = panel(run, at).into_iter().flat_map(|panel| &panel.lines);
    lines
        .zip(colors)
        .map(|(line, color)| Line {
            word: line.says.clone(),
            color,
            width: 2.0,
            dashed: false,
            values: run.gauges.get(&line.gauge).cloned().unwrap_or_default(),
        })
        .collect()
}
