//! What a server asks that changes nothing.

use brownout_core::{
    hub::{
        archive::{Archive, Summary},
        clock::Agenda,
        live::{SeatReadiness, SeatSnapshot},
        page::{HandView, Person, SurveyResults},
        row::{GridRow, HubBoard},
        seat::WorkshopCard,
    },
    workshop::Workshop,
};

use super::DeskHandle;
use crate::{
    archive,
    ask::{Answer, Ask},
    board::Face,
    error::HubError,
    export::Key,
    room::{Room, raised},
};

impl DeskHandle {
    /// The record of a run, gzip.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record(&self, seat: &str, run: &str) -> Result<Option<Vec<u8>>, HubError> {
        Ok(self.store.record(seat, run).await?)
    }

    /// The board as seats and screens see it, or as facilitators do.
    ///
    /// # Errors
    /// As every method.
    pub async fn board(&self, face: Face) -> Result<HubBoard, HubError> {
        self.ask(|answer| Ask::Board { face, answer }).await
    }

    /// The agenda now.
    ///
    /// # Errors
    /// As every method.
    pub async fn agenda(&self) -> Result<Agenda, HubError> {
        self.look(Room::agenda).await
    }

    /// What a participant may know of the workshop.
    ///
    /// # Errors
    /// As every method.
    pub async fn card(&self) -> Result<WorkshopCard, HubError> {
        self.look(Room::card).await
    }

    /// The grid now, who needs help first.
    ///
    /// # Errors
    /// As every method.
    pub async fn grid(&self) -> Result<Vec<GridRow>, HubError> {
        self.look(Room::grid).await
    }

    /// How ready the laptops are.
    ///
    /// # Errors
    /// As every method.
    pub async fn readiness(&self) -> Result<Vec<SeatReadiness>, HubError> {
        self.look(|room, _| room.readiness()).await
    }

    /// The run sheet, and the number of the workshop's last event.
    ///
    /// # Errors
    /// As every method.
    pub async fn sheet(&self) -> Result<(u64, Workshop), HubError> {
        self.look(|room, _| (room.upto(), room.stage().sheet.clone())).await
    }

    /// The join code, and whether anybody is taken.
    ///
    /// # Errors
    /// As every method.
    pub async fn join_code(&self) -> Result<(String, bool), HubError> {
        self.look(|room, _| (room.stage().code.clone(), room.stage().open)).await
    }

    /// What a seat is told of itself.
    ///
    /// # Errors
    /// [`NoSeat`](HubError::NoSeat).
    pub async fn seat(&self, seat: &str) -> Result<SeatSnapshot, HubError> {
        let seat = seat.to_owned();
        self.look(move |room, _| room.seat_snapshot(&seat)).await?
    }

    /// One participant, for the facilitator.
    ///
    /// # Errors
    /// [`NoSeat`](HubError::NoSeat).
    pub async fn person(&self, seat: &str) -> Result<Person, HubError> {
        let seat = seat.to_owned();
        self.look(move |room, now_ms| room.person(&seat, now_ms)).await?
    }

    /// A hand that was raised, with its note and the code that was shown with it.
    ///
    /// # Errors
    /// [`NoSeat`](HubError::NoSeat), [`Unknown`](HubError::Unknown).
    pub async fn hand(&self, seat: &str, hand: &str) -> Result<HandView, HubError> {
        let (of, id) = (seat.to_owned(), hand.to_owned());
        let place = self.look(move |room, _| room.place_of_hand(&of, &id)).await??;
        let unknown = || HubError::Unknown { what: "hand", id: hand.to_owned() };
        let events = self.store.events(&self.workshop, place.saturating_sub(1), 1).await?;
        let event = events.into_iter().find(|event| event.place == place).ok_or_else(unknown)?;
        raised(&event).filter(|view| view.hand.hand == hand).ok_or_else(unknown)
    }

    /// Takeaways that were ticked and answers that were given, counted.
    ///
    /// # Errors
    /// As every method.
    pub async fn survey(&self) -> Result<SurveyResults, HubError> {
        self.look(|room, _| room.survey()).await
    }

    /// Counts over all: what the next workshop should know. Reads the whole log.
    ///
    /// # Errors
    /// As every method.
    pub async fn summary(&self) -> Result<Summary, HubError> {
        Ok(self.archive().await?.summary)
    }

    /// The workshop as one file. Reads the whole log.
    ///
    /// # Errors
    /// As every method.
    pub async fn archive(&self) -> Result<Archive, HubError> {
        let (room, now_ms) = self.look(|room, now_ms| (room.clone(), now_ms)).await?;
        archive::archive(&*self.store, &room, now_ms).await
    }

    /// What signs the exports of a seat's panel: see [`export`](crate::export).
    ///
    /// # Errors
    /// [`NoSeat`](HubError::NoSeat), [`Removed`](HubError::Removed).
    pub async fn export_key(&self, seat: &str) -> Result<Key, HubError> {
        let seat = seat.to_owned();
        self.look(move |room, _| {
            let token = room.seat(&seat)?.kept().token.clone().ok_or(HubError::Removed)?;
            Ok(Key::of(&token))
        })
        .await?
    }

    /// Looks at the room as it is at one instant. What is done there keeps everybody waiting: keep it short.
    ///
    /// # Errors
    /// As every method.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Room, u64) -> T + Send + 'static,
    ) -> Result<T, HubError> {
        self.ask(|answer: Answer<T>| {
            Ask::Look(Box::new(move |room, now_ms| {
                let _ = answer.send(Ok(look(room, now_ms)));
            }))
        })
        .await
    }
}
