//! What was judged: terms of the score and criteria.

use brownout_core::{
    criterion,
    fold::Run,
    quantity::Unit,
    scenario::Comparison,
    score::{Score, TermScore},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One term of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TermData {
    /// Name in the scenario.
    pub name: String,
    /// What it is about.
    pub says: String,
    /// Unit of the values: `share` (0 to 1), `time` (µs), `seconds`, `cores`, `per_second`, `count`.
    pub unit: String,
    /// What was measured.
    pub value: Option<f64>,
    /// Value that earns nothing.
    pub worthless: f64,
    /// Value that earns everything.
    pub perfect: f64,
    /// Points that it can earn.
    pub weight: f64,
    /// Points that it earned.
    pub points: f64,
    /// The whole in one sentence.
    pub sentence: String,
}

/// Something that had to hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionData {
    /// Name in the scenario.
    pub name: String,
    /// What it is about.
    pub says: String,
    /// Unit of value and target.
    pub unit: String,
    /// `≥` or `≤`.
    pub comparison: String,
    /// The value that passes.
    pub target: f64,
    /// The last value.
    pub value: Option<f64>,
    /// Whether it held for long enough, up to the end.
    pub met: bool,
    /// Seconds on end for which it must hold.
    pub hold_s: u32,
    /// When it held: first second and the second after the last, a pair a stretch.
    pub held_s: Vec<(u32, u32)>,
}

/// The word by which a unit is named in JSON.
fn word(unit: Unit) -> String {
    serde_json::to_value(unit).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The terms of a score.
pub(super) fn terms(score: &Score) -> Vec<TermData> {
    let term = |term: &TermScore| TermData {
        name: term.name.clone(),
        says: term.says.clone(),
        unit: word(term.unit),
        value: term.value,
        worthless: term.worthless,
        perfect: term.perfect,
        weight: term.weight,
        points: term.points,
        sentence: term.sentence.clone(),
    };
    score.terms.iter().map(term).collect()
}

/// The criteria as they stood at the end, or stand now.
pub(super) fn criteria(run: &Run) -> Vec<CriterionData> {
    let states = run.finished.as_ref().map_or_else(|| criterion::judge(run), |finished| finished.criteria.clone());
    let planned = run.started.as_ref().map_or(&[][..], |started| &started.scenario.criteria);
    let data = states.into_iter().map(|state| CriterionData {
        held_s: planned.iter().find(|known| known.name == state.name).map_or(Vec::new(), |known| {
            criterion::held(known, run).into_iter().map(|span| (span.from, span.to)).collect()
        }),
        name: state.name,
        says: state.says,
        unit: word(state.unit),
        comparison: match state.comparison {
            Comparison::AtLeast => "≥".to_owned(),
            Comparison::AtMost => "≤".to_owned(),
        },
        target: state.target,
        value: state.value,
        met: state.met,
        hold_s: state.hold_s,
    });
    data.collect()
}
