//! What can be asked of the desk. Each carries the place for its answer.

use brownout_core::hub::{
    event::WorkshopEvent,
    pulse::Pulse,
    row::HubBoard,
    seat::{Join, Resume, Seated},
    shipment::Shipped,
};
use brownout_store::hub::Hash;
use tokio::sync::oneshot;

use crate::{
    board::Face,
    error::HubError,
    keys::Caller,
    room::Room,
    shipment::ShipmentIn,
    watch::{Subscribed, Watcher},
};

/// Where an answer goes. Who no longer waits for it is none of the desk's business.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, HubError>>;

/// Something that looks at the room, at this instant of the hub's clock.
pub(crate) type Look = Box<dyn FnOnce(&Room, u64) + Send>;

/// The record of a run, as it came and as it was read.
#[derive(Debug, Clone)]
pub struct RecordIn {
    /// Id of the run, from the address.
    pub run: String,
    /// Digest of the text before compression.
    pub digest: String,
    /// As it came, gzip.
    pub gzip: Vec<u8>,
    /// Id of the run, from the record.
    pub says_run: String,
    /// Scenario id, from the record.
    pub scenario: String,
    /// Score, from the record.
    pub score: Option<u32>,
    /// Whether it is ranked, from the record.
    pub ranked: bool,
}

pub(crate) enum Ask {
    Join {
        join: Join,
        caller: Option<Caller>,
        answer: Answer<Seated>,
    },
    Resume {
        resume: Resume,
        answer: Answer<Seated>,
    },
    Take {
        seat: String,
        shipment: ShipmentIn,
        answer: Answer<Shipped>,
    },
    /// The answer goes over the seat's own feed.
    Have {
        seat: String,
        stream: String,
    },
    Record {
        seat: String,
        record: RecordIn,
        answer: Answer<bool>,
    },
    Unwant {
        seat: String,
        run: String,
    },
    Pulse {
        seat: String,
        pulse: Pulse,
    },
    Do {
        event: WorkshopEvent,
        seen: Option<u64>,
        answer: Answer<u64>,
    },
    Door {
        new_code: bool,
        open: bool,
        answer: Answer<u64>,
    },
    Rename {
        seat: String,
        name: String,
        answer: Answer<String>,
    },
    NewRecovery {
        seat: String,
        answer: Answer<String>,
    },
    Erase {
        seat: String,
        answer: Answer<()>,
    },
    Watch {
        who: Watcher,
        since: Option<(String, u64)>,
        /// Of the token that a seat had when it began to watch; another one now ends this watch.
        token: Option<Hash>,
        answer: Answer<Subscribed>,
    },
    Board {
        face: Face,
        answer: Answer<HubBoard>,
    },
    Look(Look),
    Close(oneshot::Sender<()>),
}
