//! Whether what must hold does, and for how long. A pure fold: hold times count windows.

use serde::{Deserialize, Serialize};

use crate::{
    fold::Run,
    outcome::Outcome,
    quantity::Unit,
    scenario::{Comparison, Criterion, Span},
    signal::{Measure, Signal},
};

/// A criterion as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CriterionState {
    /// Name in the scenario.
    pub name: String,
    /// What it is about, in words.
    pub says: String,
    /// Unit of value and target.
    pub unit: Unit,
    /// Which way is good.
    pub comparison: Comparison,
    /// The value that passes.
    pub target: f64,
    /// The value now; `None` before anything is known.
    pub value: Option<f64>,
    /// Where the run is with regard to the span in which this is judged.
    pub stage: Stage,
    /// Whether the value holds now. Only judged within the span.
    pub holds: bool,
    /// Seconds on end for which it has held.
    pub held_s: u32,
    /// Seconds on end for which it must hold.
    pub hold_s: u32,
    /// Whether it has held for long enough, up to now.
    pub met: bool,
}

/// Whether a criterion is judged yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its span has not begun.
    #[default]
    Ahead,
    /// Its span goes on.
    Judging,
    /// Its span is over.
    Over,
}

impl Signal {
    /// Value over the given seconds taken as one; `None` when nothing was due or measured in them.
    pub fn value(&self, run: &Run, seconds: impl Iterator<Item = u32> + Clone) -> Option<f64> {
        match self {
            Signal::Books => run.balanced.map(f64::from),
            Signal::Probe { gauge } => {
                let line = run.gauges.get(gauge)?;
                let read: Vec<f64> =
                    seconds.filter_map(|second| line.get(second as usize).copied().flatten()).collect();
                (!read.is_empty()).then(|| read.iter().sum::<f64>() / read.len() as f64)
            }
            Signal::Load { stream, measure } => {
                let stream = stream.as_deref();
                let ratio = |of: &dyn Fn(u32) -> (u64, u64)| {
                    let (count, all) = seconds.clone().map(of).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
                    (all > 0).then(|| count as f64 / all as f64)
                };
                match measure {
                    Measure::Right => ratio(&|second| run.right_due(stream, second)),
                    Measure::Answered => ratio(&|s| run.outcome_due(stream, &[Outcome::Ok, Outcome::Degraded], s)),
                    Measure::Dropped => ratio(&|s| run.outcome_due(stream, &[Outcome::Dropped], s)),
                    Measure::Percentile(thousandths) => {
                        let mut all = crate::latency::Latencies::default();
                        seconds.for_each(|second| all.merge(&run.latencies_due(stream, second)));
                        all.quantile(f64::from(*thousandths) / 1000.0).map(|us| us as f64)
                    }
                }
            }
        }
    }
}

/// Judges all criteria of the run's scenario as of now.
pub fn judge(run: &Run) -> Vec<CriterionState> {
    let Some(started) = &run.started else { return Vec::new() };
    started.scenario.criteria.iter().map(|criterion| state(criterion, run)).collect()
}

/// The stretches of seconds on end in which a criterion held, within its span and as far as is decided.
pub fn held(criterion: &Criterion, run: &Run) -> Vec<Span> {
    let mut stretches: Vec<Span> = Vec::new();
    for (second, value) in values(criterion, run) {
        if !value.is_some_and(|value| criterion.comparison.holds(value, criterion.target)) {
            continue;
        }
        match stretches.last_mut().filter(|last| last.to == second) {
            Some(last) => last.to = second + 1,
            None => stretches.push(Span { from: second, to: second + 1 }),
        }
    }
    stretches
}

/// The value of a criterion at each decided second of its span.
fn values<'a>(criterion: &'a Criterion, run: &'a Run) -> impl Iterator<Item = (u32, Option<f64>)> + 'a {
    let Span { from, to } = criterion.during;
    let decided = run.decided_of(criterion.signal.stream());
    (from..to.min(decided)).map(move |second| (second, value_at(criterion, run, second, from)))
}

/// Its value at a second, over what it looks back on, but not before `first`.
fn value_at(criterion: &Criterion, run: &Run, second: u32, first: u32) -> Option<f64> {
    let begin = (second + 1).saturating_sub(criterion.over_s.max(1)).max(first);
    criterion.signal.value(run, begin..=second)
}

fn state(criterion: &Criterion, run: &Run) -> CriterionState {
    let decided = run.decided_of(criterion.signal.stream());
    let Span { from, to } = criterion.during;
    let (mut held_s, mut holds, mut value) = (0, false, None);
    for (_, now) in values(criterion, run) {
        value = now;
        holds = value.is_some_and(|value| criterion.comparison.holds(value, criterion.target));
        held_s = if holds { held_s + 1 } else { 0 };
    }
    let stage = match decided {
        _ if decided <= from => Stage::Ahead,
        // Nothing can be said of the books before they are read.
        _ if criterion.signal == Signal::Books && run.balanced.is_none() => Stage::Ahead,
        _ if decided >= to => Stage::Over,
        _ => Stage::Judging,
    };
    if stage == Stage::Ahead && decided > 0 {
        value = value_at(criterion, run, decided - 1, 0);
    }
    CriterionState {
        name: criterion.name.clone(),
        says: criterion.says.clone(),
        unit: criterion.signal.unit(),
        comparison: criterion.comparison,
        target: criterion.target,
        value,
        stage,
        holds,
        held_s,
        hold_s: criterion.hold_s,
        met: holds && held_s >= criterion.hold_s,
    }
}
