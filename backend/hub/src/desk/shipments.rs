//! What the desk does with what panels send: events, committed in groups, and the records of runs.

use std::collections::HashMap;

use brownout_core::hub::shipment::Shipped;
use brownout_store::hub::{HubStream, KeptEvent, NewEvent, RecordKept, StreamPart};

use super::Desk;
use crate::{
    ask::{Answer, RecordIn},
    clock::hub_ms,
    error::HubError,
    intake::{self, Intake},
    seat::MOST_EVENTS,
    shipment::{EventIn, ShipmentIn},
};

/// A shipment that was looked at and waits for the commit.
pub(super) struct Pending {
    stream: HubStream,
    from: u64,
    taken_ms: u64,
    /// Those that may be new.
    events: Vec<PendingEvent>,
    seat: String,
    shipped: String,
    answer: Answer<Shipped>,
}

struct PendingEvent {
    seq: u64,
    v: u16,
    wall_ms: u64,
    body: String,
}

impl Desk {
    /// Records that will not come are wanted no more.
    pub(super) fn goes_without(&mut self, seat: &str, runs: &[String]) {
        if let Ok(seat) = self.room.seat_mut(seat) {
            runs.iter().for_each(|run| seat.refuses(run));
        }
    }

    /// Looks whether a shipment can be taken and what of it is new; what needs no commit is answered at once. `ahead` is
    /// what will be here of each stream after the commit.
    pub(super) fn look_at(
        &self,
        seat: String,
        shipment: ShipmentIn,
        answer: Answer<Shipped>,
        ahead: &mut HashMap<HubStream, u64>,
    ) -> Option<Pending> {
        match self.new_of(&seat, &shipment, ahead) {
            Ok(Some((stream, events))) => Some(Pending {
                stream,
                from: shipment.from,
                taken_ms: self.clock.now_ms(),
                events,
                seat,
                shipped: shipment.stream,
                answer,
            }),
            // What is said to be here of a stream is never what only may be: a commit before it may fail.
            Ok(None) => {
                let have = self.room.seat(&seat).ok().and_then(|seat| seat.known(&shipment.stream));
                let have = have.unwrap_or(shipment.from.saturating_sub(1));
                let _ = answer.send(self.shipped(&seat, have, 0));
                None
            }
            Err(error) => {
                let _ = answer.send(Err(error));
                None
            }
        }
    }

    fn new_of(
        &self,
        seat: &str,
        shipment: &ShipmentIn,
        ahead: &mut HashMap<HubStream, u64>,
    ) -> Result<Option<(HubStream, Vec<PendingEvent>)>, HubError> {
        let known = self.room.seat(seat)?;
        if !known.takes_part() {
            return Err(HubError::Removed);
        }
        if !known.owns(&shipment.stream) {
            return Err(HubError::unfit("these events are of a stream that does not belong to this seat."));
        }
        let workshop = self.room.workshop().id.clone();
        let stream = HubStream::Seat { workshop, seat: seat.to_owned(), stream: shipment.stream.clone() };
        let have = ahead.get(&stream).copied().or_else(|| known.known(&shipment.stream));
        let intake = intake::intake(have, shipment.from, shipment.first, shipment.events.len())?;
        intake::check(shipment)?;
        let Intake::New { have } = intake else { return Ok(None) };
        if !known.has_place_for(shipment.events.len()) {
            return Err(HubError::unfit(format!(
                "this seat has said as much as a hub takes, {MOST_EVENTS} events. Ask the facilitator for another seat."
            )));
        }
        let taken_ms = self.clock.now_ms();
        // Those that are here already go along: the store sees whether they are the same.
        let pending = |event: &EventIn| PendingEvent {
            seq: event.seq,
            v: event.v,
            wall_ms: hub_ms(event.wall_ms, shipment.sent_ms, taken_ms, known.kept().joined_ms),
            body: event.body.get().to_owned(),
        };
        let events: Vec<PendingEvent> = shipment.events.iter().map(pending).collect();
        // One part that no database can keep would fail its whole group.
        let check = new_events(&events);
        let part = StreamPart { stream: &stream, from: shipment.from, taken_ms, events: &check };
        part.check().map_err(|error| HubError::unfit(error.to_string()))?;
        ahead.insert(stream.clone(), have);
        Ok(Some((stream, events)))
    }

