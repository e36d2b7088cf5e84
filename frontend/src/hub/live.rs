//! The hub's live feed, as facilitators and screens follow it.

use std::collections::BTreeMap;

use brownout_core::hub::{
    clock::Agenda,
    event::WorkshopEvent,
    live::{FacilitatorSnapshot, HubHeard, HubItem, HubMessage, HubSnapshot, SeatReadiness},
    message::Message as Said,
    row::{GridRow, HubBoard},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    hub::entry::Entry,
    parts::movement::Places,
    socket::{self, Connection, Seen},
};

/// What the feed has told. Cheap to copy.
#[derive(Clone, Copy)]
pub struct HubLive {
    /// Connection to the hub.
    pub connection: RwSignal<Connection>,
    /// What the facilitator called the workshop.
    pub workshop: RwSignal<String>,
    /// The board: for screens as it is shown to them.
    pub board: RwSignal<HubBoard>,
    /// Where its rows stood before.
    pub places: RwSignal<Places>,
    /// The agenda with its clock.
    pub agenda: RwSignal<Agenda>,
    /// What was said and not taken back, oldest first.
    pub said: RwSignal<Vec<Said>>,
    /// Rows of the grid by seat; each tells of its own changes.
    pub rows: RwSignal<BTreeMap<String, ArcRwSignal<GridRow>>>,
    /// Counts changes of any row.
    pub moved: RwSignal<u32>,
    /// How ready the laptops are.
    pub ready: RwSignal<Vec<SeatReadiness>>,
    /// What is the facilitator's alone.
    pub desk: RwSignal<Desk>,
    /// Counts seconds.
    pub tick: RwSignal<u32>,
    /// Hub's clock less the browser's, ms.
    offset_ms: RwSignal<i64>,
}

/// What of a workshop is the facilitator's alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desk {
    /// Number of the workshop's last event.
    pub upto: u64,
    /// The join code.
    pub code: String,
    /// Whether anybody is taken.
    pub open: bool,
    /// Counts what makes the run sheet that was fetched an old one.
    pub sheets: u32,
}

impl HubLive {
    /// Nothing is known yet.
    pub fn new() -> Self {
        let live = HubLive {
            connection: RwSignal::new(Connection::Connecting),
            workshop: RwSignal::default(),
            board: RwSignal::default(),
            places: RwSignal::default(),
            agenda: RwSignal::default(),
            said: RwSignal::default(),
            rows: RwSignal::default(),
            moved: RwSignal::default(),
            ready: RwSignal::default(),
            desk: RwSignal::default(),
            tick: RwSignal::default(),
            offset_ms: RwSignal::default(),
        };
        spawn_local(async move {
            loop {
                TimeoutFuture::new(1_000).await;
                live.tick.update(|tick| *tick = tick.wrapping_add(1));
            }
        });
        live
    }

    /// The hub's clock now, ms since the Unix epoch. Who reads it is told once a second.
    pub fn now_ms(self) -> u64 {
        self.tick.track();
        (js_sys::Date::now() as u64).saturating_add_signed(self.offset_ms.get())
    }

    /// What people call a case.
    pub fn title(self, scenario: &str) -> String {
        let known = self.board.with_untracked(|board| {
            board.cases.iter().find(|case| case.scenario == scenario).map(|case| case.title.clone())
        });
        known.unwrap_or_else(|| scenario.to_owned())
    }

    /// How many hands are up.
    pub fn hands(self) -> usize {
        self.moved.track();
        self.rows.with(|rows| rows.values().filter(|row| row.with_untracked(|row| row.hand.is_some())).count())
    }

    /// A row of the grid.
    pub fn row(self, seat: &str) -> Option<GridRow> {
        let row = self.rows.with(|rows| rows.get(seat).cloned());
        row.map(|row| row.get())
    }

    /// Connects and follows for as long as the page lives. A hub that was started anew knows no cookie of the old one,
    /// so the entry is made again.
    pub async fn follow(self, entry: Entry) {
        // What hangs on the wall shows what participants see, also in a facilitator's browser.
        let face = if entry.wall { "as=screen" } else { "" };
        let renew = async || {
            entry.renew().await;
        };
        socket::follow(self.connection, face, |text, seen| self.heard(text, seen), renew).await;
    }

