//! What came of a claim.

use brownout_core::score::{Score, Unranked};
use serde::Serialize;

use super::claim::Claim;

/// One run of a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Its score.
    pub score: Score,
    /// Why it is not ranked; empty when it is.
    pub unranked: Vec<Unranked>,
    /// The line to share.
    pub line: String,
}

impl Outcome {
    /// Whether the machine was too busy to send on time, and nothing else was wrong.
    pub fn busy(&self) -> bool {
        let late = |why: &Unranked| matches!(why, Unranked::GeneratorLate { .. });
        !self.unranked.is_empty() && self.unranked.iter().all(late)
    }
}

/// A claim with what was seen of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Scenario id.
    pub scenario: String,
    /// Name of the variant.
    pub variant: String,
    /// Lowest and highest score that it may reach.
    pub band: (u32, u32),
    /// Scores of its ranked runs, ascending.
    pub scores: Vec<u32>,
    /// Whether a run could not be judged only because the machine was too busy.
    #[serde(skip)]
    pub busy: bool,
    /// Whether every run was ranked and in the band.
    pub holds: bool,
    /// Terms that lost points, as sentences, of the run with the lowest score.
    pub lost: Vec<String>,
    /// What else kept the claim from being shown: code that does not compile, a run that was not ranked.
    pub problems: Vec<String>,
}

impl Verdict {
    /// Judges what was seen.
    pub fn of(claim: Claim, outcomes: anyhow::Result<Vec<Outcome>>) -> Self {
        let mut verdict = Verdict {
            scenario: claim.scenario,
            variant: claim.name,
            band: (claim.low, claim.high),
            scores: Vec::new(),
            busy: false,
            holds: false,
            lost: Vec::new(),
            problems: Vec::new(),
        };
        let outcomes = match outcomes {
            Ok(outcomes) => outcomes,
            Err(error) => {
                verdict.problems.push(format!("{error:#}"));
                return verdict;
            }
        };
        verdict.busy = outcomes.iter().any(Outcome::busy);
        for outcome in &outcomes {
            match outcome.unranked.as_slice() {
                [] => verdict.scores.push(outcome.score.total),
                unranked => verdict.problems.extend(unranked.iter().map(Unranked::sentence)),
            }
        }
        verdict.scores.sort_unstable();
        let (low, high) = verdict.band;
        verdict.holds = verdict.problems.is_empty()
            && !verdict.scores.is_empty()
            && verdict.scores.iter().all(|score| (low..=high).contains(score));
        if let Some(worst) = outcomes.iter().min_by_key(|outcome| outcome.score.total) {
            let lost = worst.score.terms.iter().filter(|term| term.points < term.weight - 0.5);
            verdict.lost = lost.map(|term| term.sentence.clone()).collect();
        }
        verdict
    }

    /// Lowest, middle and highest score; `None` when no run was ranked.
    pub fn spread(&self) -> Option<(u32, u32, u32)> {
        let (low, high) = (*self.scores.first()?, *self.scores.last()?);
        Some((low, self.scores[self.scores.len() / 2], high))
    }
}
