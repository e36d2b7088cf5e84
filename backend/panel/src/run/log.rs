//! The log of one run while it is written: stored, folded and shown, in this order.

use std::sync::{Arc, Mutex, PoisonError};

use brownout_core::{
    criterion::{self, CriterionState, Stage},
    event::{Body, RunEnvelope, RunEvent, VERSION},
    fold::Run,
    wire::LiveItem,
};

use crate::{app::App, clock::wall_ms};

/// Writes `run/<id>`.
pub(super) struct RunLog {
    app: App,
    stream: String,
    seq: u64,
    run: Run,
    criteria: Vec<CriterionState>,
    events: Arc<Mutex<Vec<RunEnvelope>>>,
    stored: bool,
    /// Why it is not stored, until the screens were told.
    unstored: Option<String>,
}

impl RunLog {
    pub(super) fn new(app: App, run: &str) -> Self {
        RunLog {
            app,
            stream: format!("run/{run}"),
            seq: 0,
            run: Run::default(),
            criteria: Vec::new(),
            events: Arc::default(),
            stored: true,
            unstored: None,
        }
    }

    /// Writes the first event.
    pub(super) async fn begin(mut self, started: RunEvent) -> Self {
        self.append(0, started).await;
        self.criteria = criterion::judge(&self.run);
        self
    }

    /// All events so far, for snapshots.
    pub(super) fn events(&self) -> Arc<Mutex<Vec<RunEnvelope>>> {
        self.events.clone()
    }

    /// The run as folded so far.
    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    /// Appends an event at an instant of the run clock.
    pub(super) async fn append(&mut self, run_us: u64, event: RunEvent) {
        self.write(run_us, event).await;
        if let Some(says) = self.unstored.take() {
            self.write(run_us, RunEvent::Note { says }).await;
        }
        self.judge(run_us).await;
    }

    async fn write(&mut self, run_us: u64, event: RunEvent) {
        self.seq += 1;
        let envelope = RunEnvelope {
            v: VERSION,
            stream: self.stream.clone(),
            seq: self.seq,
            wall_ms: wall_ms(),
            run_us: Some(run_us),
            body: Body::Known(event),
        };
        if self.stored
            && let Err(error) = self.app.store.append_run(&envelope).await
        {
            // The run goes on without history: what is on the screen is still true, and says so.
            tracing::error!(%error, "history cannot be written; this run will not be in it");
            self.stored = false;
            self.unstored = Some(format!("{error} This run goes on and is not kept."));
        }
        self.run.apply(&envelope);
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(envelope.clone());
        self.app.feed.publish(LiveItem::Run(envelope));
    }

    /// Writes what changed for the criteria.
    async fn judge(&mut self, run_us: u64) {
        let now = criterion::judge(&self.run);
        let changed: Vec<CriterionState> = now
            .iter()
            .filter(|state| {
                let before = self.criteria.iter().find(|before| before.name == state.name);
                // The end of its span is no news: what holds then is what was said last.
                let said = |state: &CriterionState| (state.holds, state.met, state.stage == Stage::Ahead);
                before.is_some_and(|before| said(before) != said(state))
            })
            .cloned()
            .collect();
        self.criteria = now;
        for state in changed {
            self.write(run_us, RunEvent::Criterion(state)).await;
        }
    }

    /// Criteria as judged last.
    pub(super) fn criteria(&self) -> &[CriterionState] {
        &self.criteria
    }

    /// Whether all of it is in the history.
    pub(super) fn stored(&self) -> bool {
        self.stored
    }
}
