//! Starts the engine's threads and holds them.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use brownout_core::{scenario::Stream, window::Window};
use tokio::{runtime::Builder, sync::mpsc};
use tokio_util::sync::CancellationToken;

use crate::{
    feed,
    merge::merge,
    schedule::peak,
    shared::Shared,
    summary::Summary,
    target::{EngineError, Target},
    worker::Loop,
};

/// One worker carries so many arrivals per second with about half of a core.
/// A second one would wake up as often for half the arrivals each time, and so cost more.
const PER_WORKER: f64 = 12_000.0;
/// More do not help on one machine, where the target runs too.
const MOST_WORKERS: usize = 4;
/// From this rate on, an alarm that cannot be exact by itself spins.
const SPIN_FROM_PER_SECOND: f64 = 200.0;
/// From the call of [`start`] to the first instant of the plan: threads need a moment to be there.
const LEAD: Duration = Duration::from_millis(50);
/// Windows that may wait for their reader beyond those of the plan.
const SPARE_WINDOWS: usize = 64;

/// Settings of the engine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Threads that send; by default as many as the rate needs, at most the cores and 4.
    pub workers: Option<usize>,
}

/// What the engine tells while it runs.
#[derive(Debug, Clone)]
pub enum EngineEvent {
    /// A second is over. In order, without gaps, without gauges; up to the end of the plan and until all is settled.
    Window(Window),
    /// All is settled or stopped; the last event.
    Done(Summary),
}

/// A running engine. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    /// Holds every window of the plan and 64 more, so a slow reader loses nothing and delays nothing. Were it full, the
    /// thread that merges would wait, not those that send. Closed after [`EngineEvent::Done`].
    pub events: mpsc::Receiver<EngineEvent>,
    /// Run-clock zero: the first instant of the plan.
    pub started: Instant,
    stop: CancellationToken,
    threads: Vec<thread::JoinHandle<()>>,
}

/// Starts load against a target and returns when its threads stand, some ms later, or up to two seconds where a feed of
/// completions does not answer: no arrival is due at or after `end_us` of the plan.
///
/// # Errors
/// When a URL, a path, a method or a header cannot be used, or threads cannot be had. A target that does not answer is
/// no error: its arrivals fail.
pub fn start(streams: Vec<Stream>, end_us: u64, target: Target, options: Options) -> Result<Running, EngineError> {
    let rate: f64 = streams.iter().map(peak).sum();
    let patience_us = streams.iter().map(|stream| stream.patience_us).max().unwrap_or(0);
    let spin = streams.iter().any(|stream| peak(stream) >= SPIN_FROM_PER_SECOND);
    let workers = options.workers.unwrap_or_else(|| workers_for(rate)).max(1);
    let stop = CancellationToken::new();
    let mut shared = Shared::new(streams, end_us, &target, stop.clone())?;
    let (tell, ended): (Vec<_>, Vec<_>) = (0..workers).map(|_| mpsc::unbounded_channel()).unzip();
    let feeds = feed::open(&shared.prepared, shared.receipt_key, tell)?;
    // Names have been looked up and feeds have been opened by now: the run does not begin late for it.
    shared.zero = Instant::now() + LEAD;
    let shared = Arc::new(shared);
    let windows = (end_us.saturating_add(patience_us) / 1_000_000).min(100_000) as usize + SPARE_WINDOWS;
    let (event_sender, events) = mpsc::channel(windows);
    // One message a second and worker, so bounded by the length of the run.
    let (told_sender, told) = mpsc::unbounded_channel();
    // Workers let go of `ready` once their loops stand.
    let (ready, broken) = std::sync::mpsc::channel::<std::io::Error>();
    // From here on, leaving early drops `running`, which ends the threads that were started.
    let mut running = Running { events, started: shared.zero, stop, threads: feeds.into_iter().collect() };
    for (at, ended) in ended.into_iter().enumerate() {
        let (shared, told, ready) = (shared.clone(), told_sender.clone(), ready.clone());
        running.thread(format!("engine-{at}"), move || match Loop::new(spin) {
            Ok(events) => {
                drop(ready);
                events.run(shared, (at, workers), told, ended);
            }
            Err(error) => drop(ready.send(error)),
        })?;
    }
    drop(told_sender);
    drop(ready);
    if let Ok(error) = broken.recv() {
        return Err(error.into());
    }
    let runtime = Builder::new_current_thread().build()?;
    running.thread("engine-merge".to_owned(), move || runtime.block_on(merge(shared, workers, told, event_sender)))?;
    Ok(running)
}

fn workers_for(rate: f64) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    ((rate / PER_WORKER).ceil() as usize).clamp(1, cores.min(MOST_WORKERS))
}

impl Running {
    fn thread(&mut self, name: String, body: impl FnOnce() + Send + 'static) -> Result<(), EngineError> {
        self.threads.push(thread::Builder::new().name(name).spawn(body)?);
        Ok(())
    }

    /// Ends load and closes every open call; the last window and the summary follow within a second.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Stops what still goes on and waits until all threads have ended; events that were not read are gone.
    pub async fn join(mut self) {
        self.stop();
        self.events.close();
        let threads = std::mem::take(&mut self.threads);
        let ended = move || threads.into_iter().for_each(|thread| drop(thread.join()));
        let _ = tokio::task::spawn_blocking(ended).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
