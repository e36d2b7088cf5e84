//! This panel's history as the outbox sees it.

use async_trait::async_trait;
use brownout_core::event::SessionEnvelope;
use brownout_report::Record;

use crate::{app::App, library, uplink::History};

/// The history of a panel.
pub(super) struct Ledger(App);

impl Ledger {
    pub(super) fn of(app: &App) -> Ledger {
        Ledger(app.clone())
    }

    /// Number of the first event that a workshop wants that began at `since_ms` of the hub's clock, which is `offset_ms`
    /// ahead of ours. The next one, where none is so young.
    pub(super) async fn first_since(&self, since_ms: u64, offset_ms: i64) -> anyhow::Result<u64> {
        let mut after = 0;
        loop {
            let events = self.events(after, 256).await?;
            let Some(last) = events.last() else { return Ok(after + 1) };
            let young = |event: &&SessionEnvelope| event.wall_ms.saturating_add_signed(offset_ms) >= since_ms;
            if let Some(first) = events.iter().find(young) {
                return Ok(first.seq);
            }
            after = last.seq;
        }
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Ledger").field(&self.stream()).finish()
    }
}

#[async_trait]
impl History for Ledger {
    fn stream(&self) -> String {
        format!("session/{}", self.0.session.participant())
    }

    async fn last(&self) -> anyhow::Result<u64> {
        Ok(self.0.store.last_session_seq(self.0.session.participant()).await?)
    }

    async fn events(&self, after: u64, most: usize) -> anyhow::Result<Vec<SessionEnvelope>> {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        Ok(self.0.store.session_page(self.0.session.participant(), after, most).await?)
    }

    async fn record(&self, run: &str, brief: bool) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(summary) = self.0.store.run_summary(run).await?.filter(library::has_report) else { return Ok(None) };
        let text = library::read(&self.0, summary, library::DATA).await?;
        // Some milliseconds of a core, which no other task should wait for.
        let text = tokio::task::spawn_blocking(move || without_code(&text, brief)).await??;
        Ok(Some(text))
    }

    fn is_quiet(&self) -> bool {
        self.0.conductor.running().is_none()
    }
}

/// The data of a run as they may leave the laptop: what somebody wrote stays with them; a raised hand may show it.
fn without_code(text: &[u8], brief: bool) -> serde_json::Result<Vec<u8>> {
    let mut record: Record = serde_json::from_slice(text)?;
    record.code.clear();
    if brief {
        record.seconds.clear();
    }
    serde_json::to_vec(&record)
}
