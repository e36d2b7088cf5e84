//! What the simulator knows: the run, the fault, how many calls there are, and what became of them.

use std::{
    collections::VecDeque,
    mem,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{
    fault::Fault,
    kind::COUNTS,
    receipt::{Key, Run},
};
use crate::sealed::dependency::Ask;

/// Attempts that are remembered; the oldest is forgotten first.
const REMEMBERED: usize = 20_000;

/// Everything about one run. `in_flight` and `hanging` are about calls and not about the run: they outlive it.
#[derive(Default)]
pub(super) struct Book {
    /// Counts the runs, so that a call knows whether its run is still on.
    pub(super) number: u64,
    pub(super) run: Option<Run>,
    pub(super) fault: Option<Fault>,
    /// Calls in progress, by `Kind::count`.
    pub(super) in_flight: [u64; COUNTS],
    pub(super) hanging: u64,
    /// Calls that came in: answered, refused, left, or still in progress.
    pub(super) calls: u64,
    pub(super) answered: u64,
    pub(super) refused: u64,
    pub(super) left: u64,
    attempts: VecDeque<Attempt>,
}

/// How a call ended.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Answered,
    /// The caller did not wait for the answer.
    Left,
    /// There were too many calls.
    Refused,
}

/// A call that has ended.
#[derive(Clone, Serialize)]
pub(super) struct Attempt {
    /// Counts from 1 in the order in which calls ended.
    pub(super) n: u64,
    id: String,
    /// Which item, the number of the order or document, or the job's place in its batch.
    item: u64,
    outcome: Outcome,
    took_ms: u64,
}

impl Book {
    /// Counters at zero and nothing remembered. A fault stays on, calls in progress stay in progress.
    pub(super) fn begin(&mut self, run: Option<Run>) {
        let before = mem::take(self);
        *self = Book {
            number: before.number + 1,
            run,
            fault: before.fault,
            in_flight: before.in_flight,
            hanging: before.hanging,
            ..Book::default()
        };
    }

    pub(super) fn key(&self) -> Option<&Key> {
        self.run.as_ref().map(|run| &run.key)
    }

    /// The fault, if one is on and has not expired.
    pub(super) fn fault(&mut self) -> Option<&Fault> {
        self.fault.take_if(|fault| fault.expired());
        self.fault.as_ref()
    }

    /// For how long a call for this item hangs, if it does.
    pub(super) fn hang(&mut self, item: u64) -> Option<Duration> {
        self.fault().and_then(|fault| fault.hang(item))
    }

    /// Notes that a call has ended.
    pub(super) fn note(&mut self, ask: &Ask, outcome: Outcome, began: Instant) {
        match outcome {
            Outcome::Answered => self.answered += 1,
            Outcome::Left => self.left += 1,
            Outcome::Refused => self.refused += 1,
        }
        if self.attempts.len() == REMEMBERED {
            self.attempts.pop_front();
        }
        let n = self.answered + self.left + self.refused;
        let took_ms = began.elapsed().as_millis() as u64;
        self.attempts.push_back(Attempt { n, id: ask.id.clone(), item: ask.item, outcome, took_ms });
    }

    /// At most `limit` attempts whose number is above `after`, in order.
    pub(super) fn attempts(&self, after: u64, limit: usize) -> Vec<Attempt> {
        let from = self.attempts.partition_point(|attempt| attempt.n <= after);
        self.attempts.iter().skip(from).take(limit).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_20_000_attempts_are_kept() {
        let mut book = Book::default();
        let ask = Ask { item: 1, id: "a".to_owned() };
        for _ in 0..20_100 {
            book.note(&ask, Outcome::Refused, Instant::now());
        }
        let kept = book.attempts(0, usize::MAX);
        assert_eq!((kept.len(), kept[0].n, kept[19_999].n, book.refused), (20_000, 101, 20_100, 20_100));
        assert_eq!(book.attempts(20_098, 10).len(), 2);
    }
}
