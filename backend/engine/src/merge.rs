//! Workers' shares of a second become one window, in order.

use std::{collections::BTreeMap, sync::Arc};

use brownout_core::{
    latency::{Latencies, WORST_US},
    outcome::Outcome,
    window::{StreamWindow, WINDOW_US, Window},
};
use tokio::sync::mpsc;

use crate::{
    pacer::Arrival,
    recorder::Share,
    running::EngineEvent,
    summary::{Ended, Lag, Summary},
    worker::{Shared, Told},
};

/// Merges until every worker has told its last second, then sends the summary.
pub(crate) async fn merge(
    shared: Arc<Shared>,
    workers: usize,
    mut told: mpsc::UnboundedReceiver<Told>,
    mut refused: mpsc::UnboundedReceiver<Arrival>,
    events: mpsc::Sender<EngineEvent>,
) {
    let mut pending: BTreeMap<u32, (usize, Share)> = BTreeMap::new();
    let (mut next, mut summary, mut lags) = (0u32, Summary::default(), Latencies::default());
    // The last second of each worker that has ended.
    let mut lasts: Vec<u32> = Vec::with_capacity(workers);
    while lasts.len() < workers {
        let Some(Told::Second { index, share, last, lag }) = told.recv().await else { break };
        let entry = pending.entry(index).or_insert_with(|| (0, vec![StreamWindow::default(); shared.streams.len()]));
        entry.0 += 1;
        entry.1.iter_mut().zip(&share).for_each(|(all, part)| all.merge(part));
        if let Some(lag) = lag {
            lags.merge(&lag);
        }
        if last {
            lasts.push(index);
        }
        // A window is whole when every worker has told it or had ended before it.
        while let Some((told, _)) = pending.get(&next)
            && told + lasts.iter().filter(|last| **last < next).count() == workers
        {
            emit(&shared, next, &mut pending, &mut refused, &mut summary, &events);
            next += 1;
        }
    }
    summary.ended = if shared.stop.is_cancelled() { Ended::Stopped } else { Ended::Completed };
    let lag = |q| lags.quantile(q).unwrap_or(0);
    summary.lag = Lag { p50_us: lag(0.5), p99_us: lag(0.99), max_us: lag(1.0) };
    summary.seconds = shared.zero.elapsed().as_secs_f64();
    let _ = events.try_send(EngineEvent::Done(summary));
}

fn emit(
    shared: &Shared,
    index: u32,
    pending: &mut BTreeMap<u32, (usize, Share)>,
    refused: &mut mpsc::UnboundedReceiver<Arrival>,
    summary: &mut Summary,
    events: &mpsc::Sender<EngineEvent>,
) {
    let Some((_, mut share)) = pending.remove(&index) else { return };
    while let Ok(arrival) = refused.try_recv() {
        let part = &mut share[arrival.stream];
        part.scheduled += 1;
        part.record((arrival.due_us / WINDOW_US) as u32, Outcome::Dropped, None, WORST_US);
    }
    let names = shared.streams.iter().map(|stream| stream.name.clone());
    let window = Window { index, streams: names.zip(share).collect(), gauges: BTreeMap::new() };
    summary.add(&window);
    // The channel holds every window that the plan can bring: a slow reader never slows the load.
    let _ = events.try_send(EngineEvent::Window(window));
}
