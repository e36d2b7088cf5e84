//! The handle of the desk: what a server asks, from any task.

mod look;

use std::sync::Arc;

use brownout_core::hub::{
    event::WorkshopEvent,
    pulse::Pulse,
    seat::{Join, Resume, Seated},
    shipment::Shipped,
};
use brownout_store::hub::{Hash, HubStore};
use tokio::sync::{mpsc, oneshot};

use crate::{
    ask::{Answer, Ask, RecordIn},
    error::HubError,
    keys::{Caller, Keys},
    shipment::ShipmentIn,
    token::Token,
    watch::{Subscribed, Watch, Watcher},
};

/// The handle of a desk. Cheap to clone.
///
/// Every method that is answered fails with [`HubError::Busy`] when [`WAITING`](crate::desk::WAITING) asks wait already,
/// with [`HubError::Closed`] once the desk has ended, and with [`HubError::Store`] when the database refuses.
#[derive(Debug, Clone)]
pub struct DeskHandle {
    pub(crate) asks: mpsc::Sender<Ask>,
    pub(crate) keys: Keys,
    pub(crate) store: Arc<dyn HubStore>,
    pub(crate) workshop: Arc<str>,
    pub(crate) epoch: Arc<str>,
}

impl DeskHandle {
    /// Changes with each start of the hub.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Id of the workshop.
    #[must_use]
    pub fn workshop(&self) -> &str {
        &self.workshop
    }

    /// Whose token this is, now. Never waits for the desk.
    #[must_use]
    pub fn caller(&self, token: &Token) -> Option<Caller> {
        self.keys.caller(token)
    }

    /// Gives somebody a seat. A repeated attempt gets the same answer, or new secrets from a hub that was started since.
    /// `caller` is who asks, if a token came with it: who sits there already may have a new token without the recovery
    /// code.
    ///
    /// # Errors
    /// [`WrongCode`](HubError::WrongCode), [`DoorShut`](HubError::DoorShut), [`Full`](HubError::Full),
    /// [`SeatTaken`](HubError::SeatTaken), [`Removed`](HubError::Removed), [`Unfit`](HubError::Unfit).
    pub async fn join(&self, join: Join, caller: Option<Caller>) -> Result<Seated, HubError> {
        self.ask(|answer| Ask::Join { join, caller, answer }).await
    }

    /// Gives somebody the seat of this recovery code. The token before ends.
    ///
    /// # Errors
    /// [`WrongRecovery`](HubError::WrongRecovery), [`Removed`](HubError::Removed), and
    /// [`SitsElsewhere`](HubError::SitsElsewhere).
    pub async fn resume(&self, resume: Resume) -> Result<Seated, HubError> {
        self.ask(|answer| Ask::Resume { resume, answer }).await
    }

    /// Takes what is new of a shipment. A gap or a repetition is no error: the answer says what is here.
    ///
    /// # Errors
    /// [`Unfit`](HubError::Unfit) for events that cannot be right or are of somebody else's stream, with nothing taken.
    pub async fn take(&self, seat: &str, shipment: ShipmentIn) -> Result<Shipped, HubError> {
        let seat = seat.to_owned();
        self.ask(|answer| Ask::Take { seat, shipment, answer }).await
    }

    /// Tells a seat over its own feed what is here of a stream: the answer to
    /// [`SeatSays::Have`](brownout_core::hub::live::SeatSays::Have). Left out where too much is asked at once.
    pub fn have(&self, seat: &str, stream: String) {
        let _ = self.asks.try_send(Ask::Have { seat: seat.to_owned(), stream });
    }

    /// Keeps the record of a run; whether it is new.
    ///
    /// # Errors
    /// [`Unknown`](HubError::Unknown) where no event told of such a run of this seat, [`Unfit`](HubError::Unfit) where
    /// the record says something else than the event, [`OtherRecord`](HubError::OtherRecord) where another one is kept.
    pub async fn put_record(&self, seat: &str, record: RecordIn) -> Result<bool, HubError> {
        let seat = seat.to_owned();
        self.ask(|answer| Ask::Record { seat, record, answer }).await
    }

    /// Says that the record of this run came and cannot be kept: it is not wanted again.
    pub fn unwant(&self, seat: &str, run: &str) {
        let _ = self.asks.try_send(Ask::Unwant { seat: seat.to_owned(), run: run.to_owned() });
    }

