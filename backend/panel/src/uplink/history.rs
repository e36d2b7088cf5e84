//! What a connection needs of a history.

use async_trait::async_trait;
use brownout_core::event::SessionEnvelope;

/// The history that is shipped. The outbox is a cursor into it: nothing is copied, nothing can be lost between the two.
#[async_trait]
pub trait History: Send + Sync + std::fmt::Debug {
    /// Name of the stream, `session/<participant>`.
    fn stream(&self) -> String;

    /// Number of its last event; 0 when there is none.
    async fn last(&self) -> anyhow::Result<u64>;

    /// Events after this number, in order, at most so many.
    async fn events(&self, after: u64, most: usize) -> anyhow::Result<Vec<SessionEnvelope>>;

    /// The data of a run as they may leave the laptop: JSON, without code; `brief` without its seconds, too. `None` for a
    /// run that is no longer there.
    async fn record(&self, run: &str, brief: bool) -> anyhow::Result<Option<Vec<u8>>>;

    /// Whether this is a good time for what can wait: nothing is being measured.
    fn is_quiet(&self) -> bool {
        true
    }
}
