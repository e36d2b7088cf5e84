//! The score: Σ weight × attainment, each term with its sentence.
//!
//! Attainment runs on a line from 0 at the worthless value to 1 at the perfect one, and is multiplied by the
//! attainment of the terms it leans on: a percentile of quick refusals must not earn what right answers earn.

use serde::{Deserialize, Serialize};

use crate::{
    fold::Run,
    quantity::Unit,
    scenario::{Comparison, Span, Term},
};

/// A score, explained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Score {
    /// 0..=100, rounded.
    pub total: u32,
    /// Term by term, in the order of the scenario.
    pub terms: Vec<TermScore>,
    /// One sentence why.
    pub why: String,
    /// Points that hints take off; already taken off the total.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hints: u32,
}

/// One term of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TermScore {
    /// Name in the scenario.
    pub name: String,
    /// What it is about, in words.
    pub says: String,
    /// Unit of the values.
    pub unit: Unit,
    /// What was measured; `None` when nothing could be.
    pub value: Option<f64>,
    /// Value that earns nothing.
    pub worthless: f64,
    /// Value that earns everything.
    pub perfect: f64,
    /// Own attainment, 0..=1.
    pub attainment: f64,
    /// Product of the attainments it leans on, 0..=1.
    pub factor: f64,
    /// Points it can earn.
    pub weight: f64,
    /// Points it earned.
    pub points: f64,
    /// The seconds that decided it.
    pub during: Vec<Span>,
    /// The whole in one sentence.
    pub sentence: String,
}

/// Why a run is not ranked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Unranked {
    /// Something that makes the exercise honest was changed.
    Practice {
        /// Files that differ.
        files: Vec<String>,
    },
    /// The generator could not send on time.
    GeneratorLate {
        /// 99th percentile of its lateness, µs.
        lag_p99_us: u64,
    },
    /// The laptop slept during the run.
    Disturbed,
    /// The run was stopped, failed or was interrupted.
    Incomplete,
    /// It was started although a precondition did not hold.
    Anyway {
        /// The precondition, as a sentence.
        precondition: String,
    },
    /// A build became live in the middle of the run.
    DeployedMeanwhile,
    /// The history could not be written.
    Unstored,
    /// The cluster's autoscaler looks too seldom for an exercise of two minutes.
    ScalerSlow {
        /// Time between two decisions, ms.
        sync_ms: u64,
        /// Time between two samples of what is measured, ms.
        metrics_ms: u64,
    },
}

impl Unranked {
    /// The reason as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Unranked::Practice { files } => {
                const NAMED: usize = 3;
                let named = files[..files.len().min(NAMED)].join(", ");
                let more = match files.len().saturating_sub(NAMED) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("Practice: what makes the exercise honest was changed ({named}{more}).")
            }
            Unranked::GeneratorLate { lag_p99_us } => format!(
                "This laptop was too busy to send on time (p99 late by {}), so the run is not ranked.",
                Unit::Time.show(*lag_p99_us as f64)
            ),
            Unranked::Disturbed => "The laptop slept during this run; it is not ranked.".to_owned(),
            Unranked::Incomplete => "The run did not come to its end; it is not ranked.".to_owned(),
            Unranked::Anyway { precondition } => format!("Not ranked: it was started although {precondition}"),
            Unranked::Unstored => {
                "The history could not be written during this run (is the disk full?), so it is not ranked.".to_owned()
            }
            Unranked::ScalerSlow { sync_ms, metrics_ms } => format!(
                "The autoscaler decides every {} on samples every {}; a ranked run needs 5 s and 10 s.",
                Unit::Time.show(*sync_ms as f64 * 1_000.0),
                Unit::Time.show(*metrics_ms as f64 * 1_000.0)
            ),
            Unranked::DeployedMeanwhile => "A new build became live during the run; it is not ranked.".to_owned(),
        }
    }
}

/// A generator later than this at the 99th percentile was overloaded, µs.
pub const LATE_GENERATOR_US: u64 = 20_000;

/// How far `value` has come from `worthless` (0) to `perfect` (1).
pub fn attainment(value: f64, worthless: f64, perfect: f64) -> f64 {
    if !value.is_finite() {
        return 0.0;
    }
    ((value - worthless) / (perfect - worthless)).clamp(0.0, 1.0)
}

/// Scores the run as its events tell it so far; `None` before it started.
pub fn score(run: &Run) -> Option<Score> {
    let scenario = &run.started.as_ref()?.scenario;
    let mut terms: Vec<TermScore> = Vec::with_capacity(scenario.score.len());
    for term in &scenario.score {
        let factor = term
            .times
            .iter()
            .map(|name| terms.iter().find(|done| done.name == *name).map_or(0.0, |done| done.attainment))
            .product();
        terms.push(of_term(term, run, factor));
    }
    let earned = terms.iter().map(|term| term.points).sum::<f64>().round().clamp(0.0, 100.0) as u32;
    let hints = run.hints.values().sum();
    let total = earned.saturating_sub(hints);
    let worst = scenario.score.iter().zip(&terms).max_by(|a, b| lost(a.1).total_cmp(&lost(b.1)));
    let why = match worst {
        Some((term, done)) if earned < 90 && lost(done) > 0.0 => term.poor.clone(),
        _ => scenario.praise.clone(),
    };
    Some(Score { total, terms, why, hints })
}

fn is_zero(points: &u32) -> bool {
    *points == 0
}

fn lost(term: &TermScore) -> f64 {
    // What is lost through another term is that term's fault.
    term.weight * (1.0 - term.attainment) + if term.factor < 1.0 { 0.0 } else { 1e-6 * term.weight }
}

fn of_term(term: &Term, run: &Run, factor: f64) -> TermScore {
    let measured = term.during.iter().flat_map(|span| span.from..span.to);
    let value = term.signal.value(run, measured);
    let attainment = value.map_or(0.0, |value| attainment(value, term.worthless, term.perfect));
    let points = term.weight * attainment * factor;
    let unit = term.signal.unit();
    TermScore {
        name: term.name.clone(),
        says: term.says.clone(),
        unit,
        value,
        worthless: term.worthless,
        perfect: term.perfect,
        attainment,
        factor,
        weight: term.weight,
        points,
        during: term.during.clone(),
        sentence: sentence(term, unit, value, points, factor),
    }
}

fn sentence(term: &Term, unit: Unit, value: Option<f64>, points: f64, factor: f64) -> String {
    let Some(value) = value else {
        return format!("{}: nothing was measured: 0 of {}", term.says, Unit::Count.show(term.weight));
    };
    let comparison = if term.perfect > term.worthless { Comparison::AtLeast } else { Comparison::AtMost };
    let leaning = if factor < 0.995 && !term.times.is_empty() {
        format!(" × {} of {}", Unit::Share.show(factor), term.times.join(" and "))
    } else {
        String::new()
    };
    format!(
        "{}: {}; {} {} earns all{leaning}: {} of {}",
        term.says,
        unit.show(value),
        comparison.sign(),
        unit.show(term.perfect),
        Unit::Count.show((points * 10.0).round() / 10.0),
        Unit::Count.show(term.weight),
    )
}
