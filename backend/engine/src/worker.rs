//! A thread that sends arrivals and times them. Everything on it is its own: connections, recorder, timers.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use brownout_core::{
    latency::{Latencies, WORST_US},
    outcome::Outcome,
    plan,
    scenario::Stream,
};
use bytes::Bytes;
use http::{Method, Request, Response, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use tokio::{
    sync::{Notify, mpsc},
    task::{LocalSet, spawn_local},
    time::{sleep_until, timeout_at},
};
use tokio_util::sync::CancellationToken;

use crate::{
    pacer::Arrival,
    pool::{Broken, Pool},
    receipt,
    recorder::{Recorder, Share},
    target::{Endpoint, EngineError, Target},
};

/// A window is taken so long after its second is over.
const GRACE: Duration = Duration::from_millis(10);
/// Answers larger than this are cut off and count as failed, bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// What all workers of a run share.
pub(crate) struct Shared {
    pub(crate) streams: Vec<Stream>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) methods: Vec<Method>,
    pub(crate) receipt_key: Option<[u8; 32]>,
    pub(crate) id_prefix: String,
    /// Calls open on all workers, by stream.
    pub(crate) open: Vec<AtomicU32>,
    pub(crate) zero: Instant,
    pub(crate) stop: CancellationToken,
}

impl Shared {
    pub(crate) fn new(streams: Vec<Stream>, target: &Target, zero: Instant) -> Result<Self, EngineError> {
        let endpoints = streams.iter().map(|stream| target.endpoint(stream)).collect::<Result<_, _>>()?;
        let methods = streams.iter().map(|stream| {
            stream.method.parse().map_err(|_| EngineError::Url {
                url: stream.path.clone(),
                why: format!("`{}` is no HTTP method", stream.method),
            })
        });
        let methods = methods.collect::<Result<_, _>>()?;
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        Ok(Shared {
            open: streams.iter().map(|_| AtomicU32::new(0)).collect(),
            endpoints,
            methods,
            receipt_key: target.receipt_key,
            id_prefix: target.run.chars().take(40).map(plain).collect(),
            streams,
            zero,
            stop: CancellationToken::new(),
        })
    }

    fn now_us(&self) -> u64 {
        self.zero.elapsed().as_micros() as u64
    }
}

/// What a worker tells the merger.
pub(crate) enum Told {
    /// Its share of a second; `open` calls remain and, when `last`, nothing more will come.
    Second { index: u32, share: Share, last: bool, lag: Option<Latencies> },
}

/// Runs a worker until all its arrivals are settled or the run is stopped.
pub(crate) async fn work(
    shared: Arc<Shared>,
    mut arrivals: mpsc::Receiver<Arrival>,
    told: mpsc::UnboundedSender<Told>,
) {
    let worker = Worker {
        pools: shared
            .streams
            .iter()
            .zip(&shared.endpoints)
            .map(|(stream, endpoint)| Pool::new(endpoint.address, stream.requests_per_connection))
            .collect(),
        recorder: RefCell::new(Recorder::new(shared.streams.len())),
        settled: Notify::new(),
        shared,
    };
    let worker = Rc::new(worker);
    let calls = LocalSet::new();
    let looped = worker.clone();
    calls
        .run_until(async move {
            let (shared, mut index, mut more) = (looped.shared.clone(), 0u32, true);
            loop {
                let tick = shared.zero + Duration::from_secs(u64::from(index) + 1) + GRACE;
                tokio::select! {
                    biased;
                    () = shared.stop.cancelled() => break,
                    () = sleep_until(tick.into()) => {
                        let share = looped.recorder.borrow_mut().take(index);
                        let _ = told.send(Told::Second { index, share, last: false, lag: None });
                        index += 1;
                        continue;
                    }
                    arrival = arrivals.recv(), if more => match arrival {
                        Some(arrival) => looped.release(arrival),
                        None => more = false,
                    },
                    () = looped.settled.notified(), if !more => {}
                }
                if !more && looped.recorder.borrow().open() == 0 {
                    break;
                }
            }
            let now = (shared.now_us() / 1_000_000) as u32;
            let mut recorder = looped.recorder.borrow_mut();
            // Seconds that are over but were not taken yet, then the one that goes on.
            while index < now {
                let share = recorder.take(index);
                let _ = told.send(Told::Second { index, share, last: false, lag: None });
                index += 1;
            }
            let share = recorder.take(index);
            let lag = Some(std::mem::take(&mut recorder.lag));
            let _ = told.send(Told::Second { index, share, last: true, lag });
        })
        .await;
    // Dropping the set closes every open call of a stopped run.
    drop(calls);
}

