//! Leads one run: load by the engine, faults by the timeline, gauges by the stack, and the verdict at its end.

use std::time::{Duration, Instant};

use brownout_core::{
    event::{Ended, Finished, RunEvent, SessionEvent, Started},
    score::{self, LATE_GENERATOR_US, Unranked},
    stack::{Gauges, StackStatus},
};
use brownout_engine::{EngineEvent, Options, Running, Summary, Target};
use tokio::{sync::watch, time::sleep_until};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    clock::Sleep,
    run::{
        Dependency,
        log::RunLog,
        timeline::{Moment, timeline},
    },
};

/// Leads the run whose first event is written to its last, whatever happens in between.
pub(super) async fn conduct(app: &App, started: Started, mut log: RunLog, stop: CancellationToken) {
    let dependency = Dependency::new(&app.stack.endpoints().dep);
    let mut unranked = started.unranked.clone();
    let outcome = lead(app, &started, &dependency, &mut log, &mut unranked, &stop).await;
    // The fault ends with the run, however it ended.
    let healed = dependency.reset().await;
    let run_us = u64::from(log.run().seconds) * 1_000_000;
    let (ended, lag_p99_us, because) = match outcome {
        Ok(summary) if stop.is_cancelled() => (Ended::Stopped, summary.lag.p99_us, String::new()),
        Ok(summary) => (Ended::Completed, summary.lag.p99_us, String::new()),
        Err(error) => (Ended::Failed, 0, format!("{error:#}")),
    };
    if let Err(error) = healed {
        log.append(run_us, RunEvent::Note { says: error.to_string() }).await;
    }
    if ended != Ended::Completed {
        unranked.push(Unranked::Incomplete);
    }
    if lag_p99_us > LATE_GENERATOR_US {
        unranked.push(Unranked::GeneratorLate { lag_p99_us });
    }
    let score = (ended == Ended::Completed).then(|| score::score(log.run())).flatten();
    let event = SessionEvent::RunFinished {
        run: started.run.clone(),
        scenario: started.scenario.id.clone(),
        score: score.as_ref().map(|score| score.total),
        ranked: unranked.is_empty() && log.stored(),
    };
    let criteria = log.criteria().to_vec();
    let finished = Finished { ended, criteria, score, unranked, lag_p99_us, because };
    log.append(run_us, RunEvent::Finished(Box::new(finished))).await;
    app.session.append(&app.store, &app.feed, event).await;
}

async fn lead(
    app: &App,
    started: &Started,
    dependency: &Dependency,
    log: &mut RunLog,
    unranked: &mut Vec<Unranked>,
    stop: &CancellationToken,
) -> anyhow::Result<Summary> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)?;
    dependency.reset().await?;
    dependency.begin(&started.run, &key).await?;
    let endpoints = app.stack.endpoints();
    let target =
        Target { api: endpoints.api, worker: endpoints.worker, receipt_key: Some(key), run: started.run.clone() };
    let mut running =
        brownout_engine::start(started.plan.streams.clone(), started.plan.end_us, target, Options::default())?;
    let zero = running.started;
    let gauges = sample(app, zero, stop.child_token());
    let result = follow(app, started, dependency, log, unranked, stop, &mut running, &gauges.values).await;
    gauges.stop.cancel();
    running.join().await;
    result
}

#[allow(clippy::too_many_arguments, reason = "the loop below is the one place where all parts of a run meet")]
async fn follow(
    app: &App,
    started: &Started,
    dependency: &Dependency,
    log: &mut RunLog,
    unranked: &mut Vec<Unranked>,
    stop: &CancellationToken,
    running: &mut Running,
    gauges: &watch::Receiver<Gauges>,
) -> anyhow::Result<Summary> {
    let zero = running.started;
    let now_us = || zero.elapsed().as_micros() as u64;
    let mut moments = timeline(&started.scenario, &started.plan);
    let mut sleep = Sleep::watch();
    let mut status = app.stack.status();
    let mut known = status.borrow_and_update().clone();
    let mut stopping = false;
    loop {
        let next = moments.front().map(|(at, _)| zero + Duration::from_micros(*at));
        tokio::select! {
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                running.stop();
                log.append(now_us(), RunEvent::Action { name: "stopped".to_owned() }).await;
            }
            () = sleep_until(next.unwrap_or(zero).into()), if next.is_some() && !stopping => {
                if let Some((_, moment)) = moments.pop_front() {
                    perform(moment, now_us(), dependency, log).await?;
                }
            }
            event = running.events.recv() => match event {
                Some(EngineEvent::Window(mut window)) => {
                    window.gauges = gauges.borrow().clone();
                    let end_us = u64::from(window.index + 1) * 1_000_000;
                    log.append(end_us, RunEvent::Window(window)).await;
                    if sleep.happened() && !unranked.contains(&Unranked::Disturbed) {
                        unranked.push(Unranked::Disturbed);
                        log.append(now_us(), RunEvent::Note { says: Unranked::Disturbed.sentence() }).await;
                    }
                }
                Some(EngineEvent::Done(summary)) => return Ok(summary),
                None => anyhow::bail!("the load engine ended without a summary; the panel's log says why"),
            },
            changed = status.changed() => {
                anyhow::ensure!(changed.is_ok(), "the stack went away during the run; `make up` brings it back");
                let now = status.borrow_and_update().clone();
                for event in differences(&known, &now) {
                    if matches!(event, RunEvent::Deploy { .. }) && !unranked.contains(&Unranked::DeployedMeanwhile) {
                        unranked.push(Unranked::DeployedMeanwhile);
                    }
                    log.append(now_us(), event).await;
                }
                known = now;
            }
        }
    }
}

/// Does what the timeline says. A fault is written to the log before it acts, so that its undoing cannot be forgotten.
async fn perform(moment: Moment, run_us: u64, dependency: &Dependency, log: &mut RunLog) -> anyhow::Result<()> {
    match moment {
        Moment::Phase(says) => log.append(run_us, RunEvent::Phase { says }).await,
        Moment::On(fault) => {
            let event = RunEvent::Fault { name: fault.name.clone(), says: fault.says.clone(), on: true };
            log.append(run_us, event).await;
            dependency.fault(&fault).await?;
        }
        Moment::Off(fault) => {
            dependency.heal().await?;
            log.append(run_us, RunEvent::Fault { name: fault.name, says: fault.says, on: false }).await;
        }
    }
    Ok(())
}

/// What a watcher of the run should know about the change from one status to the next.
fn differences(before: &StackStatus, now: &StackStatus) -> Vec<RunEvent> {
    let mut events = Vec::new();
    if !now.build.live.is_empty() && now.build.live != before.build.live {
        events.push(RunEvent::Deploy { build: now.build.live.clone() });
    }
    for service in &now.services {
        let Some(earlier) = before.services.iter().find(|earlier| earlier.name == service.name) else { continue };
        if service.desired != earlier.desired {
            let (from, to) = (earlier.desired, service.desired);
            events.push(RunEvent::Scale { service: service.name.clone(), from, to });
        }
        if service.restarts > earlier.restarts {
            let says = format!("{} crashed: {}", service.name, service.message);
            events.push(RunEvent::Note { says });
        }
    }
    events
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
