//! Leads one run: load by the engine, faults by the timeline, gauges by the stack, and the verdict at its end.

use std::time::{Duration, Instant};

use brownout_core::{
    event::{Ended, Finished, RunEvent, SessionEvent, Started},
    score::{self, LATE_GENERATOR_US, Unranked},
    signal::Signal,
    stack::{Gauges, StackStatus},
};
use brownout_engine::{EngineEvent, Options, Running, Summary, Target};
use tokio::{
    sync::{mpsc, watch},
    time::sleep_until,
};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    clock::Sleep,
    run::{
        Dependency, books,
        log::RunLog,
        scaler,
        timeline::{Moment, timeline},
        witness::differences,
    },
};

/// Leads the run whose first event is written to its last, whatever happens in between.
pub(super) async fn conduct(
    app: &App,
    started: Started,
    log: RunLog,
    told: mpsc::Receiver<RunEvent>,
    stop: CancellationToken,
) {
    let dependency = Dependency::new(&app.stack.endpoints().dep);
    let unranked = started.unranked.clone();
    // From here on nothing that happens to the stack is missed.
    let mut status = app.stack.status();
    let known = status.borrow_and_update().clone();
    let mut lead = Lead { app, started: &started, dependency, log, unranked, status, known, told, stop };
    let outcome = lead.lead().await;
    lead.finish(outcome).await;
}

/// All parts of a run, where they meet.
struct Lead<'a> {
    app: &'a App,
    started: &'a Started,
    dependency: Dependency,
    log: RunLog,
    unranked: Vec<Unranked>,
    status: watch::Receiver<StackStatus>,
    /// The status that the log knows of.
    known: StackStatus,
    /// What others put into the run, e.g. hints.
    told: mpsc::Receiver<RunEvent>,
    stop: CancellationToken,
}

