//! What the facilitator does: events of the workshop's own stream.

use brownout_core::{
    event::{Body, VERSION},
    hub::event::WorkshopEvent,
};
use brownout_store::hub::{HubStream, KeptEvent, NewEvent, StreamPart};

use super::Desk;
use crate::{action, code, error::HubError};

impl Desk {
    pub(super) async fn act(&mut self, event: WorkshopEvent, seen: Option<u64>) -> Result<u64, HubError> {
        self.up_to_date().await?;
        if let Some(seen) = seen {
            self.undisturbed(&event, seen)?;
        }
        let event = action::allowed(&self.room, event)?;
        let seq = self.append(event).await?;
        // The event is kept, and whoever did it is told so: what is left is done before the next one if not now.
        if let Err(error) = self.settle_removed().await {
            tracing::warn!(%error, "who was taken out is not in the rows of the seats yet");
        }
        Ok(seq)
    }

    /// Whether nothing has happened after number `seen` that whoever wants this should know first.
    fn undisturbed(&self, wanted: &WorkshopEvent, seen: u64) -> Result<(), HubError> {
        let upto = self.room.upto();
        let later = self.room.log().iter().rev().take_while(|envelope| envelope.seq > seen);
        let last = later.filter_map(|envelope| envelope.body.known()).find(|later| later.disturbs(wanted));
        // A number that is still to come was seen at a hub that came back from a copy since.
        if last.is_some() || seen > upto {
            return Err(HubError::Changed { seen, upto, last: last.cloned().map(Box::new) });
        }
        Ok(())
    }

    pub(super) async fn door(&mut self, new_code: bool, open: bool) -> Result<u64, HubError> {
        self.up_to_date().await?;
        let code = if new_code { code::join()? } else { self.room.stage().code.clone() };
        self.append(WorkshopEvent::Door { code, open }).await
    }

    /// Has the store keep an event of the workshop's own stream; then it is in the room, and told.
    pub(super) async fn append(&mut self, event: WorkshopEvent) -> Result<u64, HubError> {
        let (seq, taken_ms) = (self.room.upto() + 1, self.clock.now_ms());
        let body = text(&event)?;
        let stream = HubStream::Workshop { workshop: self.room.workshop().id.clone() };
        let events = [NewEvent { seq, v: VERSION, wall_ms: taken_ms, body: &body }];
        let part = StreamPart { stream: &stream, from: 1, taken_ms, events: &events };
        part.check().map_err(|error| HubError::unfit(error.to_string()))?;
        let appended = self.store.append(&[part]).await;
        let appended = self.heard(appended)?.into_iter().next().flatten();
        let Some(place) = appended.filter(|appended| appended.new == 1).map(|appended| appended.place) else {
            // This number is kept already: a commit had succeeded of which nobody heard.
            self.stale = true;
            self.up_to_date().await?;
            let upto = self.room.upto();
            let last = self.room.log().last().and_then(|last| last.body.known()).cloned().map(Box::new);
            return Err(HubError::Changed { seen: seq - 1, upto, last });
        };
        let kept = KeptEvent { place, stream, seq, v: VERSION, wall_ms: taken_ms, taken_ms, body };
        self.stale |= self.room.take(&kept);
        // Told before a fold anew, which tells only what the room did not know.
        if let Some(envelope) = self.room.log().last().cloned() {
            self.publisher.happened(&self.room, &envelope);
        }
        if self.stale
            && let Err(error) = self.up_to_date().await
        {
            tracing::warn!(%error, "the room could not be folded anew; it is tried before the next change");
        }
        Ok(seq)
    }
}

pub(super) fn text(event: &WorkshopEvent) -> Result<String, HubError> {
    let body = Body::Known(event.clone());
    serde_json::to_string(&body).map_err(|error| HubError::unfit(format!("this cannot be written as JSON: {error}.")))
}
