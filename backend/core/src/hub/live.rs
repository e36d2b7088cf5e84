//! Messages of the hub's `/api/v1/live`: to seats, screens and facilitators, and from seats.

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::snapshot::{FacilitatorSnapshot, HubSnapshot, SeatReadiness, SeatSnapshot};
use super::{
    clock::{Agenda, WrapUp},
    event::WorkshopEvent,
    message::Message,
    pulse::Pulse,
    row::{BoardDelta, GridRow},
};
use crate::{
    by_value::{by_value, from_value},
    event::Envelope,
};

/// A message of the hub. `Hello` first, and again whenever a watcher has fallen behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HubMessage {
    /// First message, and again whenever a watcher has fallen behind.
    Hello {
        /// Changes when the hub starts anew.
        epoch: String,
        /// Number of the last item that the snapshot contains.
        seq: u64,
        /// Everything that a watcher needs.
        #[serde(deserialize_with = "by_value")]
        snapshot: Box<HubSnapshot>,
    },
    /// First message after a reconnect that missed nothing or little: the missed items follow.
    Resumed {
        /// As the client sent it.
        epoch: String,
    },
    /// The next item.
    Item {
        /// Number in the feed.
        seq: u64,
        /// What happened.
        #[serde(deserialize_with = "by_value")]
        item: Box<HubItem>,
    },
}

/// One item of a hub's feed. Which arms a watcher gets is decided by whose feed it follows: there are three feeds, not
/// one with filters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "of", content = "is", rename_all = "snake_case")]
pub enum HubItem {
    /// All feeds: the board changed.
    Board(BoardDelta),
    /// All feeds: the clock, the sheet or the group went on.
    Agenda(Agenda),
    /// All feeds: other takeaways or questions.
    WrapUp(WrapUp),
    /// Seats and screens: something was said; to one seat alone on its own feed.
    Said(Message),
    /// All feeds: something was taken back.
    Unsaid {
        /// Id of the message.
        message: String,
    },
    /// A seat: help came, the hand is down.
    Helped {
        /// Id of the hand.
        hand: String,
    },
    /// A seat: it is called otherwise now.
    Renamed {
        /// The new name.
        name: String,
    },
    /// A seat: its recovery code is another one now.
    Recovery {
        /// As [`SeatSnapshot::recovery`].
        tag: String,
    },
    /// A seat: what the hub has, so that waiting results are seen to be gone.
    Have {
        /// The panel's stream.
        stream: String,
        /// Everything up to this number is stored.
        have: u64,
        /// Runs of which the hub wants the record, oldest first.
        wanted: Vec<String>,
    },
    /// Facilitators: rows of the grid that are new or other, and seats that are gone.
    Grid {
        /// Rows that are new or other.
        rows: Vec<GridRow>,
        /// Seats that are gone.
        gone: Vec<String>,
    },
    /// Facilitators: laptops of which the readiness is new or other.
    Ready {
        /// Those laptops.
        rows: Vec<SeatReadiness>,
    },
    /// Facilitators: an event of the workshop.
    Workshop(Box<Envelope<WorkshopEvent>>),
    /// A seat: it was removed or its token is old; the panel says so and stops trying.
    Ended {
        /// Why, as a sentence.
        why: String,
    },
}

/// What a seat says over its WebSocket, in text frames of at most 4 kB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "of", content = "is", rename_all = "snake_case")]
pub enum SeatSays {
    /// What is true on the laptop now.
    Pulse(Pulse),
    /// How far the panel's stream goes; the hub answers with [`HubItem::Have`].
    Have {
        /// The panel's stream.
        stream: String,
        /// Number of its last event.
        last: u64,
    },
}

/// A [`HubMessage`] as it is read by somebody who may be older than the hub.
#[derive(Debug, Clone, PartialEq)]
pub enum HubHeard {
    /// First message, and again whenever a watcher has fallen behind.
    Hello {
        /// Changes when the hub starts anew.
        epoch: String,
        /// Number of the last item that the snapshot contains.
        seq: u64,
        /// Everything that a watcher needs.
        snapshot: Box<HubSnapshot>,
    },
    /// The missed items follow.
    Resumed,
    /// The next item.
    Item {
        /// Number in the feed.
        seq: u64,
        /// What happened; `None` of a newer hub's kinds.
        item: Option<Box<HubItem>>,
    },
}

