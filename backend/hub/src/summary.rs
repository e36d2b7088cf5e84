//! Counts over a whole workshop, for after it: where people stood still, which hints were taken, how fast cases were met.
//! A fold of the log; nothing is counted while the workshop goes on.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use brownout_core::{
    case::{CaseState, Cases},
    event::{Body, SessionEvent},
    hub::{
        archive::{HintCount, Pace, ScoreTenths, StoodStill, Summary, UnmetCount},
        need::patience_ms,
    },
    workshop::StepKind,
};
use brownout_store::hub::KeptEvent;

use crate::{
    course::Course,
    room::Room,
    seat::{believable, opens},
};

const MINUTE: u64 = 60_000;

/// What the log tells of everybody, while it is being read.
#[derive(Debug)]
pub(crate) struct Count<'a> {
    room: &'a Room,
    course: &'a Course,
    /// By scenario: for how long nothing may happen, ms.
    patience: BTreeMap<&'a str, u64>,
    traces: HashMap<&'a str, Trace>,
    unmet: BTreeMap<(String, String), u32>,
}

/// What the log tells of one participant.
#[derive(Debug, Default)]
struct Trace {
    cases: Cases,
    by_case: BTreeMap<String, CaseTrace>,
}

/// What it tells of a case of one participant.
#[derive(Debug, Default)]
pub(crate) struct CaseTrace {
    /// Score of the first completed run.
    first: Option<u32>,
    /// When it was met first, hub's clock.
    pub(crate) met_ms: Option<u64>,
    moved_ms: u64,
    stood_ms: BTreeMap<CaseState, u64>,
}

