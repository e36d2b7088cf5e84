//! Owns the one run that may go on at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use brownout_core::{
    event::{RunEnvelope, RunEvent, Started},
    plan::Plan,
    score::Unranked,
    wire::{LiveItem, Precondition, Waiting},
};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    catalog::CatalogError,
    run::{conduct::conduct, log::RunLog, precondition},
};

/// The run that goes on, or waits to.
#[derive(Debug, Default)]
pub struct Conductor {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Waiting(Waiting),
    Running(Active),
}

#[derive(Debug)]
struct Active {
    run: String,
    events: Arc<Mutex<Vec<RunEnvelope>>>,
    stop: CancellationToken,
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
    /// The scenario cannot be had.
    #[error(transparent)]
    Scenario(#[from] CatalogError),
}

impl Conductor {
    /// Starts a run, after waiting for what comes about by itself. Its task belongs to the application.
    pub async fn start(app: &App, scenario_id: &str, anyway: bool) -> Result<String, StartError> {
        let entry = app.catalog.find(scenario_id)?;
        // Given back when this future is dropped, e.g. because the caller went away.
        let place = Place::take(app, scenario_id)?;
        let unranked = match precondition::settle(app, &place).await {
            Ok(()) => Vec::new(),
            Err(unmet) if anyway => vec![Unranked::Anyway { precondition: unmet.says }],
            Err(unmet) => return Err(StartError::Precondition { precondition: unmet.precondition, says: unmet.says }),
        };
        let run = uuid::Uuid::now_v7().to_string();
        let plan = Plan::of(&entry.scenario, &run);
        let status = app.stack.status().borrow().clone();
        let started = Started {
            run: run.clone(),
            plan,
            scenario_hash: entry.hash,
            sealed_hash: String::new(),
            build: status.build.live,
            stack: status.kind,
            participant: app.session.participant().to_owned(),
            panel: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: entry.scenario,
            unranked: unranked.clone(),
        };
        let log = RunLog::new(app.clone(), &run);
        let stop = app.stop.child_token();
        place.fill(Active { run: run.clone(), events: log.events(), stop: stop.clone() });
        let log = log.begin(RunEvent::Started(Box::new(started.clone()))).await;
        let task = app.clone();
        app.tasks.spawn(async move {
            conduct(&task, started, log, stop).await;
            *task.conductor.lock() = State::Idle;
        });
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

    /// What a run waits for.
    pub fn waiting(&self) -> Option<Waiting> {
        match &*self.lock() {
            State::Waiting(waiting) => Some(waiting.clone()),
            _ => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one place for a run, taken by a run that waits to start.
pub(super) struct Place<'a> {
    app: &'a App,
    filled: bool,
}

impl<'a> Place<'a> {
    fn take(app: &'a App, scenario: &str) -> Result<Self, StartError> {
        let mut state = app.conductor.lock();
        match &*state {
            State::Idle => *state = State::Waiting(Waiting { scenario: scenario.to_owned(), says: String::new() }),
            State::Waiting(_) => return Err(StartError::Active { run: None }),
            State::Running(active) => return Err(StartError::Active { run: Some(active.run.clone()) }),
        }
        Ok(Place { app, filled: false })
    }

    /// Says what the run waits for; the same sentence twice is said once.
    pub(super) fn says(&self, says: &str) {
        let mut state = self.app.conductor.lock();
        if let State::Waiting(waiting) = &mut *state
            && waiting.says != says
        {
            waiting.says = says.to_owned();
            let waiting = waiting.clone();
            drop(state);
            self.app.feed.publish(LiveItem::Waiting(Some(waiting)));
        }
    }

    fn fill(mut self, active: Active) {
        *self.app.conductor.lock() = State::Running(active);
        self.filled = true;
        self.app.feed.publish(LiveItem::Waiting(None));
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.filled {
            *self.app.conductor.lock() = State::Idle;
            self.app.feed.publish(LiveItem::Waiting(None));
        }
    }
}