    /// Tells what is true on a laptop now. Never waits; where too much is asked at once it is left out, the next one
    /// counts.
    pub fn pulse(&self, seat: &str, pulse: Pulse) {
        let _ = self.asks.try_send(Ask::Pulse { seat: seat.to_owned(), pulse });
    }

    /// The facilitator does something; the answer is the number of the event. With `seen`, only if nothing has happened
    /// after that number that [disturbs](WorkshopEvent::disturbs) it. A message's audience is settled by the desk; give
    /// [`door`](Self::door), [`rename`](Self::rename) and [`erase`](Self::erase) what they are for.
    ///
    /// # Errors
    /// [`Changed`](HubError::Changed), [`NoSeat`](HubError::NoSeat), and [`Unfit`](HubError::Unfit) for what cannot be
    /// done now, e.g. a step that is not in the sheet.
    pub async fn act(&self, event: WorkshopEvent, seen: Option<u64>) -> Result<u64, HubError> {
        self.ask(|answer| Ask::Do { event, seen, answer }).await
    }

    /// Opens or shuts the door, with a new join code if wanted.
    ///
    /// # Errors
    /// As every method.
    pub async fn door(&self, new_code: bool, open: bool) -> Result<u64, HubError> {
        self.ask(|answer| Ask::Door { new_code, open, answer }).await
    }

    /// Calls a seat otherwise; the answer is the name as it is shown.
    ///
    /// # Errors
    /// [`NameTaken`](HubError::NameTaken), [`NoSeat`](HubError::NoSeat).
    pub async fn rename(&self, seat: &str, name: &str) -> Result<String, HubError> {
        let (seat, name) = (seat.to_owned(), name.to_owned());
        self.ask(|answer| Ask::Rename { seat, name, answer }).await
    }

    /// Makes a new recovery code for a seat; the one before no longer opens anything.
    ///
    /// # Errors
    /// [`NoSeat`](HubError::NoSeat).
    pub async fn new_recovery(&self, seat: &str) -> Result<String, HubError> {
        let seat = seat.to_owned();
        self.ask(|answer| Ask::NewRecovery { seat, answer }).await
    }

    /// Deletes everything of a seat, for good.
    ///
    /// # Errors
    /// [`NoSeat`](HubError::NoSeat).
    pub async fn erase(&self, seat: &str) -> Result<(), HubError> {
        let seat = seat.to_owned();
        self.ask(|answer| Ask::Erase { seat, answer }).await
    }

    /// Follows the feed of this kind of watcher. `since` is the epoch and number that a screen or a facilitator's page
    /// saw last: it is then told what it missed, if that is little. Waits while too much is asked at once.
    ///
    /// # Errors
    /// [`NoSeat`](HubError::NoSeat) where the seat is not here (any more), [`Closed`](HubError::Closed).
    pub async fn watch(&self, who: Watcher, since: Option<(String, u64)>) -> Result<Watch, HubError> {
        let subscribed = self.subscribe(who.clone(), since, None).await?;
        Ok(Watch::new(self.clone(), who, subscribed))
    }

    /// Ends the desk after what was asked so far, and closes the store.
    pub async fn close(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.asks.send(Ask::Close(sender)).await.is_ok() {
            let _ = receiver.await;
        }
    }

    pub(crate) async fn subscribe(
        &self,
        who: Watcher,
        since: Option<(String, u64)>,
        token: Option<Hash>,
    ) -> Result<Subscribed, HubError> {
        let (answer, answered) = oneshot::channel();
        // Waits for a place instead of giving up: there are no more of these than connections.
        self.asks.send(Ask::Watch { who, since, token, answer }).await.map_err(|_| HubError::Closed)?;
        answered.await.map_err(|_| HubError::Closed)?
    }

    async fn ask<T>(&self, ask: impl FnOnce(Answer<T>) -> Ask) -> Result<T, HubError> {
        let (answer, answered) = oneshot::channel();
        self.asks.try_send(ask(answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => HubError::Busy,
            mpsc::error::TrySendError::Closed(_) => HubError::Closed,
        })?;
        answered.await.map_err(|_| HubError::Closed)?
    }
}