impl HubMessage {
    /// Reads a message; one of a newer hub is `None`, and an item of a kind that is not known an item of `None`.
    pub fn heard(text: &str) -> Option<HubHeard> {
        let message: Value = serde_json::from_str(text).ok()?;
        Some(match message["type"].as_str()? {
            "hello" => HubHeard::Hello {
                epoch: message["epoch"].as_str()?.to_owned(),
                seq: message["seq"].as_u64()?,
                snapshot: from_value(&message["snapshot"]).ok()?,
            },
            "resumed" => HubHeard::Resumed,
            "item" => HubHeard::Item { seq: message["seq"].as_u64()?, item: from_value(&message["item"]).ok() },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::Body,
        hub::{
            message::{Audience, Said},
            need::Need,
            readiness::Ready,
        },
    };

    fn word() -> String {
        "x".to_owned()
    }

    fn heard(item: &HubItem) -> Option<HubHeard> {
        let said = HubMessage::Item { seq: 7, item: Box::new(item.clone()) };
        let text = serde_json::to_string(&said).expect("serialises");
        assert_eq!(serde_json::from_str::<HubMessage>(&text).expect("parses"), said, "{text}");
        HubMessage::heard(&text)
    }

    #[test]
    fn a_watcher_hears_what_the_hub_says() {
        let event = Envelope {
            v: 1,
            stream: "workshop/w".into(),
            seq: 1,
            wall_ms: 2,
            run_us: None,
            body: Body::Known(WorkshopEvent::Frozen),
        };
        let row = GridRow {
            seat: word(),
            name: word(),
            tag: word(),
            cells: Vec::new(),
            need: Need::Hand,
            need_since_ms: 4,
            why: word(),
            hand: None,
            pulse: Some(Pulse::default()),
            online: true,
            heard_ms: 5,
            ready: Ready::Yes,
            runs: 6,
            records: 7,
        };
        let message = Message { id: word(), to: Audience::All, what: Said::Text { text: word() } };
        for item in [
            HubItem::Board(BoardDelta::default()),
            HubItem::Agenda(Agenda::default()),
            HubItem::WrapUp(WrapUp::default()),
            HubItem::Said(message),
            HubItem::Unsaid { message: word() },
            HubItem::Helped { hand: word() },
            HubItem::Renamed { name: word() },
            HubItem::Recovery { tag: word() },
            HubItem::Have { stream: word(), have: 3, wanted: vec![word()] },
            HubItem::Grid { rows: vec![row], gone: vec![word()] },
            HubItem::Ready { rows: vec![SeatReadiness::default()] },
            HubItem::Workshop(Box::new(event)),
            HubItem::Ended { why: word() },
        ] {
            assert_eq!(heard(&item), Some(HubHeard::Item { seq: 7, item: Some(Box::new(item.clone())) }), "{item:?}");
        }
    }

    #[test]
    fn a_watcher_is_given_everything_at_once() {
        let snapshot = HubSnapshot {
            seat: Some(SeatSnapshot { hand: Some(word()), ..SeatSnapshot::default() }),
            facilitator: Some(Box::default()),
            ..HubSnapshot::default()
        };
        let hello = HubMessage::Hello { epoch: word(), seq: 3, snapshot: Box::new(snapshot.clone()) };
        let text = serde_json::to_string(&hello).expect("serialises");
        let heard = HubHeard::Hello { epoch: word(), seq: 3, snapshot: Box::new(snapshot) };
        assert_eq!(HubMessage::heard(&text), Some(heard));
    }

    #[test]
    fn what_a_newer_hub_says_is_passed_over() {
        let newer = r#"{"type":"item","seq":9,"item":{"of":"fireworks","is":{"colour":"red"}}}"#;
        assert_eq!(HubMessage::heard(newer), Some(HubHeard::Item { seq: 9, item: None }));
        assert_eq!(HubMessage::heard(r#"{"type":"newer"}"#), None);
        assert_eq!(HubMessage::heard("no JSON"), None);
    }

    #[test]
    fn a_seat_says_what_the_hub_reads() {
        for said in [SeatSays::Pulse(Pulse::default()), SeatSays::Have { stream: word(), last: 9 }] {
            let text = serde_json::to_string(&said).expect("serialises");
            assert_eq!(serde_json::from_str::<SeatSays>(&text).expect("parses"), said, "{text}");
        }
    }
}
