//! Runs that a panel left open when it ended in the middle.

use brownout_core::{
    criterion,
    event::{Body, Ended, Envelope, Finished, RunEnvelope, RunEvent, VERSION},
    fold::Run,
    score::Unranked,
};

use crate::{error::StoreError, log::RUN, store::Store};

impl Store {
    /// Gives every run that has no end one: `interrupted`, judged by what was measured until then, not scored.
    /// For the start of a panel, when no run of its own goes on. Gives the ids, oldest first.
    ///
    /// # Errors
    /// When the history cannot be read or written.
    pub async fn close_interrupted(&self, wall_ms: u64) -> Result<Vec<String>, StoreError> {
        let open: Vec<String> = sqlx::query_scalar("SELECT id FROM runs WHERE state = 'running' ORDER BY place")
            .fetch_all(&self.readers)
            .await?;
        for id in &open {
            let events = self.run_events(id, 0).await?;
            self.append_run(&end_of(id, &events, wall_ms)).await?;
        }
        Ok(open)
    }
}

fn end_of(id: &str, events: &[RunEnvelope], wall_ms: u64) -> RunEnvelope {
    let run = Run::of(events);
    let mut unranked = run.started.as_ref().map_or(Vec::new(), |started| started.unranked.clone());
    unranked.push(Unranked::Incomplete);
    let finished = Finished {
        ended: Ended::Interrupted,
        criteria: criterion::judge(&run),
        score: None,
        unranked,
        // Percentiles of single seconds do not add up to one of the whole; the worst is an upper bound.
        lag_p99_us: run.streams.values().flat_map(|stream| &stream.lag_p99_us).copied().max().unwrap_or(0),
        because: "Brownout ended in the middle of this run.".to_owned(),
    };
    Envelope {
        v: VERSION,
        stream: format!("{RUN}{id}"),
        seq: run.seq + 1,
        wall_ms,
        run_us: events.iter().rev().find_map(|event| event.run_us),
        body: Body::Known(RunEvent::Finished(Box::new(finished))),
    }
}
