//! Workers' shares of a second become one window, in order.

use std::{collections::BTreeMap, iter::Peekable, sync::Arc};

use brownout_core::{
    latency::Latencies,
    window::{WINDOW_US, Window},
};
use tokio::sync::mpsc;

use crate::{
    recorder::{Part, Share},
    running::EngineEvent,
    schedule::Schedule,
    shared::Shared,
    summary::{Ended, Summary},
    worker::Told,
};

/// Merges until every worker has ended, then sends the summary.
pub(crate) async fn merge(
    shared: Arc<Shared>,
    mut running: usize,
    mut told: mpsc::UnboundedReceiver<Told>,
    events: mpsc::Sender<EngineEvent>,
) {
    let mut merger = Merger {
        streams: shared.streams.len(),
        schedule: Schedule::of(&shared.streams, shared.end_us).peekable(),
        shared: &shared,
        pending: BTreeMap::new(),
        next: 0,
        ended_us: None,
        lag: Latencies::default(),
        summary: Summary::default(),
        events,
    };
    // Shares of the seconds after its last are not to be waited for.
    let mut lasts: BTreeMap<u32, usize> = BTreeMap::new();
    while let Some(Told { second, share, last }) = told.recv().await {
        merger.add(second, share);
        if let Some((ended, at_us)) = last {
            *lasts.entry(second).or_default() += 1;
            merger.ended(ended, at_us);
        }
        // A window is whole when every worker that had not ended before it has told it.
        while merger.pending.get(&merger.next).is_some_and(|(told, _)| *told == running) {
            running -= lasts.remove(&merger.next).unwrap_or(0);
            merger.emit().await;
        }
    }
    merger.finish().await;
}

struct Merger<'a> {
    shared: &'a Shared,
    streams: usize,
    schedule: Peekable<Schedule<'a>>,
    /// By second: how many workers have told it, and their shares as one.
    pending: BTreeMap<u32, (usize, Share)>,
    next: u32,
    /// When the last worker so far was stopped.
    ended_us: Option<u64>,
    lag: Latencies,
    summary: Summary,
    events: mpsc::Sender<EngineEvent>,
}

impl Merger<'_> {
    fn add(&mut self, second: u32, share: Share) {
        let all = self.pending.entry(second).or_insert_with(|| (0, vec![Part::default(); self.streams]));
        all.0 += 1;
        for (all, part) in all.1.iter_mut().zip(&share) {
            all.window.merge(&part.window);
            all.lag.merge(&part.lag);
        }
    }

    fn ended(&mut self, ended: Ended, at_us: u64) {
        if ended == Ended::Stopped {
            self.summary.ended = Ended::Stopped;
            self.ended_us = self.ended_us.max(Some(at_us));
        }
    }

    async fn emit(&mut self) {
        let (_, mut share) =
            self.pending.remove(&self.next).unwrap_or_else(|| (0, vec![Part::default(); self.streams]));
        // What was due is read from the plan, not counted by those who may be late; a stop ends it.
        let end_us = ((u64::from(self.next) + 1) * WINDOW_US - 1).min(self.ended_us.unwrap_or(u64::MAX));
        while let Some(arrival) = self.schedule.next_if(|arrival| arrival.due_us <= end_us) {
            share[arrival.stream].window.scheduled += 1;
        }
        for part in &mut share {
            part.window.lag_p99_us = part.lag.quantile(0.99).unwrap_or(0);
            part.window.lag_max_us = part.lag.quantile(1.0).unwrap_or(0);
            self.lag.merge(&part.lag);
        }
        let names = self.shared.streams.iter().map(|stream| stream.name.clone());
        let streams = names.zip(share.into_iter().map(|part| part.window)).collect();
        let window = Window { index: self.next, streams, gauges: BTreeMap::new() };
        self.summary.add(&window);
        self.next += 1;
        // Only this thread ever waits for a slow reader, and only when more windows wait than the plan has seconds.
        let _ = self.events.send(EngineEvent::Window(window)).await;
    }

    async fn finish(mut self) {
        // Only of use when a worker broke down: what the others told is told.
        while self.pending.last_key_value().is_some_and(|(second, _)| *second >= self.next) {
            self.emit().await;
        }
        self.summary.lag = (&self.lag).into();
        self.summary.seconds = self.shared.zero.elapsed().as_secs_f64();
        let _ = self.events.send(EngineEvent::Done(self.summary)).await;
    }
}
