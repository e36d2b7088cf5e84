//! Runs that a panel finds in its history, for tests that need no stack.

use brownout_core::{
    event::{Body, Ended, Envelope, Finished, RunEnvelope, RunEvent, Started, VERSION},
    plan::Plan,
    score::Score,
};
use brownout_panel::catalog::Catalog;
use brownout_store::Store;

use super::lab::Lab;

/// The history of a lab's panel, opened beside it.
pub struct History {
    store: Store,
    participant: String,
    catalog: Catalog,
}

impl History {
    pub async fn of(lab: &Lab) -> History {
        let store = Store::open(&lab.root.join(".brownout/history.sqlite")).await.expect("the history opens").store;
        let participant = store.participant().await.expect("the participant");
        History { store, participant, catalog: Catalog::new(&lab.root) }
    }

    /// A run of the timeouts case that goes on.
    pub async fn started(&self, id: &str, wall_ms: u64) {
        self.started_by(&self.participant, id, wall_ms).await;
    }

    /// A completed and ranked run of the timeouts case.
    pub async fn completed(&self, id: &str, wall_ms: u64, score: u32) {
        self.completed_by(&self.participant, id, wall_ms, score).await;
    }

    /// The same of somebody else.
    pub async fn completed_by(&self, participant: &str, id: &str, wall_ms: u64, score: u32) {
        self.started_by(participant, id, wall_ms).await;
        let finished = Finished {
            ended: Ended::Completed,
            criteria: Vec::new(),
            score: Some(Score { total: score, terms: Vec::new(), why: "Because.".to_owned(), hints: 0 }),
            unranked: Vec::new(),
            lag_p99_us: 400,
            because: String::new(),
        };
        self.append(id, 2, wall_ms + 2_000, RunEvent::Finished(Box::new(finished))).await;
    }

    async fn started_by(&self, participant: &str, id: &str, wall_ms: u64) {
        let entry = self.catalog.find("timeouts").expect("the timeouts case");
        let started = Started {
            run: id.to_owned(),
            plan: Plan::of(&entry.scenario, id),
            scenario: entry.scenario,
            scenario_hash: entry.hash,
            sealed_hash: String::new(),
            build: "b1d0".to_owned(),
            stack: "local".to_owned(),
            participant: participant.to_owned(),
            panel: "0.1.0".to_owned(),
            unranked: Vec::new(),
            hints: Vec::new(),
            code: Vec::new(),
        };
        self.append(id, 1, wall_ms, RunEvent::Started(Box::new(started))).await;
    }

    async fn append(&self, id: &str, seq: u64, wall_ms: u64, event: RunEvent) {
        let event: RunEnvelope = Envelope {
            v: VERSION,
            stream: format!("run/{id}"),
            seq,
            wall_ms,
            run_us: Some(seq * 1_000_000),
            body: Body::Known(event),
        };
        self.store.append_run(&event).await.expect("appended");
    }
}
