//! One participant in the room: a fold of the events of all streams of the seat, in the order in which they came.
//!
//! `run` says what of an event can be believed, `cell` how far a case is, `said` what the participant said to the hub; `now`
//! is what stands in no event.

mod cell;
mod now;
mod run;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use brownout_core::{
    case::{CaseState, Cases},
    event::SessionEvent,
    hub::{hand::Hand, readiness::Readiness, shipment::StreamHave, survey::AnswerValue},
};
use brownout_store::hub::KeptSeat;

use self::run::{MOST_RUNS, hints, told};
pub use self::{
    cell::{Best, Cell},
    now::Now,
    run::{Run, RunTold},
};
pub(crate) use self::{
    run::{believable, short},
    said::LONGEST_LINE,
};

/// Cases that are folded; a sheet has fewer.
const MOST_CASES: usize = 50;
/// Of hands, messages, takeaways, and hints in a case, so many are remembered.
const MOST_NOTES: usize = 500;
/// Events that are taken of a seat; a day has some hundred.
pub(crate) const MOST_EVENTS: u64 = 20_000;

/// One participant.
#[derive(Debug, Clone)]
pub struct Seat {
    kept: KeptSeat,
    streams: BTreeMap<String, u64>,
    /// Events of all streams.
    events: u64,
    pub(crate) cases: Cases,
    pub(crate) cells: BTreeMap<String, Cell>,
    runs: BTreeMap<String, Run>,
    /// Runs of which the record is here.
    records: u32,
    /// Of all builds the last one: whether it failed.
    pub(crate) build_failed: bool,
    pub(crate) hand: Option<Hand>,
    /// Where in the workshop's log hands were raised, by their id.
    hands: BTreeMap<String, u64>,
    pub(crate) seen: BTreeSet<String>,
    pub(crate) ticked: BTreeSet<String>,
    pub(crate) answers: BTreeMap<String, AnswerValue>,
    /// With when it was told.
    pub(crate) readiness: Option<(Readiness, u64)>,
    /// The hub's clock at the last event or pulse.
    pub(crate) heard_ms: u64,
    pub(crate) now: Now,
}

/// When something happened: on the hub's clock, and where in its log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    pub(crate) ms: u64,
    pub(crate) taken_ms: u64,
    pub(crate) place: u64,
    /// Whether it is not older than what counts.
    pub(crate) counts: bool,
}

impl Seat {
    pub(crate) fn new(kept: KeptSeat) -> Seat {
        let heard_ms = kept.joined_ms;
        Seat {
            kept,
            heard_ms,
            streams: BTreeMap::new(),
            events: 0,
            cases: Cases::default(),
            cells: BTreeMap::new(),
            runs: BTreeMap::new(),
            records: 0,
            build_failed: false,
            hand: None,
            hands: BTreeMap::new(),
            seen: BTreeSet::new(),
            ticked: BTreeSet::new(),
            answers: BTreeMap::new(),
            readiness: None,
            now: Now::default(),
        }
    }

    /// As the store keeps it: what is in there beside id, name and place is nobody else's business.
    #[must_use]
    pub fn kept(&self) -> &KeptSeat {
        &self.kept
    }

    pub(crate) fn kept_mut(&mut self) -> &mut KeptSeat {
        &mut self.kept
    }

    /// Whether it takes part: it was not taken out.
    #[must_use]
    pub fn takes_part(&self) -> bool {
        !self.kept.removed()
    }

    /// Whether this is a stream of this seat: one that it has, or the one of the participant who sits there.
    #[must_use]
    pub fn owns(&self, stream: &str) -> bool {
        self.streams.contains_key(stream) || stream.strip_prefix("session/") == Some(&*self.kept.participant)
    }

    /// Number of the last event of a stream that is here.
    #[must_use]
    pub fn known(&self, stream: &str) -> Option<u64> {
        self.streams.get(stream).copied()
    }

    /// Whether so many more events of it can be taken.
    pub(crate) fn has_place_for(&self, events: usize) -> bool {
        u64::try_from(events).is_ok_and(|events| self.events.saturating_add(events) <= MOST_EVENTS)
    }

    /// How much of each stream is here.
    #[must_use]
    pub fn have(&self) -> Vec<StreamHave> {
        let have = |(stream, have): (&String, &u64)| StreamHave { stream: stream.clone(), have: *have };
        self.streams.iter().map(have).collect()
    }

    /// A run that ended, by its id.
    #[must_use]
    pub fn run(&self, run: &str) -> Option<&Run> {
        self.runs.get(run)
    }

    /// Runs that ended, the last one first.
    #[must_use]
    pub fn runs(&self) -> Vec<&Run> {
        let mut runs: Vec<&Run> = self.runs.values().collect();
        runs.sort_by(|a, b| (b.told.ended_ms, &b.told.run).cmp(&(a.told.ended_ms, &a.told.run)));
        runs
    }

    /// How many runs have ended, and of how many the record is here.
    #[must_use]
    pub fn counted(&self) -> (u32, u32) {
        (u32::try_from(self.runs.len()).unwrap_or(u32::MAX), self.records)
    }

