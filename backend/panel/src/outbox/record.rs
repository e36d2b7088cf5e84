//! The record of a run on its way to the hub.

use super::{Outbox, Trouble, trouble, unread};
use crate::uplink::{HubError, Packed, Uplink};

/// Bytes of a record before compression, at most.
const RECORD_BYTES: usize = 4 << 20;
/// Bytes of a record after compression, at most; a larger one goes without its seconds.
const RECORD_GZIP: usize = 128 << 10;

impl Outbox<'_> {
    /// Sends the record of a run, whole or without its seconds; one that cannot be sent is given up.
    pub(super) async fn send_record(&mut self, run: &str) -> Result<(), Trouble> {
        let Uplink { seat, history, .. } = self.uplink;
        let mut packed = None;
        for brief in [false, true] {
            let record = match history.record(run, brief).await {
                Ok(record) => record,
                Err(error) => {
                    // One that is damaged stays so; those behind it are well.
                    self.unreadable =
                        format!("The curves of the run {run} cannot be read and are not sent: {error:#}.");
                    self.give_up(run, &format!("{error:#}"));
                    return Ok(());
                }
            };
            let Some(record) = record else { break };
            packed = pack(record).await?;
            if packed.is_some() {
                break;
            }
        }
        let Some(packed) = packed else {
            self.give_up(run, "it is no longer in the history, or too large");
            return Ok(());
        };
        match seat.hub.put_record(&seat.token, run, packed).await {
            Ok(()) => {
                self.taken.insert(run.to_owned());
                Ok(())
            }
            Err(HubError::Refused(problem)) => {
                self.give_up(run, &problem.detail);
                Ok(())
            }
            Err(error) => Err(trouble(error)),
        }
    }

    fn give_up(&mut self, run: &str, why: &str) {
        tracing::info!(run, why, "the record of a run is not sent");
        self.given_up.insert(run.to_owned());
        self.vain.push(run.to_owned());
    }
}

/// The data of a run as they are sent; `None` where they are too large.
async fn pack(record: Vec<u8>) -> Result<Option<Packed>, Trouble> {
    if record.len() > RECORD_BYTES {
        return Ok(None);
    }
    // No other task should wait for this.
    let packed = tokio::task::spawn_blocking(move || Packed::of(&record)).await;
    let packed = packed.map_err(|error| unread(error.into()))?;
    Ok((packed.bytes() <= RECORD_GZIP).then_some(packed))
}
