//! What was said, and to whom.

use brownout_core::hub::{
    event::{WorkshopEnvelope, WorkshopEvent},
    message::{Audience, Message, Said},
};

use super::Room;
use crate::{seat::Seat, stage::MOST_SAID};

impl Room {
    /// What was said to this seat or to all, not taken back and not dismissed there, as it may know of it.
    #[must_use]
    pub fn said_to(&self, seat: &Seat) -> Vec<Message> {
        let id = &seat.kept().id;
        let reaches = |message: &&Message| message.to.reaches(id) && !seat.seen.contains(&message.id);
        let said = self.stage.said.iter().filter(reaches);
        latest(said.map(|message| Message { to: message.to.seen_by(id), ..message.clone() }).collect())
    }

    /// What stands on the wall: announcements.
    #[must_use]
    pub fn said_to_all(&self) -> Vec<Message> {
        latest(self.stage.said.iter().filter(|message| on_the_wall(message)).cloned().collect())
    }

    /// A message with its audience settled and its words as they can be shown.
    pub(crate) fn settled(&self, message: Message) -> Message {
        let seats = self.participants().map(|seat| &*seat.kept().id);
        let to =
            message.to.resolved(seats, |seat, scenario| self.seat(seat).map(|s| s.state(scenario)).unwrap_or_default());
        Message { to, ..message }
    }

    /// Events of the workshop's own stream that spoke to this seat alone, with what they say once it is erased.
    pub(crate) fn spoken_to(&self, seat: &str) -> Vec<(u64, WorkshopEvent)> {
        let spoken = |envelope: &WorkshopEnvelope| Some((envelope.seq, blanked(envelope.body.known()?, seat)?));
        self.log.iter().filter_map(spoken).collect()
    }
}

/// The last ones that are shown to whoever connects; older ones are history.
fn latest(mut said: Vec<Message>) -> Vec<Message> {
    let old = said.len().saturating_sub(MOST_SAID);
    said.drain(..old);
    said
}

/// Whether a screen on the wall shows this.
pub(crate) fn on_the_wall(message: &Message) -> bool {
    message.to == Audience::All && matches!(message.what, Said::Announcement { .. })
}

/// The event without its words, where they were for this seat alone.
pub(super) fn blanked(event: &WorkshopEvent, seat: &str) -> Option<WorkshopEvent> {
    let WorkshopEvent::Said { message } = event else { return None };
    let alone = matches!(&message.to, Audience::Seats(seats) if seats.len() == 1 && seats[0] == seat);
    let what = match &message.what {
        Said::Text { .. } => Said::Text { text: String::new() },
        Said::Announcement { .. } => Said::Announcement { text: String::new() },
        Said::Hint { .. } | Said::Survey => return None,
    };
    alone.then(|| WorkshopEvent::Said { message: Message { what, ..message.clone() } })
}
