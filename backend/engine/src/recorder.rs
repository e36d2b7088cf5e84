//! What one worker has seen, by second; taken once a second.

use std::collections::BTreeMap;

use brownout_core::{
    latency::{Latencies, bucket},
    outcome::Outcome,
    window::{StreamWindow, WINDOW_US},
};

/// One worker's share of one second, by stream.
pub(crate) type Share = Vec<StreamWindow>;

/// Records without locks; belongs to one thread.
#[derive(Debug)]
pub(crate) struct Recorder {
    streams: usize,
    seconds: BTreeMap<u32, Second>,
    in_flight: Vec<u32>,
    /// Lateness of all releases, µs, for the summary.
    pub(crate) lag: Latencies,
}

#[derive(Debug)]
struct Second {
    share: Share,
    lag: Vec<Latencies>,
}

impl Recorder {
    pub(crate) fn new(streams: usize) -> Self {
        Recorder { streams, seconds: BTreeMap::new(), in_flight: vec![0; streams], lag: Latencies::default() }
    }

    fn second(&mut self, at_us: u64) -> &mut Second {
        let streams = self.streams;
        self.seconds.entry((at_us / WINDOW_US) as u32).or_insert_with(|| Second {
            share: vec![StreamWindow::default(); streams],
            lag: vec![Latencies::default(); streams],
        })
    }

    /// An arrival came to this worker.
    pub(crate) fn due(&mut self, stream: usize, due_us: u64) {
        self.second(due_us).share[stream].scheduled += 1;
    }

    /// An arrival was sent, so late.
    pub(crate) fn sent(&mut self, stream: usize, now_us: u64, lag_us: u64) {
        self.in_flight[stream] += 1;
        self.lag.add(bucket(lag_us), 1);
        let second = self.second(now_us);
        second.share[stream].sent += 1;
        second.lag[stream].add(bucket(lag_us), 1);
    }

    /// A call ended.
    pub(crate) fn ended(
        &mut self,
        stream: usize,
        due_us: u64,
        now_us: u64,
        outcome: Outcome,
        status: Option<u16>,
        latency_us: u64,
    ) {
        if outcome != Outcome::Dropped {
            self.in_flight[stream] -= 1;
        }
        let due = (due_us / WINDOW_US) as u32;
        self.second(now_us).share[stream].record(due, outcome, status, latency_us);
    }

    /// Calls that are open.
    pub(crate) fn open(&self) -> u32 {
        self.in_flight.iter().sum()
    }

    /// All that ended up to the end of a second and was not taken yet. What came late for the second before is in it.
    pub(crate) fn take(&mut self, second: u32) -> Share {
        let later = self.seconds.split_off(&(second + 1));
        let taken = std::mem::replace(&mut self.seconds, later);
        let mut share = vec![StreamWindow::default(); self.streams];
        for (_, part) in taken {
            for (stream, (window, lag)) in part.share.iter().zip(&part.lag).enumerate() {
                share[stream].merge(window);
                share[stream].lag_p99_us = share[stream].lag_p99_us.max(lag.quantile(0.99).unwrap_or(0));
                share[stream].lag_max_us = share[stream].lag_max_us.max(lag.quantile(1.0).unwrap_or(0));
            }
        }
        for (window, open) in share.iter_mut().zip(&self.in_flight) {
            window.in_flight = *open;
        }
        share
    }
}