struct Worker {
    shared: Arc<Shared>,
    pools: Vec<Pool>,
    recorder: RefCell<Recorder>,
    settled: Notify,
}

impl Worker {
    /// Sends an arrival, or drops it when too many calls are open.
    fn release(self: &Rc<Self>, arrival: Arrival) {
        let Arrival { stream, due_us, .. } = arrival;
        self.recorder.borrow_mut().due(stream, due_us);
        let open = &self.shared.open[stream];
        if open.fetch_add(1, Relaxed) >= self.shared.streams[stream].most_in_flight {
            open.fetch_sub(1, Relaxed);
            self.recorder.borrow_mut().ended(stream, due_us, self.shared.now_us(), Outcome::Dropped, None, WORST_US);
            return;
        }
        let worker = self.clone();
        spawn_local(async move {
            let now_us = worker.shared.now_us();
            worker.recorder.borrow_mut().sent(stream, now_us, now_us.saturating_sub(due_us));
            let (outcome, status, latency_us) = worker.call(arrival).await;
            let ended_us = due_us + latency_us;
            worker.recorder.borrow_mut().ended(stream, due_us, ended_us, outcome, status, latency_us);
            worker.shared.open[stream].fetch_sub(1, Relaxed);
            worker.settled.notify_one();
        });
    }

    async fn call(&self, arrival: Arrival) -> (Outcome, Option<u16>, u64) {
        let stream = &self.shared.streams[arrival.stream];
        let patience = Duration::from_micros(arrival.due_us + stream.patience_us);
        let answered = timeout_at((self.shared.zero + patience).into(), self.exchange(arrival)).await;
        match answered {
            // Dropping the exchange has closed its connection.
            Err(_late) => (Outcome::TimedOut, None, stream.patience_us),
            Ok((outcome, status)) => (outcome, status, self.shared.now_us().saturating_sub(arrival.due_us)),
        }
    }

    async fn exchange(&self, Arrival { stream: at, n, .. }: Arrival) -> (Outcome, Option<u16>) {
        let (stream, pool) = (&self.shared.streams[at], &self.pools[at]);
        let id = format!("{}-{}-{n}", self.shared.id_prefix, stream.name);
        let request = || {
            Request::builder()
                .method(self.shared.methods[at].clone())
                .uri(plan::fill(&stream.path, n, &id))
                .header(header::HOST, &self.shared.endpoints[at].host)
                .header(header::USER_AGENT, "brownout")
                .body(Empty::<Bytes>::new())
        };
        let mut connection = match pool.take().await {
            Ok(connection) => connection,
            Err(_) => return (Outcome::Failed, None),
        };
        let Ok(first) = request() else { return (Outcome::Failed, None) };
        let mut answer = connection.send(first).await;
        // A kept connection may have been closed while it was idle; every client then tries once more on a new one.
        if answer.as_ref().is_err_and(|broken| *broken == Broken::Closed) && connection.used_before() {
            connection = match pool.fresh().await {
                Ok(connection) => connection,
                Err(_) => return (Outcome::Failed, None),
            };
            let Ok(second) = request() else { return (Outcome::Failed, None) };
            answer = connection.send(second).await;
        }
        let Ok(response) = answer else { return (Outcome::Failed, None) };
        let status = response.status().as_u16();
        let outcome = self.judge(stream, n, &id, &response);
        match Limited::new(response.into_body(), BODY_LIMIT).collect().await {
            Ok(_) => pool.give_back(connection),
            Err(_) => return (Outcome::Failed, Some(status)),
        }
        (outcome, Some(status))
    }

    fn judge(&self, stream: &Stream, n: u64, id: &str, response: &Response<Incoming>) -> Outcome {
        if !response.status().is_success() {
            return Outcome::Rejected;
        }
        if stream.degraded_header.as_ref().is_some_and(|name| response.headers().contains_key(name)) {
            return Outcome::Degraded;
        }
        let Some(rule) = &stream.receipt else { return Outcome::Ok };
        let given = response.headers().get(&rule.header).map(|value| value.as_bytes()).unwrap_or_default();
        let message = plan::fill(&rule.message, n, id);
        match &self.shared.receipt_key {
            Some(key) if receipt::verifies(key, &message, given) => Outcome::Ok,
            _ => Outcome::Invalid,
        }
    }
}
