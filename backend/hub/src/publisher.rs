//! What goes out: the three feeds, and what they were told last. What changed is found by comparing, so that nothing has
//! to be remembered to be told.

mod hello;
mod said;
mod told;

use std::sync::Arc;

use brownout_core::hub::{
    clock::{Agenda, WrapUp},
    live::{HubItem, SeatReadiness},
    row::{GridRow, HubBoard},
};

use self::told::Told;
use crate::{board::Face, feed::Feed, grid, room::Room};

/// Facilitators get changes of the grid at most so often, ms.
const GRID_MS: u64 = 250;
/// Without a change the grid is looked through so often, ms: who is stuck becomes so by the clock.
const LOOK_MS: u64 = 1_000;
/// Where only the group went on, everybody is told at most so often, ms.
const GROUP_MS: u64 = 1_000;
/// A page that hears nothing for longer than two of these takes its connection for dead, ms. Panels are pinged instead.
const BEAT_MS: u64 = 20_000;

/// The feeds, and what was told.
#[derive(Debug)]
pub(crate) struct Publisher {
    epoch: Arc<str>,
    seats: Feed,
    screens: Feed,
    facilitators: Feed,
    shown: Told,
    live: Told,
    agenda: Agenda,
    agenda_ms: u64,
    wrap_up: WrapUp,
    grid: Vec<GridRow>,
    ready: Vec<SeatReadiness>,
    presence_ms: u64,
    grid_ms: u64,
    beat_ms: u64,
    /// Whether board, agenda or rows may have changed since.
    dirty: bool,
    rows_dirty: bool,
}

impl Publisher {
    pub(crate) fn new(epoch: Arc<str>, room: &Room, now_ms: u64) -> Publisher {
        let mut publisher = Publisher {
            epoch,
            seats: Feed::new(),
            screens: Feed::new(),
            facilitators: Feed::new(),
            shown: Told::default(),
            live: Told::default(),
            agenda: Agenda::default(),
            agenda_ms: 0,
            wrap_up: WrapUp::default(),
            grid: Vec::new(),
            ready: Vec::new(),
            presence_ms: 0,
            grid_ms: 0,
            beat_ms: now_ms,
            dirty: true,
            rows_dirty: true,
        };
        publisher.refresh(room, now_ms);
        publisher
    }

    /// Something has happened in the room.
    pub(crate) fn touch(&mut self) {
        (self.dirty, self.rows_dirty) = (true, true);
    }

    /// Something of a row has changed that is on no board.
    pub(crate) fn touch_row(&mut self) {
        self.rows_dirty = true;
    }

    /// The board as it was told last, brought up to date.
    pub(crate) fn board(&mut self, room: &Room, face: Face, now_ms: u64) -> HubBoard {
        self.refresh(room, now_ms);
        match face {
            Face::Shown => self.shown.board().clone(),
            Face::Live => self.live.board().clone(),
        }
    }

    /// Tells what has changed; to be called some ten times a second.
    pub(crate) fn turn(&mut self, room: &mut Room, now_ms: u64) {
        if now_ms.saturating_sub(self.presence_ms) >= GRID_MS {
            self.presence_ms = now_ms;
            self.presence(room);
        }
        self.refresh(room, now_ms);
        let since = now_ms.saturating_sub(self.grid_ms);
        if self.facilitators.watched() && since >= GRID_MS && (self.rows_dirty || since >= LOOK_MS) {
            self.refresh_rows(room, now_ms);
        }
        if now_ms.saturating_sub(self.beat_ms) >= BEAT_MS {
            self.beat_ms = now_ms;
            for feed in [&mut self.screens, &mut self.facilitators] {
                feed.pass(HubItem::Agenda(room.agenda(now_ms)));
            }
        }
    }

    /// Something was erased: what was told of it is not told again to who comes back.
    pub(crate) fn forget(&mut self) {
        for feed in [&mut self.screens, &mut self.facilitators] {
            feed.renew();
        }
        self.touch();
    }

    /// Tells a seat what is here of a stream.
    pub(crate) fn have(&mut self, room: &Room, seat: &str, stream: &str) {
        let Ok(known) = room.seat(seat).map(|seat| seat.known(stream).unwrap_or(0)) else { return };
        if self.seats.reaches(seat) {
            let wanted = room.seat(seat).map(|seat| room.wanted(seat)).unwrap_or_default();
            self.seats.tell(seat, HubItem::Have { stream: stream.to_owned(), have: known, wanted });
        }
    }

    /// Tells a seat that this connection is its last.
    pub(crate) fn end(&mut self, seat: &str, why: &str) {
        self.seats.tell(seat, HubItem::Ended { why: why.to_owned() });
    }

    /// Board, agenda, takeaways and questions, where they have changed.
    fn refresh(&mut self, room: &Room, now_ms: u64) {
        if !self.dirty {
            return;
        }
        self.dirty = false;
        self.shown.tell(room.board(Face::Shown), &mut [&mut self.seats, &mut self.screens]);
        self.live.tell(room.board(Face::Live), &mut [&mut self.facilitators]);
        let agenda = room.agenda(now_ms);
        let course = (&agenda.steps, &agenda.clock) != (&self.agenda.steps, &self.agenda.clock);
        let group = agenda.group != self.agenda.group;
        if course || (group && now_ms.saturating_sub(self.agenda_ms) >= GROUP_MS) {
            (self.agenda, self.agenda_ms) = (agenda, now_ms);
            self.everybody(&HubItem::Agenda(self.agenda.clone()));
        } else if group {
            // Told when its time has come.
            self.dirty = true;
        }
        let wrap_up = WrapUp::of(&room.stage().sheet);
        if wrap_up != self.wrap_up {
            self.wrap_up = wrap_up;
            self.everybody(&HubItem::WrapUp(self.wrap_up.clone()));
        }
    }

    fn refresh_rows(&mut self, room: &Room, now_ms: u64) {
        (self.grid_ms, self.rows_dirty) = (now_ms, false);
        let rows = room.grid(now_ms);
        if let Some((changed, gone)) = grid::delta(&self.grid, &rows) {
            self.facilitators.publish(HubItem::Grid { rows: changed, gone });
        }
        self.grid = rows;
        let ready = room.readiness();
        let changed: Vec<SeatReadiness> = ready.iter().filter(|row| !self.ready.contains(row)).cloned().collect();
        if !changed.is_empty() {
            self.facilitators.publish(HubItem::Ready { rows: changed });
        }
        self.ready = ready;
    }

    /// A seat is online while its panel watches.
    fn presence(&mut self, room: &mut Room) {
        self.seats.sweep();
        let mut changed = false;
        for seat in room.seats_mut() {
            let online = self.seats.reaches(&seat.kept().id);
            changed |= online != seat.now.online;
            seat.now.online = online;
        }
        if changed {
            self.touch();
        }
    }

    fn everybody(&mut self, item: &HubItem) {
        for feed in [&mut self.seats, &mut self.screens, &mut self.facilitators] {
            feed.publish(item.clone());
        }
    }
}
