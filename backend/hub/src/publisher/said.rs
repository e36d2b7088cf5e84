//! What the facilitator does goes to those whom it concerns, and to nobody else.

use brownout_core::hub::{
    event::{WorkshopEnvelope, WorkshopEvent},
    live::HubItem,
    message::{Audience, Message},
};

use brownout_store::hub::Hash;

use super::Publisher;
use crate::room::{Room, on_the_wall};

impl Publisher {
    /// An event of the workshop's own stream.
    pub(crate) fn happened(&mut self, room: &Room, envelope: &WorkshopEnvelope) {
        self.facilitators.publish(HubItem::Workshop(Box::new(envelope.clone())));
        self.touch();
        match envelope.body.known() {
            Some(WorkshopEvent::Said { message }) => self.say(message),
            Some(WorkshopEvent::Unsaid { message: id }) => {
                let is = |event: &&WorkshopEvent| matches!(event, WorkshopEvent::Said { message } if message.id == *id);
                self.unsay(room.log().iter().filter_map(|known| known.body.known()).find(is));
            }
            Some(WorkshopEvent::Undone { seq }) => {
                let undone = room.log().iter().find(|known| known.seq == *seq);
                self.unsay(undone.and_then(|undone| undone.body.known()));
            }
            Some(WorkshopEvent::Helped { seat, hand }) => self.seats.tell(seat, HubItem::Helped { hand: hand.clone() }),
            Some(WorkshopEvent::Renamed { seat }) => {
                if let Ok(known) = room.seat(seat) {
                    self.seats.tell(seat, HubItem::Renamed { name: known.kept().name.clone() });
                }
            }
            _ => {}
        }
    }

    /// The recovery code of a seat is another one now.
    pub(crate) fn recovery(&mut self, seat: &str, hash: &Hash) {
        self.seats.tell(seat, HubItem::Recovery { tag: hash.tag().to_owned() });
    }

    fn say(&mut self, message: &Message) {
        self.tell_audience(message, |to| HubItem::Said(Message { to, ..message.clone() }));
    }

    /// Goes where the message went and to facilitators, and after it: nobody else learns that there was one. A facilitator's
    /// page that was opened since has the message without the number of its event.
    fn unsay(&mut self, said: Option<&WorkshopEvent>) {
        if let Some(WorkshopEvent::Said { message }) = said {
            self.facilitators.publish(HubItem::Unsaid { message: message.id.clone() });
            self.tell_audience(message, |_| HubItem::Unsaid { message: message.id.clone() });
        }
    }

    /// Tells those to whom a message is said, each as its own audience.
    fn tell_audience(&mut self, message: &Message, item: impl Fn(Audience) -> HubItem) {
        if on_the_wall(message) {
            self.screens.publish(item(Audience::All));
        }
        match &message.to {
            Audience::All => self.seats.publish(item(Audience::All)),
            Audience::Seats(seats) => {
                for seat in seats {
                    self.seats.tell(seat, item(message.to.seen_by(seat)));
                }
            }
            // Audiences are settled before anything is kept.
            Audience::In { .. } => {}
        }
    }
}
