//! A room is folded from what the store keeps.

use brownout_store::hub::{HubStore, KeptEvent, KeptWorkshop};

use super::{Room, counts_from};
use crate::error::HubError;

/// Events that are read at once from the store.
const PAGE: u32 = 1_000;

impl Room {
    /// Folds everything that is kept of a workshop. The logs are read twice: what counts of a seat is known only when
    /// the first step has begun.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn load(store: &dyn HubStore, workshop: KeptWorkshop) -> Result<Room, HubError> {
        let mut first = Room::new(workshop.clone());
        each_event(store, &workshop.id, |event| {
            if event.stream.seat().is_none() {
                first.take(event);
            }
        })
        .await?;
        let mut room = Room::new(workshop);
        room.counts_from = counts_from(&first.stage);
        for seat in store.seats(&room.workshop.id).await? {
            room.sit(seat);
        }
        let id = room.workshop.id.clone();
        each_event(store, &id, |event| {
            room.take(event);
        })
        .await?;
        for record in store.records(&id).await? {
            if let Ok(seat) = room.seat_mut(&record.seat) {
                seat.has_record(&record.run);
            }
        }
        Ok(room)
    }

    /// Takes over what stands in no log from the room before.
    pub(crate) fn carry(&mut self, before: Room) {
        for old in before.seats.into_values() {
            if let Ok(seat) = self.seat_mut(&old.kept().id) {
                (seat.heard_ms, seat.now) = (seat.heard_ms.max(old.heard_ms), old.now);
            }
        }
        self.differing = before.differing;
    }
}

/// Reads the whole log of a workshop, page by page.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn each_event(
    store: &dyn HubStore,
    workshop: &str,
    mut take: impl FnMut(&KeptEvent),
) -> Result<(), HubError> {
    let mut after = 0;
    loop {
        let page = store.events(workshop, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.place;
        page.iter().for_each(&mut take);
    }
}
