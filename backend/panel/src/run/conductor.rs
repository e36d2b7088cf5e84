//! Owns the one run that may go on at a time.

mod place;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use brownout_core::{
    case::CaseState,
    event::{RunEnvelope, RunEvent, SessionEvent, Started},
    hub::pulse::RunningNow,
    plan::Plan,
    score::Unranked,
    wire::{Precondition, Waiting},
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    catalog::CatalogError,
    library,
    run::{conduct::conduct, log::RunLog, precondition},
    seal,
};
use place::Pending;
pub(super) use place::{Place, Wish};

/// The run that goes on, or waits to.
#[derive(Debug, Default)]
pub struct Conductor {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Waiting(Pending),
    Running(Active),
}

/// Events that others may have put into a run before it takes them; more are left out.
const TOLD: usize = 16;

#[derive(Debug)]
struct Active {
    run: String,
    scenario: String,
    events: Arc<Mutex<Vec<RunEnvelope>>>,
    stop: CancellationToken,
    told: mpsc::Sender<RunEvent>,
    /// Cancelled when the run has written its last event and the next may begin.
    ended: CancellationToken,
}

/// Gives the place of a run back when its task ends, however it does.
struct Over {
    app: App,
    ended: CancellationToken,
}

impl Drop for Over {
    fn drop(&mut self) {
        *self.app.conductor.lock() = State::Idle;
        self.ended.cancel();
    }
}

/// Why a run does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// One goes on already.
    #[error("a run goes on already; stop it first or wait for its end")]
    Active {
        /// Its id; `None` while it still waits for a precondition.
        run: Option<String>,
    },
    /// Something must hold first.
    #[error("{says}")]
    Precondition {
        /// What.
        precondition: Precondition,
        /// As a sentence with what to do.
        says: String,
    },
    /// Somebody did not want to wait any longer.
    #[error("the run was called off before it began")]
    CalledOff,
    /// The scenario cannot be had.
    #[error(transparent)]
    Scenario(#[from] CatalogError),
}

impl Conductor {
    /// Starts a run, after waiting for what comes about by itself. Its task belongs to the application.
    /// With `anyway` it does not wait, and neither does a run of the same scenario that waits already: that one starts.
    pub async fn start(app: &App, scenario_id: &str, anyway: bool) -> Result<String, StartError> {
        let entry = app.catalog.find(scenario_id)?;
        if anyway && let Some(mut became) = app.conductor.hurry(scenario_id) {
            let run = became.wait_for(Option::is_some).await.ok().and_then(|run| run.clone());
            return run.ok_or(StartError::CalledOff);
        }
        // One that has told its end is over for whoever heard it, though it still writes.
        if let Some(ended) = app.conductor.ending() {
            ended.cancelled().await;
        }
        // Given back when this future is dropped, e.g. because the caller went away.
        let place = Place::take(app, scenario_id, if anyway { Wish::Go } else { Wish::Wait })?;
        let settled = precondition::settle(app, &place).await;
        let mut unranked = match (settled, place.wish()) {
            (_, Wish::Cancel) => return Err(StartError::CalledOff),
            (Ok(()), _) => Vec::new(),
            (Err(unmet), Wish::Go) => vec![Unranked::Anyway { precondition: unmet.says }],
            (Err(unmet), Wish::Wait) => {
                return Err(StartError::Precondition { precondition: unmet.precondition, says: unmet.says });
            }
        };
        let (sealed_hash, changed) = seal::look(app.catalog.root(), scenario_id);
        if !changed.is_empty() {
            unranked.push(Unranked::Practice { files: changed });
        }
        // Whoever runs a case works on it; the clock of one that is completed stands still all the same.
        if app.session.cases.opened().as_deref() != Some(scenario_id)
            && app.session.cases.progress(&entry.scenario).state != CaseState::Completed
        {
            app.record(SessionEvent::CaseOpened { scenario: scenario_id.to_owned() }).await;
        }
        let run = uuid::Uuid::now_v7().to_string();
        let plan = Plan::of(&entry.scenario, &run);
        let status = app.stack.status().borrow().clone();
        let code = app.catalog.code(&entry.scenario);
        let started = Started {
            run: run.clone(),
            plan,
            scenario_hash: entry.hash,
            sealed_hash,
            build: status.build.live,
            stack: status.kind,
            participant: app.session.participant().to_owned(),
            panel: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: entry.scenario,
            unranked,
            hints: app.session.cases.hints(scenario_id),
            code,
        };
        let log = RunLog::new(app.clone(), &run);
        let stop = app.stop.child_token();
        let ended = CancellationToken::new();
        let (told, events_of_others) = mpsc::channel(TOLD);
        let scenario = scenario_id.to_owned();
        place.fill(Active {
            run: run.clone(),
            scenario,
            events: log.events(),
            stop: stop.clone(),
            told,
            ended: ended.clone(),
        })?;
        // From here on it goes on, whether or not its caller still waits: nothing is awaited in between.
        let over = Over { app: app.clone(), ended };
        let (begun, has_begun) = oneshot::channel();
        app.tasks.spawn(async move {
            let app = over.app.clone();
            let log = log.begin(RunEvent::Started(Box::new(started.clone()))).await;
            let _ = begun.send(());
            let run = started.run.clone();
            conduct(&app, started, log, events_of_others, stop).await;
            drop(over);
            // The next run need not wait for the report of this one.
            library::keep(&app, &run).await;
        });
        let _ = has_begun.await;
        Ok(run)
    }

