//! What somebody is told first who begins to watch.

use std::{collections::VecDeque, sync::Arc};

use brownout_core::hub::{
    clock::{Agenda, WrapUp},
    live::{FacilitatorSnapshot, HubMessage, SeatSnapshot},
    message::Message,
    seat::WorkshopCard,
};
use brownout_store::hub::Hash;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Publisher;
use crate::{
    error::HubError,
    room::Room,
    watch::{Subscribed, Watcher},
};

impl Publisher {
    /// Somebody wants to watch: gives what to send first, and what comes from now on.
    pub(crate) fn subscribe(
        &mut self,
        room: &mut Room,
        who: &Watcher,
        since: Option<(String, u64)>,
        token: Option<Hash>,
        now_ms: u64,
    ) -> Result<Subscribed, HubError> {
        let mut opens = None;
        if let Watcher::Seat(id) = who {
            let seat = room.seat_mut(id)?;
            opens.clone_from(&seat.kept().token);
            if opens.is_none() {
                return Err(HubError::Removed);
            }
            if token.is_some() && token != opens {
                return Err(HubError::SeatTaken);
            }
            seat.now.online = true;
            seat.heard_ms = seat.heard_ms.max(now_ms);
            self.touch();
        }
        self.refresh(room, now_ms);
        let epoch = self.epoch_of(who);
        let known = since.filter(|(known, _)| *known == epoch).map(|(_, seq)| seq);
        let (feed, own) = match who {
            Watcher::Seat(id) => {
                let own = self.seats.subscribe_own(id);
                (&self.seats, Some(own))
            }
            Watcher::Screen => (&self.screens, None),
            Watcher::Facilitator => {
                self.refresh_rows(room, now_ms);
                (&self.facilitators, None)
            }
        };
        // What is for a seat alone is not kept, so a seat always begins anew.
        let missed = known.filter(|_| own.is_none()).and_then(|seq| feed.since(seq));
        let (all, seq) = (feed.subscribe(), feed.seq());
        let mut first = VecDeque::new();
        match missed {
            Some(missed) => {
                first.push_back(text(&HubMessage::Resumed { epoch })?);
                first.extend(missed);
            }
            None => first.push_back(self.hello(room, who, seq, now_ms)?),
        }
        Ok(Subscribed { first, all, own, token: opens })
    }

    /// The numbers of one feed mean nothing in another: a page that has become another's kind begins anew.
    fn epoch_of(&self, who: &Watcher) -> String {
        match who {
            Watcher::Seat(_) => self.epoch.to_string(),
            Watcher::Screen => format!("{}-screen", self.epoch),
            Watcher::Facilitator => format!("{}-facilitator", self.epoch),
        }
    }

    /// What the three feeds share is made into text once, for all snapshots until it changes.
    fn hello(&mut self, room: &Room, who: &Watcher, seq: u64, now_ms: u64) -> Result<Arc<str>, HubError> {
        let epoch = self.epoch_of(who);
        let told = match who {
            Watcher::Seat(_) | Watcher::Screen => &mut self.shown,
            Watcher::Facilitator => &mut self.live,
        };
        let board = told.text()?;
        let (said, seat) = match who {
            Watcher::Seat(id) => (room.said_to(room.seat(id)?), Some(room.seat_snapshot(id)?)),
            Watcher::Screen => (room.said_to_all(), None),
            Watcher::Facilitator => (room.stage().said.clone(), None),
        };
        let facilitator = (*who == Watcher::Facilitator).then(|| FacilitatorSnapshot {
            upto: room.upto(),
            sheet: room.stage().sheet.clone(),
            code: room.stage().code.clone(),
            open: room.stage().open,
            grid: self.grid.clone(),
            ready: self.ready.clone(),
        });
        let (workshop, agenda) = (room.card(now_ms), room.agenda(now_ms));
        let snapshot =
            Snapshot { workshop: &workshop, board, agenda: &agenda, wrap_up: &self.wrap_up, said, seat, facilitator };
        text(&Hello { kind: "hello", epoch: &epoch, seq, snapshot })
    }
}

/// [`HubMessage::Hello`] around parts that are text already.
#[derive(Serialize)]
struct Hello<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    epoch: &'a str,
    seq: u64,
    snapshot: Snapshot<'a>,
}

/// [`HubSnapshot`](brownout_core::hub::live::HubSnapshot), likewise.
#[derive(Serialize)]
struct Snapshot<'a> {
    workshop: &'a WorkshopCard,
    board: &'a RawValue,
    agenda: &'a Agenda,
    wrap_up: &'a WrapUp,
    said: Vec<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seat: Option<SeatSnapshot>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facilitator: Option<FacilitatorSnapshot>,
}

fn text(message: &impl Serialize) -> Result<Arc<str>, HubError> {
    serde_json::to_string(message).map(Into::into).map_err(|error| HubError::unwritten(&error))
}