    /// Where in the workshop's log this hand was raised.
    #[must_use]
    pub fn place_of_hand(&self, hand: &str) -> Option<u64> {
        self.hands.get(hand).copied()
    }

    /// How far a case is.
    #[must_use]
    pub fn state(&self, scenario: &str) -> CaseState {
        self.cases.cases.get(scenario).map_or(CaseState::NotStarted, |case| case.state)
    }

    /// Reading of a case's clock, as last told, ms. A clock never goes back.
    #[must_use]
    pub fn clock_ms(&self, scenario: &str) -> u64 {
        let logged = self.cells.get(scenario).map_or(0, |cell| cell.clock_ms);
        logged.max(self.now.clocks.get(scenario).copied().unwrap_or(0))
    }

    pub(crate) fn has_record(&mut self, run: &str) {
        if let Some(run) = self.runs.get_mut(run)
            && !std::mem::replace(&mut run.record, true)
        {
            self.records += 1;
        }
    }

    /// An event of one of its streams, of which it is number `seq`; `None` is of a kind that is not known here.
    pub(crate) fn take(&mut self, stream: &str, seq: u64, event: Option<&SessionEvent>, at: At) {
        self.streams.insert(stream.to_owned(), seq);
        self.events += 1;
        self.heard_ms = self.heard_ms.max(at.taken_ms);
        let Some(event) = event else { return };
        if let Some(run) = told(event, at.ms, hints(&self.cases, event)) {
            self.run_ended(run, at);
        }
        self.said(event, at);
        if !believable(event) {
            return;
        }
        opens(&mut self.cases, event);
        if at.counts {
            self.fold(event, at.ms);
        }
    }

    fn run_ended(&mut self, told: RunTold, at: At) {
        if self.runs.len() >= MOST_RUNS || self.runs.contains_key(&told.run) {
            // The first telling counts.
            return;
        }
        if at.counts && self.knows(&told.scenario) {
            let cell = self.cells.entry(told.scenario.clone()).or_default();
            cell.ended(&told);
        }
        self.runs.insert(told.run.clone(), Run { told, record: false, counts: at.counts });
    }

    /// How far the cases are.
    fn fold(&mut self, event: &SessionEvent, at_ms: u64) {
        if let SessionEvent::Built { ok, .. } = event {
            self.build_failed = !ok;
        }
        let mut of: BTreeSet<String> = match event {
            SessionEvent::CaseOpened { scenario }
            | SessionEvent::RunFinished { scenario, .. }
            | SessionEvent::HintShown { scenario, .. }
            | SessionEvent::CaseCompleted { scenario, .. } => BTreeSet::from([scenario.clone()]),
            SessionEvent::Edited { .. } => self.cases.open.iter().cloned().collect(),
            SessionEvent::Deployed { .. } => self.cases.editing().into_iter().chain(self.cases.open.clone()).collect(),
            _ => BTreeSet::new(),
        };
        of.retain(|of| self.knows(of));
        if of.is_empty() {
            return;
        }
        if let SessionEvent::HintShown { scenario, .. } = event
            && self.cases.cases.get(scenario).is_some_and(|case| case.hints.len() >= MOST_NOTES)
        {
            return;
        }
        let before: Vec<CaseState> = of.iter().map(|of| self.state(of)).collect();
        self.cases.apply(event);
        let moves = matches!(
            event,
            SessionEvent::RunFinished { .. } | SessionEvent::Edited { .. } | SessionEvent::Deployed { .. }
        );
        let clock_ms = match event {
            SessionEvent::HintShown { hint, .. } => hint.clock_ms,
            SessionEvent::CaseCompleted { clock_ms, .. } => *clock_ms,
            SessionEvent::RunFinished { clock_ms, .. } => clock_ms.unwrap_or_default(),
            _ => 0,
        };
        for (of, before) in of.into_iter().zip(before) {
            let after = self.state(&of);
            let cell = self.cells.entry(of).or_default();
            if after != before {
                cell.since_ms = at_ms;
            }
            if moves || after != before {
                cell.moved_ms = cell.moved_ms.max(at_ms);
            }
            cell.clock_ms = cell.clock_ms.max(clock_ms);
        }
    }

    /// Whether this case is folded: there are not too many yet.
    fn knows(&self, scenario: &str) -> bool {
        short(scenario) && (self.cells.contains_key(scenario) || self.cells.len() < MOST_CASES)
    }
}

/// Which case is open, also where what opened it does not count: a panel tells of an opening only where another case was
/// open, so whoever has tried a case at home works on it from the start; and whoever runs a case works on it.
pub(crate) fn opens(cases: &mut Cases, event: &SessionEvent) {
    match event {
        SessionEvent::CaseOpened { scenario } if short(scenario) => cases.open = Some(scenario.clone()),
        SessionEvent::RunFinished { scenario, .. } if short(scenario) => {
            cases.open.get_or_insert_with(|| scenario.clone());
        }
        SessionEvent::CaseCompleted { scenario, .. } => {
            cases.open.take_if(|open| open == scenario);
        }
        _ => {}
    }
}