impl<'a> Count<'a> {
    pub(crate) fn of(room: &'a Room, course: &'a Course) -> Count<'a> {
        let patience = room.stage().sheet.steps.iter().filter_map(|step| match &step.kind {
            StepKind::Case { scenario } => Some((&**scenario, patience_ms(step.minutes))),
            StepKind::Talk | StepKind::Check => None,
        });
        let traces = room.participants().map(|seat| (&*seat.kept().id, Trace::default()));
        Count { room, course, patience: patience.collect(), traces: traces.collect(), unmet: BTreeMap::new() }
    }

    /// Takes an event of the log, in its order.
    pub(crate) fn take(&mut self, event: &KeptEvent) {
        let Some(trace) = event.stream.seat().and_then(|seat| self.traces.get_mut(seat)) else { return };
        let body: Option<Body<SessionEvent>> = serde_json::from_str(&event.body).ok();
        let Some(said) = body.as_ref().and_then(Body::known) else { return };
        if !believable(said) {
            return;
        }
        opens(&mut trace.cases, said);
        if !self.room.counts(event.wall_ms) {
            return;
        }
        let of = match said {
            SessionEvent::Edited { .. } | SessionEvent::Deployed { .. } => trace.cases.open.clone(),
            SessionEvent::RunFinished { scenario, .. }
            | SessionEvent::CaseOpened { scenario }
            | SessionEvent::HintShown { scenario, .. }
            | SessionEvent::CaseCompleted { scenario, .. } => Some(scenario.clone()),
            _ => None,
        };
        let Some(of) = of.filter(|of| self.patience.contains_key(&**of)) else { return };
        let before = trace.cases.case(&of).state;
        trace.cases.apply(said);
        let case = trace.by_case.entry(of.clone()).or_default();
        // Who reads a hint has not moved.
        if !matches!(said, SessionEvent::HintShown { .. }) {
            case.moves(&of, before, event.wall_ms, self.course, &self.patience);
        }
        if let SessionEvent::RunFinished { score: Some(score), met, unmet, .. } = said {
            case.first.get_or_insert(*score);
            if *met {
                case.met_ms.get_or_insert(event.wall_ms);
            }
            for criterion in unmet {
                *self.unmet.entry((of.clone(), criterion.clone())).or_default() += 1;
            }
        }
    }

    /// What is known of a case of a participant.
    pub(crate) fn case(&self, seat: &str, scenario: &str) -> Option<&CaseTrace> {
        self.traces.get(seat)?.by_case.get(scenario)
    }

    /// The counts. `end_ms` is when the log ends.
    pub(crate) fn summary(&mut self, end_ms: u64) -> Summary {
        for trace in self.traces.values_mut() {
            for (scenario, case) in &mut trace.by_case {
                case.moves(scenario, trace.cases.case(scenario).state, end_ms, self.course, &self.patience);
            }
        }
        let cases = self.room.stage().cases();
        let scenarios = || cases.iter().map(|case| &*case.scenario);
        Summary {
            scores: scenarios().map(|scenario| self.scores(scenario)).collect(),
            stood_still: self.stood_still(),
            hints: self.hints(),
            pace: scenarios().map(|scenario| self.pace(scenario)).collect(),
            unmet: self.unmet(),
        }
    }

    fn scores(&self, scenario: &str) -> ScoreTenths {
        let mut tenths = ScoreTenths { scenario: scenario.to_owned(), ..ScoreTenths::default() };
        for trace in self.traces.values() {
            let first = trace.by_case.get(scenario).and_then(|case| case.first);
            first.into_iter().for_each(|score| tenths.first[tenth(score)] += 1);
        }
        for seat in self.room.participants() {
            let best = seat.cells.get(scenario).and_then(|cell| cell.best.as_ref());
            best.into_iter().for_each(|best| tenths.best[tenth(best.score)] += 1);
        }
        tenths
    }

    fn stood_still(&self) -> Vec<StoodStill> {
        let mut stood: BTreeMap<(&str, CaseState), u64> = BTreeMap::new();
        for (scenario, case) in self.traces.values().flat_map(|trace| &trace.by_case) {
            for (state, ms) in &case.stood_ms {
                *stood.entry((scenario, *state)).or_default() += ms;
            }
        }
        let minutes = |ms: u64| u32::try_from(ms / MINUTE).unwrap_or(u32::MAX);
        let mut stood: Vec<StoodStill> = stood
            .into_iter()
            .map(|((scenario, state), ms)| StoodStill { scenario: scenario.to_owned(), state, minutes: minutes(ms) })
            .collect();
        stood.sort_by_key(|stood| Reverse(stood.minutes));
        stood
    }

    fn hints(&self) -> Vec<HintCount> {
        let mut taken: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for seat in self.room.participants() {
            for (scenario, case) in &seat.cases.cases {
                for hint in &case.hints {
                    *taken.entry((scenario, &hint.name)).or_default() += 1;
                }
            }
        }
        let count = |((scenario, hint), seats): ((&str, &str), u32)| HintCount {
            scenario: scenario.to_owned(),
            hint: hint.to_owned(),
            seats,
        };
        let mut hints: Vec<HintCount> = taken.into_iter().map(count).collect();
        hints.sort_by_key(|hint| Reverse(hint.seats));
        hints
    }

    fn pace(&self, scenario: &str) -> Pace {
        let began = self.course.began().get(scenario).copied();
        let met = |trace: &Trace| trace.by_case.get(scenario).and_then(|case| case.met_ms);
        let mut times: Vec<u64> = self.traces.values().filter_map(met).collect();
        let never = self.traces.len() - times.len();
        let Some(began) = began else {
            return Pace { scenario: scenario.to_owned(), never: count(never), ..Pace::default() };
        };
        times.iter_mut().for_each(|met| *met = met.saturating_sub(began));
        times.sort_unstable();
        Pace {
            scenario: scenario.to_owned(),
            median_ms: median(&times),
            slowest_ms: times.last().copied(),
            never: count(never),
        }
    }

    fn unmet(&self) -> Vec<UnmetCount> {
        let count = |((scenario, criterion), runs): (&(String, String), &u32)| UnmetCount {
            scenario: scenario.clone(),
            criterion: criterion.clone(),
            runs: *runs,
        };
        let mut unmet: Vec<UnmetCount> = self.unmet.iter().map(count).collect();
        unmet.sort_by_key(|unmet| Reverse(unmet.runs));
        unmet
    }
}

impl CaseTrace {
    /// Something has happened after `before` was the state: for so long people stood still, if that was long while the
    /// case was on.
    fn moves(&mut self, of: &str, before: CaseState, at_ms: u64, course: &Course, patience: &BTreeMap<&str, u64>) {
        let works = matches!(before, CaseState::BrokenSeen | CaseState::Editing | CaseState::Deployed);
        let ms = course.within(of, self.moved_ms, at_ms);
        if works && self.moved_ms > 0 && patience.get(of).is_some_and(|patience| ms >= *patience) {
            *self.stood_ms.entry(before).or_default() += ms;
        }
        self.moved_ms = self.moved_ms.max(at_ms);
    }
}

fn tenth(score: u32) -> usize {
    usize::try_from(score / 10).unwrap_or(9).min(9)
}

/// Of two in the middle the lower one.
fn median(sorted: &[u64]) -> Option<u64> {
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_hold_every_score_and_100_stands_with_90() {
        assert_eq!([0, 9, 10, 89, 90, 99, 100].map(tenth), [0, 0, 1, 8, 9, 9, 9]);
    }

    #[test]
    fn a_median_is_a_time_that_somebody_had() {
        assert_eq!([median(&[]), median(&[4]), median(&[4, 9]), median(&[4, 5, 9])], [None, Some(4), Some(4), Some(5)]);
    }
}
