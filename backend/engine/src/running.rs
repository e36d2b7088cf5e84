//! Starts the engine's threads and holds them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use brownout_core::{scenario::Stream, window::Window};
use tokio::sync::mpsc;

use crate::{
    merge::merge,
    pacer::{self, Arrival},
    summary::Summary,
    target::{EngineError, Target},
    worker::{Shared, work},
};

/// One worker carries about so many arrivals per second with ease.
const PER_WORKER: f64 = 2_500.0;
/// Arrivals that may wait for a worker; more are dropped and counted.
const QUEUE: usize = 16_384;
/// From the call of [`start`] to the first instant of the plan: threads need a moment to be there.
const LEAD: Duration = Duration::from_millis(50);

/// Settings of the engine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Threads that send; by default as many as the rate needs, at most the cores and 4.
    pub workers: Option<usize>,
}

/// What the engine tells while it runs.
#[derive(Debug, Clone)]
pub enum EngineEvent {
    /// A second is over. In order, without gaps, without gauges.
    Window(Window),
    /// All is settled or stopped; the last event.
    Done(Summary),
}

/// A running engine. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    /// Events, at most as many as the plan has seconds: nothing is lost when they are read late.
    pub events: mpsc::Receiver<EngineEvent>,
    /// The first instant of the plan.
    pub started: Instant,
    stop: Stop,
    threads: Vec<thread::JoinHandle<()>>,
}

#[derive(Debug, Clone)]
struct Stop {
    flag: Arc<AtomicBool>,
    token: tokio_util::sync::CancellationToken,
    pacer: thread::Thread,
}

impl Stop {
    fn stop(&self) {
        self.flag.store(true, Relaxed);
        self.token.cancel();
        self.pacer.unpark();
    }
}

/// Starts load: no arrival is due at or after `end_us` of the plan.
pub fn start(streams: Vec<Stream>, end_us: u64, target: Target, options: Options) -> Result<Running, EngineError> {
    let rate: f64 = streams.iter().map(pacer::peak).sum();
    let patience_us = streams.iter().map(|stream| stream.patience_us).max().unwrap_or(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let wanted = (rate / PER_WORKER).ceil().max(1.0) as usize;
    let workers = options.workers.unwrap_or(wanted.min(cores).min(4)).max(1);
    let zero = Instant::now() + LEAD;
    let shared = Arc::new(Shared::new(streams, &target, zero)?);
    let windows = ((end_us + patience_us) / 1_000_000) as usize + 64;
    let (event_sender, events) = mpsc::channel(windows);
    let (told_sender, told) = mpsc::unbounded_channel();
    let (refused_sender, refused) = mpsc::unbounded_channel();
    let mut threads = Vec::with_capacity(workers + 2);
    let mut queues: Vec<mpsc::Sender<Arrival>> = Vec::with_capacity(workers);
    for n in 0..workers {
        let (queue, arrivals) = mpsc::channel(QUEUE);
        queues.push(queue);
        let (shared, told) = (shared.clone(), told_sender.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let name = format!("engine-{n}");
        threads.push(thread::Builder::new().name(name).spawn(move || runtime.block_on(work(shared, arrivals, told)))?);
    }
    drop(told_sender);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let merged = shared.clone();
    threads.push(
        thread::Builder::new()
            .name("engine-merge".to_owned())
            .spawn(move || runtime.block_on(merge(merged, workers, told, refused, event_sender)))?,
    );
    let flag = Arc::new(AtomicBool::new(false));
    let (paced, stop_flag) = (shared.clone(), flag.clone());
    let pacer = thread::Builder::new()
        .name("engine-pacer".to_owned())
        .spawn(move || pacer::pace(&paced.streams, zero, &stop_flag, &queues, &refused_sender))?;
    let stop = Stop { flag, token: shared.stop.clone(), pacer: pacer.thread().clone() };
    threads.push(pacer);
    Ok(Running { events, started: zero, stop, threads })
}

impl Running {
    /// Ends load and closes every open call; the summary follows within a second.
    pub fn stop(&self) {
        self.stop.stop();
    }

    /// Stops what still goes on and waits until all threads have ended.
    pub async fn join(mut self) {
        self.stop();
        let threads = std::mem::take(&mut self.threads);
        let _ = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join()))).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
