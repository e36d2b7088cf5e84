//! What one worker has seen, by second; taken once a second.

use std::collections::VecDeque;

use brownout_core::{
    latency::{Latencies, WORST_US},
    outcome::Outcome,
    window::{StreamWindow, WINDOW_US},
};

use crate::schedule::Arrival;

/// One worker's part of one stream in one second. `scheduled` is not in it: the plan knows that better.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    pub(crate) window: StreamWindow,
    /// How late arrivals were released, µs.
    pub(crate) lag: Latencies,
}

/// One worker's share of one second, by stream.
pub(crate) type Share = Vec<Part>;

/// How an arrival ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    pub(crate) status: Option<u16>,
    /// From the intended instant, µs.
    pub(crate) latency_us: u64,
    /// On the run clock, µs.
    pub(crate) at_us: u64,
}

impl Ending {
    /// An arrival that this machine could not send.
    pub(crate) fn dropped(at_us: u64) -> Self {
        Ending { outcome: Outcome::Dropped, status: None, latency_us: WORST_US, at_us }
    }

    /// An arrival whose client left at its patience, on the run clock at `late_us`.
    pub(crate) fn timed_out(patience_us: u64, late_us: u64) -> Self {
        Ending { outcome: Outcome::TimedOut, status: None, latency_us: patience_us, at_us: late_us }
    }
}

/// Records without locks; belongs to one thread.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// The first second that was not taken yet.
    first: u32,
    seconds: VecDeque<Share>,
    open: Vec<u32>,
}

impl Recorder {
    pub(crate) fn new(streams: usize) -> Self {
        Recorder { first: 0, seconds: VecDeque::new(), open: vec![0; streams] }
    }

    /// The part of a second; what belongs to one that was taken already goes to the first that was not.
    fn part(&mut self, at_us: u64, stream: usize) -> &mut Part {
        let at = ((at_us / WINDOW_US) as u32).saturating_sub(self.first) as usize;
        while self.seconds.len() <= at {
            self.seconds.push_back(vec![Part::default(); self.open.len()]);
        }
        &mut self.seconds[at][stream]
    }

    /// A call was released.
    pub(crate) fn released(&mut self, arrival: &Arrival, now_us: u64) {
        self.open[arrival.stream] += 1;
        let part = self.part(now_us, arrival.stream);
        part.window.sent += 1;
        part.lag.record(now_us.saturating_sub(arrival.due_us));
    }

    /// A released call ended.
    pub(crate) fn ended(&mut self, arrival: &Arrival, ending: Ending) {
        self.open[arrival.stream] -= 1;
        self.record(arrival, ending);
    }

    /// An arrival ended, released or not.
    pub(crate) fn record(&mut self, arrival: &Arrival, Ending { outcome, status, latency_us, at_us }: Ending) {
        let due = (arrival.due_us / WINDOW_US) as u32;
        self.part(at_us, arrival.stream).window.record(due, outcome, status, latency_us);
    }

    /// Calls that are open.
    pub(crate) fn open(&self) -> u32 {
        self.open.iter().sum()
    }

    /// The second that would be taken next.
    pub(crate) fn next_second(&self) -> u32 {
        self.first
    }

    /// Takes the next second.
    pub(crate) fn take(&mut self) -> Share {
        let mut share = self.seconds.pop_front().unwrap_or_else(|| vec![Part::default(); self.open.len()]);
        for (part, open) in share.iter_mut().zip(&self.open) {
            part.window.in_flight = *open;
        }
        self.first += 1;
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_counted_in_its_second_and_never_lost() {
        let arrival = Arrival { stream: 0, n: 0, due_us: 900_000 };
        let at = |at_us| Ending { outcome: Outcome::Ok, status: Some(200), latency_us: 5, at_us };
        let mut recorder = Recorder::new(1);
        for _ in 0..3 {
            recorder.released(&arrival, 900_000);
        }
        recorder.ended(&arrival, at(1_000_001));
        recorder.ended(&arrival, at(999_999));
        let first = recorder.take();
        assert_eq!((first[0].window.sent, first[0].window.in_flight, first[0].window.cells[0].count()), (3, 1, 1));
        // Its second was taken: it is in the next one, still under the second it was due in.
        recorder.ended(&arrival, at(999_999));
        let second = recorder.take();
        assert_eq!((second[0].window.cells[0].due, second[0].window.cells[0].count()), (0, 2));
    }
}