    /// Has the store keep what waits, in one transaction; then it is in the room, and everybody is answered.
    pub(super) async fn commit(&mut self, pending: Vec<Pending>) {
        if pending.is_empty() {
            return;
        }
        let new: Vec<Vec<NewEvent<'_>>> = pending.iter().map(|pending| new_events(&pending.events)).collect();
        let parts: Vec<StreamPart<'_>> = pending
            .iter()
            .zip(&new)
            .map(|(pending, events)| StreamPart {
                stream: &pending.stream,
                from: pending.from,
                taken_ms: pending.taken_ms,
                events,
            })
            .collect();
        let appended = match self.store.append(&parts).await {
            Ok(appended) => appended,
            Err(error) => {
                tracing::warn!(%error, "a group of shipments could not be kept; their panels send them again");
                self.stale = true;
                let error = HubError::from(error);
                for pending in pending {
                    let _ = pending.answer.send(Err(error.again()));
                }
                return;
            }
        };
        for (pending, appended) in pending.into_iter().zip(appended) {
            let Some(appended) = appended else {
                let _ = pending.answer.send(Err(HubError::NoSeat));
                continue;
            };
            let before = self.room.seat(&pending.seat).ok().and_then(|seat| seat.known(&pending.shipped));
            let had = appended.have - appended.new;
            // More is kept than the room has: an earlier commit of which nobody heard.
            self.stale |= before.is_some_and(|before| had > before);
            if appended.differing > 0 {
                self.room.differing += appended.differing;
                tracing::warn!(
                    seat = pending.seat,
                    stream = pending.shipped,
                    events = appended.differing,
                    "events came again with another content: was a panel's database copied? The first ones count"
                );
            }
            let new = pending.events.into_iter().filter(|event| event.seq > had && event.seq <= appended.have);
            for (event, place) in new.zip(appended.place..) {
                let PendingEvent { seq, v, wall_ms, body } = event;
                let (stream, taken_ms) = (pending.stream.clone(), pending.taken_ms);
                self.room.take(&KeptEvent { place, stream, seq, v, wall_ms, taken_ms, body });
            }
            self.publisher.touch();
            let new = u32::try_from(appended.new).unwrap_or(u32::MAX);
            let _ = pending.answer.send(self.shipped(&pending.seat, appended.have, new));
            self.publisher.have(&self.room, &pending.seat, &pending.shipped);
        }
    }

    fn shipped(&self, seat: &str, have: u64, new: u32) -> Result<Shipped, HubError> {
        let wanted = self.room.wanted(self.room.seat(seat)?);
        Ok(Shipped { have, new, wanted, now_ms: self.clock.now_ms() })
    }

    pub(super) async fn record(&mut self, seat: &str, record: RecordIn) -> Result<bool, HubError> {
        self.up_to_date().await?;
        let known = self.room.seat_mut(seat)?;
        let unknown = || HubError::Unknown { what: "run", id: brownout_core::name::shown_text(&record.run, 40) };
        let told = &known.run(&record.run).ok_or_else(unknown)?.told;
        let said = (&*told.run, &*told.scenario, told.score, told.ranked);
        if (&*record.says_run, &*record.scenario, record.score, record.ranked) != said {
            known.refuses(&record.run);
            return Err(HubError::unfit("the record says something else of this run than the panel told before."));
        }
        let RecordIn { run, digest, gzip, .. } = record;
        match self.store.put_record(seat, &run, &digest, &gzip).await? {
            RecordKept::Other => Err(HubError::OtherRecord { run }),
            RecordKept::NoSeat => Err(HubError::NoSeat),
            kept @ (RecordKept::New | RecordKept::Same) => {
                self.room.seat_mut(seat)?.has_record(&run);
                self.publisher.touch_row();
                Ok(kept == RecordKept::New)
            }
        }
    }
}

fn new_events(events: &[PendingEvent]) -> Vec<NewEvent<'_>> {
    let mut new = Vec::with_capacity(events.len());
    for PendingEvent { seq, v, wall_ms, body } in events {
        new.push(NewEvent { seq: *seq, v: *v, wall_ms: *wall_ms, body });
    }
    new
}
