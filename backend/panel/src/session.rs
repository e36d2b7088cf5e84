//! The participant's own stream of events: what was deployed and which runs ended.

use brownout_core::{
    event::{Body, SessionEnvelope, SessionEvent, VERSION},
    wire::LiveItem,
};
use brownout_store::{Store, StoreError};
use tokio::sync::Mutex;

use crate::{
    casebook::{Before, Casebook},
    clock::wall_ms,
    feed::Feed,
};

/// Appends to `session/<participant>`.
#[derive(Debug)]
pub struct Session {
    participant: String,
    /// The cases as its events tell them.
    pub cases: Casebook,
    // An async lock: the number and the write belong together, and writes must not overtake each other.
    last: Mutex<u64>,
}

impl Session {
    /// Goes on after the last event in the store.
    pub async fn open(store: &Store) -> Result<Self, StoreError> {
        let participant = store.participant().await?;
        let last = store.last_session_seq(&participant).await?;
        let cases = Casebook::open(store, &participant).await?;
        Ok(Session { participant, cases, last: Mutex::new(last) })
    }

    /// The participant's id.
    pub fn participant(&self) -> &str {
        &self.participant
    }

    /// Appends an event and tells the screens; gives what it changes. History that cannot be written is logged, not fatal.
    pub async fn append(&self, store: &Store, feed: &Feed, event: SessionEvent) -> Before {
        let mut last = self.last.lock().await;
        let envelope = SessionEnvelope {
            v: VERSION,
            stream: format!("session/{}", self.participant),
            seq: *last + 1,
            wall_ms: wall_ms(),
            run_us: None,
            body: Body::Known(event.clone()),
        };
        match store.append_session(&envelope).await {
            Ok(()) => *last += 1,
            Err(error) => tracing::error!(%error, "an event of the session could not be stored"),
        }
        let before = self.cases.apply(&event);
        feed.publish(LiveItem::Session(envelope));
        before
    }
}
