//! The connection of a participant to a hub: the outbox up by HTTP, what is said down by WebSocket, what is true now up
//! the same socket. Only the laptop calls; nothing of the hub's can do more here than be heard.
//!
//! Knows nothing of a panel but its [`History`], so that a crowd of simulated participants is this very code.
//! [`Hub`] speaks to a hub, `dial` connects, `live` follows, [`pause`] says how long to wait before trying again.

mod address;
mod dial;
mod error;
mod history;
mod hub;
mod live;
mod packed;
pub mod pause;
mod token;

use std::{sync::Arc, time::Duration};

use brownout_core::hub::{
    live::{HubHeard, HubItem, HubMessage, HubSnapshot},
    pulse::Pulse,
    shipment::Shipped,
};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

pub use error::HubError;
pub use history::History;
pub use hub::Hub;
pub use packed::Packed;
pub(crate) use packed::gzip;
pub use token::Token;

use crate::outbox::{self, Stand};
use pause::{draw, rest};

/// A seat that has ended is tried again after this time, or up to twice that, or when something was done here.
const AGAIN: Duration = Duration::from_secs(120);

/// A seat at a hub, from one laptop.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The hub.
    pub hub: Hub,
    /// Secret of the seat.
    pub token: Token,
    /// Number of the first event of the history that the workshop gets.
    pub from: u64,
}

/// What is heard of the hub.
#[derive(Debug)]
pub enum News {
    /// The hub answers; everything that there is to know of it now.
    Hello(Box<HubSnapshot>),
    /// What happened since.
    Item(Box<HubItem>),
    /// The board changed: the message as it came, because a board is large and changes often. [`News::item`] reads it.
    Board(String),
    /// It cannot be reached, for the so many-th time in a row; it is tried again at `next_ms`, this laptop's clock.
    Away {
        /// Tries in a row.
        tries: u32,
        /// When it is tried again.
        next_ms: u64,
    },
    /// The seat is over. It is asked for now and then: the facilitator may have taken its end back.
    Ended {
        /// Why, and what to do, as a sentence.
        why: String,
    },
}

impl News {
    /// What a message of the feed says; `None` of kinds that only a newer panel knows.
    pub fn item(text: &str) -> Option<Box<HubItem>> {
        match HubMessage::heard(text)? {
            HubHeard::Item { item, .. } => item,
            HubHeard::Hello { .. } | HubHeard::Resumed => None,
        }
    }
}

/// A connection that is kept for as long as the seat lasts.
#[derive(Debug)]
pub struct Uplink {
    /// Whose it is.
    pub seat: Seat,
    /// What is sent.
    pub history: Arc<dyn History>,
    /// What is true now; `None` while that is not known.
    pub pulse: watch::Receiver<Option<Pulse>>,
    /// Who hears what the hub says.
    pub news: mpsc::Sender<News>,
    /// How the outbox stands.
    pub stand: watch::Sender<Stand>,
    /// Told after each event that was appended to the history.
    pub wake: Arc<Notify>,
}

/// What the two halves of a connection tell each other.
#[derive(Debug, Default)]
struct Between {
    /// What the hub said by the socket that it has, and of what it wants records.
    has: watch::Sender<Option<Shipped>>,
    /// The hub was reached by the other way: a long wait is over.
    reached: Notify,
}

impl Uplink {
    /// Sends and hears until `stop`. A seat that has ended is tried again later: who was taken out may be let in again.
    pub async fn keep(self, stop: CancellationToken) {
        loop {
            let between = Between::default();
            let ended = tokio::select! {
                () = stop.cancelled() => return,
                why = outbox::keep(&self, &between.has, &between.reached) => why,
                why = live::keep(&self, &between.has, &between.reached) => why,
            };
            self.stand.send_modify(|stand| stand.end(&ended));
            if self.news.send(News::Ended { why: ended }).await.is_err() {
                // Whoever hears no more has gone first.
                return;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = rest(AGAIN.mul_f64(1.0 + draw()), &self.wake) => {}
            }
        }
    }
}
