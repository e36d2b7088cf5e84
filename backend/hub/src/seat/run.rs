//! Runs that ended, as events tell of them.

use brownout_core::{case::Cases, event::SessionEvent};

use super::{MOST_CASES, Seat};

/// Letters of the longest id that is believed: of a run, a case, a hand, a takeaway.
const LONGEST_ID: usize = 100;
/// Runs that are folded: more than anybody runs in a day.
pub(super) const MOST_RUNS: usize = 1_000;
/// Runs of which the record is asked for at once.
const MOST_WANTED: usize = 50;

/// A run that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What the event told of it.
    pub told: RunTold,
    /// Whether its record is here.
    pub record: bool,
    /// Whether it counts: it did not end before the workshop began.
    pub counts: bool,
}

/// What an event tells of a run that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunTold {
    /// Run id.
    pub run: String,
    /// Scenario id.
    pub scenario: String,
    /// 0..=100, when it was completed.
    pub score: Option<u32>,
    /// Whether it is ranked.
    pub ranked: bool,
    /// Whether it ended with all criteria met.
    pub met: bool,
    /// When it ended, ms since the Unix epoch on the hub's clock.
    pub ended_ms: u64,
    /// Hints that were taken before.
    pub hints: u32,
}

impl Seat {
    /// Runs of which the record is wanted, oldest first: of cases of the sheet, since the workshop began.
    #[must_use]
    pub fn wanted(&self, of_sheet: impl Fn(&str) -> bool) -> Vec<String> {
        let wanted = |run: &&Run| {
            run.counts && !run.record && !self.now.refused.contains(&run.told.run) && of_sheet(&run.told.scenario)
        };
        self.runs().into_iter().rev().filter(wanted).take(MOST_WANTED).map(|run| run.told.run.clone()).collect()
    }
}

/// Hints that were taken in the case of a run that ended, before it did.
pub(super) fn hints(cases: &Cases, event: &SessionEvent) -> u32 {
    let SessionEvent::RunFinished { scenario, .. } = event else { return 0 };
    cases.cases.get(scenario).map_or(0, |case| u32::try_from(case.hints.len()).unwrap_or(u32::MAX))
}

/// The finished run that an event tells of, if it can be one.
pub(super) fn told(event: &SessionEvent, at_ms: u64, hints: u32) -> Option<RunTold> {
    let SessionEvent::RunFinished { run, scenario, score, ranked, met, .. } = event else { return None };
    (believable(event) && short(run)).then(|| RunTold {
        run: run.clone(),
        scenario: scenario.clone(),
        score: *score,
        ranked: *ranked,
        met: *met,
        ended_ms: at_ms,
        hints,
    })
}

/// Whether what an event says can be: what cannot be is kept in the log and counts for nothing.
pub(crate) fn believable(event: &SessionEvent) -> bool {
    match event {
        SessionEvent::RunFinished { scenario, score, unmet, .. } => {
            let few = unmet.len() <= MOST_CASES && unmet.iter().all(|name| short(name));
            few && short(scenario) && score.is_none_or(|score| score <= 100)
        }
        SessionEvent::HintShown { hint, .. } => short(&hint.name),
        _ => true,
    }
}

/// Whether this can be an id; an id is shown as it is, so it holds nothing that cannot be seen.
pub(crate) fn short(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST_ID && !id.chars().any(brownout_core::name::unseen)
}