    /// Asks the run to stop; whether it was this one that goes on.
    pub fn stop(&self, run: &str) -> bool {
        match &*self.lock() {
            State::Running(active) if active.run == run => {
                active.stop.cancel();
                true
            }
            _ => false,
        }
    }

    /// Puts an event into the run of this scenario, if one goes on.
    pub fn tell(&self, scenario: &str, event: RunEvent) {
        if let State::Running(active) = &*self.lock()
            && active.scenario == scenario
            && active.told.try_send(event).is_err()
        {
            tracing::warn!("the run takes no more events from outside; one was left out");
        }
    }

    /// Calls off a run that waits for a precondition; whether one did.
    pub fn call_off(&self) -> bool {
        match &*self.lock() {
            State::Waiting(pending) => {
                pending.wish.send_replace(Wish::Cancel);
                true
            }
            _ => false,
        }
    }

    /// Starts a run of this scenario that waits, if one does; its id comes by the receiver.
    fn hurry(&self, scenario: &str) -> Option<watch::Receiver<Option<String>>> {
        match &*self.lock() {
            State::Waiting(pending) if pending.waiting.scenario == scenario => {
                pending.wish.send_replace(Wish::Go);
                Some(pending.became.subscribe())
            }
            _ => None,
        }
    }

    /// Returns when this run goes on no more.
    pub async fn ended(&self, run: &str) {
        let ended = match &*self.lock() {
            State::Running(active) if active.run == run => active.ended.clone(),
            _ => return,
        };
        ended.cancelled().await;
    }

    /// When the run will be over that has written its last event.
    fn ending(&self) -> Option<CancellationToken> {
        let state = self.lock();
        let State::Running(active) = &*state else { return None };
        let events = active.events.lock().unwrap_or_else(PoisonError::into_inner);
        let last = events.last().and_then(|event| event.body.known());
        matches!(last, Some(RunEvent::Finished(_))).then(|| active.ended.clone())
    }

    /// Id of the run that goes on.
    pub fn running(&self) -> Option<String> {
        match &*self.lock() {
            State::Running(active) => Some(active.run.clone()),
            _ => None,
        }
    }

    /// All events of the run that goes on, or none.
    pub fn events(&self) -> Vec<RunEnvelope> {
        match &*self.lock() {
            State::Running(active) => active.events.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            _ => Vec::new(),
        }
    }

    /// How far the run is that goes on.
    pub fn progress(&self) -> Option<RunningNow> {
        let state = self.lock();
        let State::Running(active) = &*state else { return None };
        let events = active.events.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(RunEvent::Started(started)) = events.first()?.body.known() else { return None };
        let second = events.iter().rev().find_map(|event| match event.body.known() {
            Some(RunEvent::Window(window)) => Some(window.index),
            _ => None,
        });
        let of = u32::try_from(started.plan.end_us / 1_000_000).unwrap_or(u32::MAX);
        Some(RunningNow { scenario: active.scenario.clone(), second: second.unwrap_or_default(), of })
    }

    /// What a run waits for.
    pub fn waiting(&self) -> Option<Waiting> {
        match &*self.lock() {
            State::Waiting(pending) => Some(pending.waiting.clone()),
            _ => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
