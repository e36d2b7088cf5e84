//! Everything that is known of a workshop, in memory: a fold of the logs of its seats and of the facilitator's.
//!
//! The room is read at once and changed by events alone, so that a restart that folds the logs again has the same room.
//! What is true now and stands in no log ([`Now`](crate::seat::Now)) is carried over by hand.

mod load;
mod look;
mod person;
mod said;

use std::collections::{BTreeMap, HashMap};

use brownout_core::{
    event::{Body, SessionEvent},
    hub::event::{WorkshopEnvelope, WorkshopEvent},
};
use brownout_store::hub::{HubStream, KeptEvent, KeptSeat, KeptWorkshop};

use self::said::blanked;
pub(crate) use self::{load::each_event, person::raised, said::on_the_wall};
use crate::{
    board::Standing,
    error::HubError,
    seat::{At, Seat},
    stage::Stage,
};

/// What comes so long before the first step belongs to it, ms.
const BEFORE_THE_START: u64 = 5 * 60_000;

/// Everything that is known of a workshop.
#[derive(Debug, Clone)]
pub struct Room {
    workshop: KeptWorkshop,
    log: Vec<WorkshopEnvelope>,
    stage: Stage,
    /// What is older is kept and not counted, hub's clock.
    counts_from: Option<u64>,
    /// In the order of joining.
    seats: BTreeMap<u64, Seat>,
    joined: HashMap<String, u64>,
    /// What stood when the board was frozen, by the number of that event.
    frozen: BTreeMap<u64, Vec<Standing>>,
    /// Where in the log the last event stands that was folded, and when it was taken.
    place: u64,
    taken_ms: u64,
    /// Events of seats that came with another body than they have here: a database was copied.
    pub(crate) differing: u64,
}

impl Room {
    fn new(workshop: KeptWorkshop) -> Room {
        Room {
            workshop,
            log: Vec::new(),
            stage: Stage::default(),
            counts_from: None,
            seats: BTreeMap::new(),
            joined: HashMap::new(),
            frozen: BTreeMap::new(),
            place: 0,
            taken_ms: 0,
            differing: 0,
        }
    }

    // What changes it.

    /// Somebody has taken a seat, or sits on it again.
    pub(crate) fn sit(&mut self, kept: KeptSeat) {
        let (id, place) = (kept.id.clone(), kept.place);
        match self.seats.get_mut(&place) {
            Some(seat) => *seat.kept_mut() = kept,
            None => {
                self.joined.insert(id, place);
                self.seats.insert(place, Seat::new(kept));
            }
        }
    }

    /// A seat was erased.
    pub(crate) fn erase(&mut self, seat: &str) {
        if let Some(place) = self.joined.remove(seat) {
            self.seats.remove(&place);
        }
        self.frozen.values_mut().for_each(|standings| standings.retain(|standing| standing.seat != seat));
        for envelope in &mut self.log {
            if let Body::Known(event) = &mut envelope.body
                && let Some(blank) = blanked(event, seat)
            {
                *event = blank;
            }
        }
        self.stage = Stage::of(&self.log);
    }

    /// Folds an event that is kept. Whether other events count now than before: then the room has to be folded anew.
    pub(crate) fn take(&mut self, event: &KeptEvent) -> bool {
        (self.place, self.taken_ms) = (self.place.max(event.place), self.taken_ms.max(event.taken_ms));
        match &event.stream {
            HubStream::Workshop { .. } => self.take_own(event),
            HubStream::Seat { seat, stream, .. } => {
                let counts = self.counts(event.wall_ms);
                let at = At { ms: event.wall_ms, taken_ms: event.taken_ms, place: event.place, counts };
                if let Ok(seat) = self.seat_mut(seat) {
                    let body: Option<Body<SessionEvent>> = serde_json::from_str(&event.body).ok();
                    seat.take(stream, event.seq, body.as_ref().and_then(Body::known), at);
                }
                false
            }
        }
    }

