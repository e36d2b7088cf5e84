//! How a desk is opened, and what a workshop begins with.

use std::sync::Arc;

use brownout_core::{hub::event::WorkshopEvent, workshop::Workshop};
use brownout_store::hub::{Hash, HubStore, KeptWorkshop, Secret};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Desk, Links, WAITING, attempts::Attempts};
use crate::{
    clock::Clock, code, error::HubError, handle::DeskHandle, keys::Keys, publisher::Publisher, room::Room, seat::Seat,
};

/// What a desk is opened with.
#[derive(Debug, Clone)]
pub struct DeskOptions {
    /// What the facilitator calls the workshop. One that is kept under this name goes on.
    pub name: String,
    /// Its run sheet, if it is a new one.
    pub sheet: Workshop,
    /// Seats at most.
    pub most_seats: usize,
    /// Whether the facilitator's and the screen's tokens are made anew; those before end.
    pub new_links: bool,
    /// The hub's clock.
    pub clock: Clock,
}

/// What comes of opening a desk.
#[derive(Debug)]
pub struct Opened {
    /// For whoever asks.
    pub handle: DeskHandle,
    /// The task: to be run.
    pub desk: Desk,
    /// Tokens of the facilitator and the screen, where they are new: the only time that they are told.
    pub links: Option<Links>,
    /// The join code.
    pub code: String,
}

impl Desk {
    /// Opens the workshop of this name, or goes on with it. The store is this desk's alone from now on.
    ///
    /// # Errors
    /// When the database refuses, another hub has the workshop, or no secret can be made.
    pub async fn open(store: Arc<dyn HubStore>, options: DeskOptions) -> Result<Opened, HubError> {
        let DeskOptions { name, sheet, most_seats, new_links, clock } = options;
        store.claim(&name).await?;
        let known = store.workshop(&name).await?;
        let (mut workshop, mut links) = match known {
            Some(known) => (known, None),
            None => {
                let links = Links::fresh()?;
                let id = Uuid::new_v4().to_string();
                let (facilitator, screen) = (links.facilitator.hash(), links.screen.hash());
                let workshop = KeptWorkshop { id, name, created_ms: clock.now_ms(), facilitator, screen };
                store.open_workshop(&workshop).await?;
                (workshop, Some(links))
            }
        };
        if new_links && links.is_none() {
            let fresh = Links::fresh()?;
            (workshop.facilitator, workshop.screen) = (fresh.facilitator.hash(), fresh.screen.hash());
            store.set_secret(&workshop.id, Secret::Facilitator, &workshop.facilitator).await?;
            store.set_secret(&workshop.id, Secret::Screen, &workshop.screen).await?;
            links = Some(fresh);
        }
        let room = Room::load(&*store, workshop).await?;
        let clock = clock.not_before(room.taken_ms());
        let epoch: Arc<str> = Uuid::new_v4().to_string().into();
        let workshop = room.workshop();
        let (sender, asks) = mpsc::channel(WAITING);
        let keys = Keys::new(workshop.facilitator.clone(), workshop.screen.clone(), room.seats().filter_map(key_of));
        let handle = DeskHandle {
            asks: sender,
            keys: keys.clone(),
            store: store.clone(),
            workshop: workshop.id.as_str().into(),
            epoch: epoch.clone(),
        };
        let publisher = Publisher::new(epoch, &room, clock.now_ms());
        let mut desk = Desk {
            store,
            asks,
            keys,
            clock,
            most_seats,
            room,
            publisher,
            attempts: Attempts::default(),
            erased: Vec::new(),
            stale: false,
            refused: None,
        };
        desk.begin(sheet).await?;
        desk.settle_removed().await?;
        let code = desk.room.stage().code.clone();
        Ok(Opened { handle, desk, links, code })
    }

    /// What a workshop begins with, as far as it is not there: an earlier hub may have ended in between.
    async fn begin(&mut self, sheet: Workshop) -> Result<(), HubError> {
        if self.room.upto() == 0 {
            let name = self.room.workshop().name.clone();
            self.append(WorkshopEvent::Opened { name, sheet }).await?;
        }
        if self.room.stage().code.is_empty() {
            let code = code::join()?;
            self.append(WorkshopEvent::Door { code, open: true }).await?;
        }
        Ok(())
    }
}

fn key_of(seat: &Seat) -> Option<(Hash, String)> {
    Some((seat.kept().token.clone()?, seat.kept().id.clone()))
}
