//! A thread that waits for its arrivals, releases their calls and records how they end.
//! Everything on it is its own: alarm, connections, recorder.

use std::{
    cell::RefCell,
    io,
    rc::Rc,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use brownout_core::window::WINDOW_US;
use tokio::{
    runtime::{Builder, LocalOptions, LocalRuntime},
    sync::{Notify, mpsc},
    task::spawn_local,
    time::sleep_until,
};

use crate::{
    alarm::Alarm,
    call::call,
    job::Completed,
    pool::Pool,
    recorder::{Ending, Recorder, Share},
    schedule::{Arrival, Schedule},
    shared::Shared,
    summary::Ended,
    waiting::Waiting,
};

/// A second is told so long after it is over.
const GRACE: Duration = Duration::from_millis(10);
/// Late arrivals are released in groups of so many; between groups, answers are heard.
const GROUP: usize = 64;

/// What a worker tells once a second.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) second: u32,
    pub(crate) share: Share,
    /// How and when it ended, µs on the run clock; nothing more will come from it.
    pub(crate) last: Option<(Ended, u64)>,
}

/// A worker's event loop. What runs on it belongs to its thread; dropping it closes every call that is still open.
pub(crate) struct Loop {
    runtime: LocalRuntime,
    alarm: Alarm,
}

impl Loop {
    /// Belongs to the thread that calls this. With `spin`, an alarm that cannot be exact by itself spins.
    pub(crate) fn new(spin: bool) -> io::Result<Self> {
        // Sockets are looked at after every few tasks, so that an arrival is not late for a burst of answers.
        let runtime =
            Builder::new_current_thread().enable_all().event_interval(16).build_local(LocalOptions::default())?;
        let entered = runtime.enter();
        let alarm = Alarm::new(spin)?;
        drop(entered);
        Ok(Loop { runtime, alarm })
    }

    /// Runs worker `at` of `workers` until its arrivals are settled and the plan is over, or until the run is stopped.
    pub(crate) fn run(
        self,
        shared: Arc<Shared>,
        (at, workers): (usize, usize),
        told: mpsc::UnboundedSender<Told>,
        ended: mpsc::UnboundedReceiver<Completed>,
    ) {
        let pools = shared.streams.iter().zip(&shared.prepared);
        let worker = Rc::new(Worker {
            pools: pools.map(|(stream, p)| Pool::new(p.endpoint.address, stream.requests_per_connection)).collect(),
            recorder: RefCell::new(Recorder::new(shared.streams.len())),
            settled: Notify::new(),
            waiting: Waiting::default(),
            told,
            shared,
        });
        self.runtime.spawn_local(worker.clone().hear(ended));
        // A task, because waking the future that is blocked on costs a system call, and waking a task does not.
        let pacing = self.runtime.spawn_local(worker.pace(self.alarm, at, workers));
        // A pacer that broke down has told no last second; the merger goes on without it.
        let _ = self.runtime.block_on(pacing);
    }
}

struct Worker {
    shared: Arc<Shared>,
    pools: Vec<Pool>,
    recorder: RefCell<Recorder>,
    /// No call is open.
    settled: Notify,
    /// Arrivals that end with their jobs.
    waiting: Waiting,
    told: mpsc::UnboundedSender<Told>,
}

impl Worker {
    async fn pace(self: Rc<Self>, alarm: Alarm, at: usize, workers: usize) {
        let shared = self.shared.clone();
        let end = shared.instant(shared.end_us);
        let mut arrivals = Schedule::of(&shared.streams, shared.end_us).share(at, workers).peekable();
        let mut stopped = std::pin::pin!(shared.stop.cancelled());
        // A timer that always waits: without one, tokio makes a system call for each patience that it is told of.
        let mut tick = std::pin::pin!(sleep_until(self.tick().into()));
        let ended = loop {
            for _ in 0..GROUP {
                match arrivals.next_if(|arrival| shared.instant(arrival.due_us) <= Instant::now()) {
                    Some(arrival) => self.release(arrival),
                    None => break,
                }
            }
            if self.tick() <= Instant::now() {
                self.tell(None);
                self.pools.iter().for_each(Pool::prune);
                tick.as_mut().reset(self.tick().into());
                continue;
            }
            let next = arrivals.peek().map(|arrival| shared.instant(arrival.due_us));
            let idle = next.is_none() && self.recorder.borrow().open() == 0;
            if idle && end <= Instant::now() {
                break Ended::Completed;
            }
            let late = next.is_some_and(|next| next <= Instant::now());
            tokio::select! {
                biased;
                () = &mut stopped => break Ended::Stopped,
                // Answers are heard between groups, however late the arrivals are.
                () = tokio::task::yield_now(), if late => {}
                () = alarm.wait(next.unwrap_or(end)), if !late && (idle || next.is_some()) => {}
                () = &mut tick => {}
                () = self.settled.notified(), if next.is_none() => {}
            }
        };
        let at_us = shared.now_us();
        // Seconds that are over but were not told yet, then the one that goes on.
        while u64::from(self.recorder.borrow().next_second()) < at_us / WINDOW_US {
            self.tell(None);
        }
        self.tell(Some((ended, at_us)));
    }