    fn take_own(&mut self, event: &KeptEvent) -> bool {
        // What is no JSON was written by nobody; its number is kept all the same, or the next would leave a gap.
        let body = serde_json::from_str(&event.body).unwrap_or(Body::Unknown(serde_json::Value::Null));
        match &body {
            Body::Known(WorkshopEvent::Frozen) => {
                // Folded anew, everybody sits here already who came later.
                let here = |seat: &&Seat| seat.kept().joined_ms <= event.taken_ms;
                let standings = self.seats().filter(here).map(Standing::of).collect();
                self.frozen.insert(event.seq, standings);
            }
            Body::Known(WorkshopEvent::Helped { seat, hand }) => {
                if let Ok(seat) = self.seat_mut(seat) {
                    seat.helped(hand);
                }
            }
            _ => {}
        }
        self.log.push(WorkshopEnvelope {
            v: event.v,
            stream: format!("workshop/{}", self.workshop.id),
            seq: event.seq,
            wall_ms: event.wall_ms,
            run_us: None,
            body,
        });
        match self.log.last().map(|last| (last, last.body.known())) {
            // As if what was undone had never been: that takes everything anew.
            Some((_, Some(WorkshopEvent::Undone { .. }))) => self.stage = Stage::of(&self.log),
            Some((last, Some(event))) => self.stage.apply(event, last.seq, last.wall_ms),
            _ => {}
        }
        counts_from(&self.stage) != self.counts_from
    }

    pub(crate) fn seat_mut(&mut self, seat: &str) -> Result<&mut Seat, HubError> {
        let place = self.joined.get(seat).ok_or(HubError::NoSeat)?;
        self.seats.get_mut(place).ok_or(HubError::NoSeat)
    }

    pub(crate) fn seats_mut(&mut self) -> impl Iterator<Item = &mut Seat> {
        self.seats.values_mut()
    }

    // What is read from it.

    /// What the facilitator has made of it.
    #[must_use]
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The workshop as the store keeps it.
    #[must_use]
    pub fn workshop(&self) -> &KeptWorkshop {
        &self.workshop
    }

    /// Number of the last event of the workshop's own stream.
    #[must_use]
    pub fn upto(&self) -> u64 {
        self.log.last().map_or(0, |last| last.seq)
    }

    /// The workshop's own stream.
    #[must_use]
    pub fn log(&self) -> &[WorkshopEnvelope] {
        &self.log
    }

    /// Where in the log of all streams the last event stands.
    #[must_use]
    pub fn place(&self) -> u64 {
        self.place
    }

    /// The hub's clock at the last event.
    #[must_use]
    pub fn taken_ms(&self) -> u64 {
        self.taken_ms
    }

    /// What happened before this counts for nothing, hub's clock; `None` before the first step.
    #[must_use]
    pub fn counts_from(&self) -> Option<u64> {
        self.counts_from
    }

    /// Whether what happened then counts.
    #[must_use]
    pub fn counts(&self, ms: u64) -> bool {
        self.counts_from.is_none_or(|from| ms >= from)
    }

    /// Events that came with another body than they have here: more than none where a database was copied.
    #[must_use]
    pub fn differing(&self) -> u64 {
        self.differing
    }

    /// All seats in the order of joining, those that were taken out too.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.seats.values()
    }

    /// Seats that take part, in the order of joining.
    pub fn participants(&self) -> impl Iterator<Item = &Seat> {
        self.seats().filter(|seat| seat.takes_part())
    }

    /// A seat.
    ///
    /// # Errors
    /// [`HubError::NoSeat`].
    pub fn seat(&self, seat: &str) -> Result<&Seat, HubError> {
        let place = self.joined.get(seat).ok_or(HubError::NoSeat)?;
        self.seats.get(place).ok_or(HubError::NoSeat)
    }

    /// Whether another seat than this one has such a name.
    #[must_use]
    pub fn has_name(&self, key: &str, but: &str) -> bool {
        self.seats().any(|seat| seat.kept().name_key == key && seat.kept().id != but)
    }
}

/// From when on things count: the first step, and a little before it.
fn counts_from(stage: &Stage) -> Option<u64> {
    stage.began_ms.map(|began| began.saturating_sub(BEFORE_THE_START))
}