    fn heard(self, text: &str, seen: &mut Seen) -> bool {
        match HubMessage::heard(text) {
            Some(HubHeard::Hello { epoch, seq, snapshot }) => {
                *seen = Some((epoch, seq));
                self.take(*snapshot);
            }
            Some(HubHeard::Resumed) => {}
            Some(HubHeard::Item { seq, item }) => {
                if let Some((_, last)) = seen {
                    *last = seq;
                }
                if let Some(item) = item {
                    self.item(*item);
                }
            }
            None => return false,
        }
        true
    }

    fn take(self, snapshot: HubSnapshot) {
        self.workshop.set(snapshot.workshop.name);
        self.rank(snapshot.board);
        self.said.set(snapshot.said);
        self.hear(snapshot.agenda);
        if let Some(own) = snapshot.facilitator {
            let FacilitatorSnapshot { upto, code, open, grid, ready, .. } = *own;
            self.desk.update(|desk| *desk = Desk { upto, code, open, sheets: desk.sheets.wrapping_add(1) });
            self.ready.set(ready);
            self.rows.update(|rows| rows.retain(|seat, _| grid.iter().any(|row| row.seat == *seat)));
            self.put(grid);
        }
    }

    fn item(self, item: HubItem) {
        match item {
            HubItem::Board(delta) => {
                let mut board = self.board.get_untracked();
                board.apply(delta);
                self.rank(board);
            }
            HubItem::Agenda(agenda) => self.hear(agenda),
            HubItem::Said(message) => self.say(message),
            HubItem::Unsaid { message } => self.unsay(&message),
            HubItem::Grid { rows, gone } => {
                if !gone.is_empty() {
                    self.rows.update(|known| known.retain(|seat, _| !gone.contains(seat)));
                    self.ready.update(|known| known.retain(|row| !gone.contains(&row.seat)));
                }
                self.put(rows);
            }
            HubItem::Ready { rows } => self.ready.update(|known| {
                known.retain(|row| !rows.iter().any(|new| new.seat == row.seat));
                known.extend(rows);
            }),
            HubItem::Workshop(event) => {
                self.desk.update(|desk| desk.upto = desk.upto.max(event.seq));
                if let Some(known) = event.body.known() {
                    self.happened(known);
                }
            }
            // A seat's own.
            HubItem::WrapUp(_)
            | HubItem::Helped { .. }
            | HubItem::Renamed { .. }
            | HubItem::Recovery { .. }
            | HubItem::Have { .. }
            | HubItem::Ended { .. } => {}
        }
    }

    fn happened(self, event: &WorkshopEvent) {
        match event {
            WorkshopEvent::Door { code, open } => self.desk.update(|desk| {
                desk.code.clone_from(code);
                desk.open = *open;
            }),
            WorkshopEvent::SheetEdited { .. } => self.desk.update(|desk| desk.sheets = desk.sheets.wrapping_add(1)),
            WorkshopEvent::Said { message } => self.say(message.clone()),
            // What is taken back, in whatever way, comes as an item of its own.
            _ => {}
        }
    }

    fn put(self, rows: Vec<GridRow>) {
        let (known, new): (Vec<_>, Vec<_>) =
            self.rows.with_untracked(|known| rows.into_iter().partition(|row| known.contains_key(&row.seat)));
        for row in known {
            if let Some(signal) = self.rows.with_untracked(|known| known.get(&row.seat).cloned())
                && signal.with_untracked(|before| *before != row)
            {
                signal.set(row);
            }
        }
        if !new.is_empty() {
            self.rows.update(|known| {
                known.extend(new.into_iter().map(|row| (row.seat.clone(), ArcRwSignal::new(row))));
            });
        }
        self.moved.update(|count| *count = count.wrapping_add(1));
    }

    /// The places first: who is told of the board looks at both.
    fn rank(self, board: HubBoard) {
        self.places.update(|places| places.take(&board.rows, js_sys::Date::now()));
        self.board.set(board);
    }

    fn hear(self, agenda: Agenda) {
        let offset = agenda.now_ms.cast_signed() - js_sys::Date::now() as i64;
        // What the network adds is no news.
        if offset.abs_diff(self.offset_ms.get_untracked()) > 250 {
            self.offset_ms.set(offset);
        }
        self.agenda.set(agenda);
    }

    fn say(self, message: Said) {
        self.said.update(|said| {
            said.retain(|known| known.id != message.id);
            said.push(message);
        });
    }

    fn unsay(self, id: &str) {
        self.said.update(|said| said.retain(|known| known.id != id));
    }
}

impl Default for HubLive {
    fn default() -> Self {
        HubLive::new()
    }
}