impl Lead<'_> {
    async fn lead(&mut self) -> anyhow::Result<Summary> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        self.app.stack.reset().await?;
        self.dependency.begin(&self.started.run, &key).await?;
        let endpoints = self.app.stack.endpoints();
        let run = self.started.run.clone();
        let target = Target { api: endpoints.api, worker: endpoints.worker, receipt_key: Some(key), run };
        let plan = &self.started.plan;
        let mut running = brownout_engine::start(plan.streams.clone(), plan.end_us, target, Options::default())?;
        let gauges = sample(self.app, running.started, self.stop.child_token());
        let result = self.follow(&mut running, &gauges.values).await;
        gauges.stop.cancel();
        running.join().await;
        result
    }

    /// Writes what happens, as it happens, until the last call has ended.
    async fn follow(&mut self, running: &mut Running, gauges: &watch::Receiver<Gauges>) -> anyhow::Result<Summary> {
        let zero = running.started;
        let now_us = || zero.elapsed().as_micros() as u64;
        let mut moments = timeline(&self.started.scenario, &self.started.plan);
        let mut sleep = Sleep::watch();
        let mut stopping = false;
        loop {
            let next = moments.front().map(|(at, _)| zero + Duration::from_micros(*at));
            tokio::select! {
                () = self.stop.cancelled(), if !stopping => {
                    stopping = true;
                    running.stop();
                    self.log.append(now_us(), RunEvent::Action { name: "stopped".to_owned() }).await;
                }
                () = sleep_until(next.unwrap_or(zero).into()), if next.is_some() && !stopping => {
                    if let Some((_, moment)) = moments.pop_front() {
                        self.perform(moment, now_us()).await?;
                    }
                }
                event = running.events.recv() => match event {
                    Some(EngineEvent::Window(mut window)) => {
                        window.gauges = gauges.borrow().clone();
                        let end_us = u64::from(window.index + 1) * 1_000_000;
                        self.log.append(end_us, RunEvent::Window(window)).await;
                        if sleep.happened() && self.not_ranked(Unranked::Disturbed) {
                            self.log.append(now_us(), RunEvent::Note { says: Unranked::Disturbed.sentence() }).await;
                        }
                    }
                    Some(EngineEvent::Done(summary)) => return Ok(summary),
                    None => anyhow::bail!("the load engine ended without a summary; the panel's log says why"),
                },
                Some(event) = self.told.recv() => self.log.append(now_us(), event).await,
                changed = self.status.changed() => {
                    anyhow::ensure!(changed.is_ok(), "the stack went away during the run; `make up` brings it back");
                    let now = self.status.borrow_and_update().clone();
                    for event in differences(&self.known, &now) {
                        if matches!(event, RunEvent::Deploy { .. }) {
                            self.not_ranked(Unranked::DeployedMeanwhile);
                        }
                        self.log.append(now_us(), event).await;
                    }
                    self.known = now;
                }
            }
        }
    }

    /// Does what the timeline says. A fault is written to the log before it acts, so that its undoing cannot be
    /// forgotten.
    async fn perform(&mut self, moment: Moment, run_us: u64) -> anyhow::Result<()> {
        match moment {
            Moment::Phase(says) => self.log.append(run_us, RunEvent::Phase { says }).await,
            Moment::On(fault) => {
                let event = RunEvent::Fault { name: fault.name.clone(), says: fault.says.clone(), on: true };
                self.log.append(run_us, event).await;
                self.dependency.fault(&fault).await?;
            }
            Moment::Off(fault) => {
                self.dependency.heal().await?;
                self.log.append(run_us, RunEvent::Fault { name: fault.name, says: fault.says, on: false }).await;
            }
        }
        Ok(())
    }

    /// Whether the case speaks of its books; another one confirms what no ledger knows of.
    fn has_books(&self) -> bool {
        let scenario = self.log.run().started.as_ref().map(|started| &started.scenario);
        scenario.is_some_and(|scenario| {
            let judged = scenario.criteria.iter().map(|criterion| &criterion.signal);
            judged.chain(scenario.score.iter().map(|term| &term.signal)).any(|signal| *signal == Signal::Books)
        })
    }

    /// Reads the lab's database, where there is one. Books that cannot be read do not balance.
    async fn read_books(&mut self, run_us: u64) {
        let event = match self.app.stack.books().await {
            Ok(None) => return,
            Ok(Some(found)) => books::judge(self.log.run(), found),
            Err(error) => RunEvent::Books { balanced: false, says: format!("the books cannot be read: {error}") },
        };
        self.log.append(run_us, event).await;
    }

    /// Notes why the run is not ranked; whether that is news.
    fn not_ranked(&mut self, why: Unranked) -> bool {
        let news = !self.unranked.contains(&why);
        if news {
            self.unranked.push(why);
        }
        news
    }

    /// Undoes what the run did, judges it, and writes its last event.
    async fn finish(mut self, outcome: anyhow::Result<Summary>) {
        let run_us = u64::from(self.log.run().seconds) * 1_000_000;
        let (ended, lag_p99_us, because) = match outcome {
            Ok(summary) if self.stop.is_cancelled() => (Ended::Stopped, summary.lag.p99_us, String::new()),
            Ok(summary) => (Ended::Completed, summary.lag.p99_us, String::new()),
            Err(error) => (Ended::Failed, 0, format!("{error:#}")),
        };
        if ended == Ended::Completed && self.has_books() {
            self.read_books(run_us).await;
        }
        // The fault ends with the run, however it ended.
        if let Err(error) = self.dependency.reset().await {
            self.log.append(run_us, RunEvent::Note { says: error.to_string() }).await;
        }
        if ended != Ended::Completed {
            self.not_ranked(Unranked::Incomplete);
        }
        if !self.log.stored() {
            self.not_ranked(Unranked::Unstored);
        }
        if let Some(slow) = scaler::too_slow(&self.started.scenario, &self.known) {
            self.not_ranked(slow);
        }
        if lag_p99_us > LATE_GENERATOR_US {
            self.not_ranked(Unranked::GeneratorLate { lag_p99_us });
        }
        let score = (ended == Ended::Completed).then(|| score::score(self.log.run())).flatten();
        let criteria = self.log.criteria().to_vec();
        let unmet: Vec<String> = criteria.iter().filter(|state| !state.met).map(|state| state.name.clone()).collect();
        let event = SessionEvent::RunFinished {
            run: self.started.run.clone(),
            scenario: self.started.scenario.id.clone(),
            score: score.as_ref().map(|score| score.total),
            ranked: self.unranked.is_empty(),
            met: score.is_some() && unmet.is_empty(),
            unmet,
            clock_ms: Some(self.app.session.cases.clock_ms(&self.started.scenario.id)),
        };
        let finished = Finished { ended, criteria, score, unranked: self.unranked, lag_p99_us, because };
        self.log.append(run_us, RunEvent::Finished(Box::new(finished))).await;
        self.app.record(event).await;
    }
}

struct Sampler {
    values: watch::Receiver<Gauges>,
    stop: CancellationToken,
}

/// Reads the stack's gauges near the end of each second of the run, beside the loop that follows it.
fn sample(app: &App, zero: Instant, stop: CancellationToken) -> Sampler {
    let (sender, values) = watch::channel(Gauges::new());
    let (app_of_task, stop_of_task) = (app.clone(), stop.clone());
    app.tasks.spawn(async move {
        let mut due = zero + Duration::from_millis(800);
        loop {
            tokio::select! {
                () = stop_of_task.cancelled() => return,
                () = sleep_until(due.into()) => {}
            }
            let gauges = app_of_task.stack.observe().await;
            if sender.send(gauges).is_err() {
                return;
            }
            due += Duration::from_secs(1);
        }
    });
    Sampler { values, stop }
}
