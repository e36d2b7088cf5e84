//! What is true of a seat now and stands in no log.

use std::collections::{BTreeMap, BTreeSet};

use brownout_core::{hub::pulse::Pulse, name::shown_text};

use super::{
    Seat,
    run::{MOST_RUNS, short},
};

/// Letters of the longest complaint of a compiler that is shown.
const LONGEST_PROBLEM: usize = 200;

/// What is true of a seat now and stands in no log.
#[derive(Debug, Clone, Default)]
pub struct Now {
    pub(crate) pulse: Option<Pulse>,
    pub(crate) online: bool,
    /// Why it cannot go on, and since when.
    pub(crate) locked: Option<(&'static str, u64)>,
    /// Runs of which the record came and could not be kept.
    pub(super) refused: BTreeSet<String>,
    /// The last reading of the clock of each case that was open.
    pub(super) clocks: BTreeMap<String, u64>,
}

impl Seat {
    pub(crate) fn hears(&mut self, pulse: Pulse, now_ms: u64) {
        self.heard_ms = now_ms;
        let pulse = shown_pulse(pulse);
        self.now.locked = match (pulse.locked(), self.now.locked) {
            (Some(why), Some((before, since))) if why == before => Some((why, since)),
            (why, _) => why.map(|why| (why, now_ms)),
        };
        if let Some(open) = pulse.open.as_ref().filter(|open| self.cells.contains_key(*open)) {
            self.now.clocks.insert(open.clone(), pulse.clock_ms);
        }
        self.now.pulse = Some(pulse);
    }

    pub(crate) fn refuses(&mut self, run: &str) {
        if self.now.refused.len() < MOST_RUNS && self.runs.contains_key(run) {
            self.now.refused.insert(run.to_owned());
        }
    }
}

/// A pulse as the facilitator's page shows it.
fn shown_pulse(told: Pulse) -> Pulse {
    Pulse {
        open: told.open.filter(|open| short(open)),
        running: told.running.filter(|running| short(&running.scenario)),
        problem: told.problem.map(|problem| shown_text(&problem, LONGEST_PROBLEM)),
        ..told
    }
}
