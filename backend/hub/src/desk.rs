//! The desk: the one writer of a workshop. It takes what is asked, has the store keep it, and changes the room only after
//! that. No locks, no order to puzzle over; SQLite's one writer is no special case.

mod attempts;
mod conduct;
mod links;
mod opening;
mod seating;
mod shipments;

use std::{collections::HashMap, sync::Arc, time::Duration};

use brownout_store::hub::{HubStore, HubStoreError, HubStream};
use tokio::{
    sync::{mpsc, oneshot},
    time::{self, Instant, MissedTickBehavior},
};

use self::{attempts::Attempts, seating::REMOVED, shipments::Pending};
pub use self::{
    links::Links,
    opening::{DeskOptions, Opened},
};
use crate::{ask::Ask, clock::Clock, error::HubError, keys::Keys, publisher::Publisher, room::Room};

/// Asks that wait at most. One more is told to try again: [`HubError::Busy`].
pub const WAITING: usize = 1_024;
/// Asks that are done at once: what came with shipments is committed together.
const TOGETHER: usize = 64;
/// What has changed is told so often.
const TURN: Duration = Duration::from_millis(100);

/// A database that was away is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// The one writer of a workshop.
#[derive(Debug)]
pub struct Desk {
    store: Arc<dyn HubStore>,
    asks: mpsc::Receiver<Ask>,
    keys: Keys,
    clock: Clock,
    most_seats: usize,
    room: Room,
    publisher: Publisher,
    attempts: Attempts,
    /// Seats of which the workshop's stream does not say yet that they were erased.
    erased: Vec<String>,
    /// Whether the room may lack something that is kept: a commit failed, and nobody knows how far it got; or other
    /// events count now than before.
    stale: bool,
    /// When folding the room anew failed last, and why.
    refused: Option<(Instant, HubError)>,
}

impl Desk {
    /// Does what is asked until nobody can ask any more or [`DeskHandle::close`] was called, then closes the store.
    pub async fn run(mut self) {
        let mut turn = time::interval(TURN);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut asks = Vec::with_capacity(TOGETHER);
        let closed = loop {
            tokio::select! {
                count = self.asks.recv_many(&mut asks, TOGETHER) => {
                    if count == 0 {
                        break None;
                    }
                    if let Some(closed) = self.group(&mut asks).await {
                        break Some(closed);
                    }
                }
                _ = turn.tick() => {
                    let now_ms = self.clock.now_ms();
                    self.attempts.forget_old(now_ms);
                    self.publisher.turn(&mut self.room, now_ms);
                }
            }
        };
        // Who still waits is told that nobody answers.
        drop(self.asks);
        self.store.close().await;
        if let Some(closed) = closed {
            let _ = closed.send(());
        }
    }

    /// Does a group in its order; shipments that stand next to each other are committed together. Gives the one who
    /// wants the desk to end.
    async fn group(&mut self, asks: &mut Vec<Ask>) -> Option<oneshot::Sender<()>> {
        let mut pending: Vec<Pending> = Vec::new();
        let mut ahead: HashMap<HubStream, u64> = HashMap::new();
        let mut end = None;
        for ask in asks.drain(..) {
            match ask {
                Ask::Take { seat, shipment, answer } => {
                    if let Err(error) = self.up_to_date().await {
                        let _ = answer.send(Err(error));
                        continue;
                    }
                    self.goes_without(&seat, &shipment.without);
                    pending.extend(self.look_at(seat, shipment, answer, &mut ahead));
                }
                Ask::Pulse { seat, pulse } => {
                    let now_ms = self.clock.now_ms();
                    if let Ok(seat) = self.room.seat_mut(&seat) {
                        seat.hears(pulse, now_ms);
                        self.publisher.touch_row();
                    }
                }
                Ask::Close(closed) => end = Some(closed),
                ask => {
                    self.commit(std::mem::take(&mut pending)).await;
                    ahead.clear();
                    self.one(ask).await;
                }
            }
        }
        self.commit(pending).await;
        self.settle_erased().await;
        end
    }

    async fn one(&mut self, ask: Ask) {
        let now_ms = self.clock.now_ms();
        // Who no longer waits for an answer is none of the desk's business, hence `let _`.
        match ask {
            Ask::Join { join, caller, answer } => {
                let _ = answer.send(self.join(join, caller).await);
            }
            Ask::Resume { resume, answer } => {
                let _ = answer.send(self.resume(resume).await);
            }
            Ask::Have { seat, stream } => self.publisher.have(&self.room, &seat, &stream),
            Ask::Record { seat, record, answer } => {
                let _ = answer.send(self.record(&seat, record).await);
            }
            Ask::Unwant { seat, run } => {
                if let Ok(seat) = self.room.seat_mut(&seat) {
                    seat.refuses(&run);
                }
            }
            Ask::Do { event, seen, answer } => {
                let _ = answer.send(self.act(event, seen).await);
            }
            Ask::Door { new_code, open, answer } => {
                let _ = answer.send(self.door(new_code, open).await);
            }
            Ask::Rename { seat, name, answer } => {
                let _ = answer.send(self.rename(&seat, &name).await);
            }
            Ask::NewRecovery { seat, answer } => {
                let _ = answer.send(self.new_recovery(&seat).await);
            }
            Ask::Erase { seat, answer } => {
                let _ = answer.send(self.erase(&seat).await);
            }
            Ask::Watch { who, since, token, answer } => {
                let _ = answer.send(self.publisher.subscribe(&mut self.room, &who, since, token, now_ms));
            }
            Ask::Board { face, answer } => {
                let _ = answer.send(Ok(self.publisher.board(&self.room, face, now_ms)));
            }
            Ask::Look(look) => look(&self.room, now_ms),
            // Done in the group.
            Ask::Take { .. } | Ask::Pulse { .. } | Ask::Close(_) => {}
        }
    }

    /// Passes on what a database said; after an error nobody knows what it did.
    fn heard<T>(&mut self, answer: Result<T, HubStoreError>) -> Result<T, HubError> {
        answer.map_err(|error| {
            self.stale = true;
            HubError::from(error)
        })
    }

    /// Tells what the room `before` did not know: what was kept by a commit of which nobody heard.
    fn catch_up(&mut self, before: &Room) {
        for seat in before.seats() {
            let id = &seat.kept().id;
            let now = self.room.seat(id).map(|now| now.takes_part());
            if now.is_err() {
                self.erased_seat(id);
            } else if seat.takes_part() && now.is_ok_and(|takes_part| !takes_part) {
                self.publisher.end(id, REMOVED);
            }
        }
        for envelope in self.room.log().iter().filter(|envelope| envelope.seq > before.upto()) {
            self.publisher.happened(&self.room, envelope);
        }
    }

    /// Folds the room anew where it may lack something that is kept.
    async fn up_to_date(&mut self) -> Result<(), HubError> {
        if !self.stale {
            return Ok(());
        }
        // A database that is away is not waited for by one after the other.
        if let Some((since, error)) = &self.refused
            && since.elapsed() < AGAIN
        {
            return Err(error.again());
        }
        let fresh = match Room::load(&*self.store, self.room.workshop().clone()).await {
            Ok(fresh) => fresh,
            Err(error) => {
                self.refused = Some((Instant::now(), error.again()));
                return Err(error);
            }
        };
        self.refused = None;
        let before = std::mem::replace(&mut self.room, fresh);
        self.catch_up(&before);
        self.room.carry(before);
        for seat in self.room.seats() {
            self.keys.give(&seat.kept().id, seat.kept().token.clone());
        }
        self.publisher.touch();
        self.stale = false;
        self.settle_removed().await
    }
}