    /// When the next second is to be told.
    fn tick(&self) -> Instant {
        let second = self.recorder.borrow().next_second();
        self.shared.instant((u64::from(second) + 1) * WINDOW_US) + GRACE
    }

    fn tell(&self, last: Option<(Ended, u64)>) {
        let mut recorder = self.recorder.borrow_mut();
        let _ = self.told.send(Told { second: recorder.next_second(), share: recorder.take(), last });
    }

    /// Makes the call of an arrival, or drops it when too many calls are open.
    fn release(self: &Rc<Self>, arrival: Arrival) {
        let now_us = self.shared.now_us();
        let open = &self.shared.prepared[arrival.stream].open;
        if open.fetch_add(1, Relaxed) >= self.shared.streams[arrival.stream].most_in_flight {
            open.fetch_sub(1, Relaxed);
            self.recorder.borrow_mut().record(&arrival, Ending::dropped(now_us));
            return;
        }
        self.recorder.borrow_mut().released(&arrival, now_us);
        let worker = self.clone();
        spawn_local(async move {
            let ending = match &worker.shared.prepared[arrival.stream].job {
                Some(_) => worker.clone().job(arrival).await,
                None => call(&worker.shared, &worker.pools[arrival.stream], arrival).await,
            };
            worker.shared.prepared[arrival.stream].open.fetch_sub(1, Relaxed);
            let mut recorder = worker.recorder.borrow_mut();
            recorder.ended(&arrival, ending);
            if recorder.open() == 0 {
                worker.settled.notify_one();
            }
        });
    }

    /// Hears of jobs that have ended.
    async fn hear(self: Rc<Self>, mut ended: mpsc::UnboundedReceiver<Completed>) {
        while let Some(completed) = ended.recv().await {
            self.waiting.ended(completed);
        }
    }

    /// Starts the job of an arrival and waits for its end. A request that is not taken on ends the arrival at once.
    async fn job(self: Rc<Self>, arrival: Arrival) -> Ending {
        let shared = &self.shared;
        let patience_us = shared.streams[arrival.stream].patience_us;
        let late_us = arrival.due_us.saturating_add(patience_us);
        let mut place = self.waiting.place(&arrival);
        // A task, because the answer is read to its end although the job may be seen to have ended before.
        let worker = self.clone();
        let mut asked = spawn_local(async move { call(&worker.shared, &worker.pools[arrival.stream], arrival).await });
        let mut status = None;
        loop {
            tokio::select! {
                biased;
                Ok(completed) = &mut place.ended => {
                    if asked.is_finished() && status.is_none() {
                        status = (&mut asked).await.ok().and_then(|answer| answer.status);
                    }
                    let at_us = shared.us(completed.seen);
                    if at_us <= late_us {
                        let latency_us = at_us.saturating_sub(arrival.due_us);
                        return Ending { outcome: completed.outcome, status, latency_us, at_us };
                    }
                }
                Ok(answer) = &mut asked, if status.is_none() => match answer.status {
                    Some(taken_on @ 200..=299) => status = Some(taken_on),
                    _ => return answer,
                },
                () = sleep_until(shared.instant(late_us).into()) => {}
            }
            if shared.now_us() >= late_us {
                return Ending::timed_out(patience_us, late_us);
            }
        }
    }
}
