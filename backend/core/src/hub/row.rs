//! Rows: participants × cases as the facilitator's grid shows them, and as the board shows them to everybody.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{hand::Hand, need::Need, pulse::Pulse, readiness::Ready};
use crate::{
    case::CaseState,
    leaderboard::{LeaderboardCase, LeaderboardRow},
};

/// A participant in the facilitator's grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GridRow {
    /// Id of the seat.
    pub seat: String,
    /// What the participant is called.
    pub name: String,
    /// The end of the seat's id.
    pub tag: String,
    /// As the cases of the board.
    pub cells: Vec<GridCell>,
    /// How much help is needed.
    pub need: Need,
    /// Since when, hub's clock: who has waited longest comes first among equals.
    pub need_since_ms: u64,
    /// Why, as a sentence; empty where no help is needed.
    pub why: String,
    /// The hand, while it is up.
    pub hand: Option<Hand>,
    /// What was told last; `None` before the first time.
    pub pulse: Option<Pulse>,
    /// Whether the laptop is connected.
    pub online: bool,
    /// Hub's clock at the last event or pulse.
    pub heard_ms: u64,
    /// How ready the laptop is.
    pub ready: Ready,
    /// Runs that have ended, also of cases that are not in the sheet.
    pub runs: u32,
    /// Those of them of which the record is here: criteria and curves come after the score.
    pub records: u32,
}

/// A case of a participant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GridCell {
    /// How far it is.
    pub state: CaseState,
    /// Best ranked score.
    pub best: Option<u32>,
    /// Score of the last completed run.
    pub last: Option<u32>,
    /// Runs that have ended.
    pub runs: u32,
    /// Reading of the case clock, ms.
    pub clock_ms: u64,
    /// Hints that were taken.
    pub hints: u32,
    /// What the facilitator should see of it.
    pub flags: Vec<Flag>,
    /// When the state was reached, hub's clock.
    pub since_ms: u64,
}

/// Something about a cell that a facilitator should see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Nothing has happened for so long.
    Stuck {
        /// Minutes.
        minutes: u32,
    },
    /// A hint was taken.
    HintUsed,
    /// The last run was not ranked.
    Practice,
    /// The build has failed.
    BuildFailed,
    /// The first who has met it with a ranked run.
    First,
}

/// A row of the board as participants and the wall see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardRow {
    /// As on the board of one panel; `participant` is the id of the seat.
    pub row: LeaderboardRow,
    /// Place, from 1; equal rows share one, and so do those without a result: it says nothing of them.
    pub place: u32,
    /// As the cells: whether this is the first who has met the case with a ranked run.
    pub first: Vec<bool>,
}

/// The board of a workshop, whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HubBoard {
    /// The board's own number: the last change that it holds.
    pub upto: u64,
    /// Cases in the order of the run sheet.
    pub cases: Vec<LeaderboardCase>,
    /// Best first.
    pub rows: Vec<BoardRow>,
    /// Whether it stands still.
    pub frozen: bool,
    /// Whether names are hidden.
    pub hidden: bool,
}

/// A change of the board: rows that are new or other, and seats that are gone. A row that only stands elsewhere now is
/// none of them: [`HubBoard::apply`] gives the places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardDelta {
    /// The board's own number.
    pub upto: u64,
    /// Rows that are new or other.
    pub rows: Vec<BoardRow>,
    /// Seats that are gone.
    pub gone: Vec<String>,
    /// Whether it stands still from here on.
    pub frozen: bool,
    /// Whether names are hidden.
    pub hidden: bool,
}

impl BoardRow {
    /// Best total first; of equal ones who got there first: a cell's `started_ms` is here the end of its run. Who has no
    /// result stands last.
    fn reached(&self) -> (Reverse<u32>, bool, Option<u64>) {
        let last = self.row.cells.iter().flatten().map(|cell| cell.started_ms).max();
        (Reverse(self.row.total), !self.has_result(), last)
    }

    /// Whether a ranked run of any case stands in it.
    pub fn has_result(&self) -> bool {
        self.row.cells.iter().any(Option::is_some)
    }

    /// Whether it says the same, wherever it stands.
    pub fn says_the_same(&self, other: &BoardRow) -> bool {
        (&self.row, &self.first) == (&other.row, &other.first)
    }
}

impl HubBoard {
    /// Puts the rows in order and gives them their places. A change tells the rows that are other alone, so whoever
    /// follows does this, too.
    pub fn rank(&mut self) {
        self.rows.sort_by(|a, b| (a.reached(), &a.row.name, &a.row.tag).cmp(&(b.reached(), &b.row.name, &b.row.tag)));
        let (mut place, mut before) = (0, None);
        for (row, number) in self.rows.iter_mut().zip(1..) {
            let reached = Some(row.reached());
            if before != reached {
                (place, before) = (number, reached);
            }
            row.place = place;
        }
    }

    /// The board after a change; one that it holds already changes nothing.
    pub fn apply(&mut self, delta: BoardDelta) {
        if delta.upto <= self.upto {
            return;
        }
        let stays = |row: &BoardRow| {
            let seat = &row.row.participant;
            !delta.gone.contains(seat) && !delta.rows.iter().any(|new| new.row.participant == *seat)
        };
        self.rows.retain(stays);
        self.rows.extend(delta.rows);
        self.rank();
        (self.upto, self.frozen, self.hidden) = (delta.upto, delta.frozen, delta.hidden);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seat: &str, place: u32, total: u32) -> BoardRow {
        let row = LeaderboardRow {
            participant: seat.into(),
            name: seat.into(),
            tag: String::new(),
            brought: false,
            cells: Vec::new(),
            total,
        };
        BoardRow { row, place, first: Vec::new() }
    }

    #[test]
    fn who_has_no_result_stands_last_by_name() {
        let none = |seat: &str| {
            let BoardRow { row, .. } = row(seat, 0, 0);
            BoardRow { row: LeaderboardRow { cells: vec![None], ..row }, place: 0, first: vec![false] }
        };
        let cell = crate::leaderboard::LeaderboardCell {
            score: 0,
            run: "run".into(),
            started_ms: 9,
            hints: 0,
            to_best_ms: None,
        };
        let mut zero = none("zoe");
        zero.row.cells = vec![Some(cell)];
        let mut board = HubBoard { rows: vec![none("ben"), none("ada"), zero], ..HubBoard::default() };
        board.rank();
        let told: Vec<_> = board.rows.iter().map(|row| (&*row.row.name, row.place, row.has_result())).collect();
        assert_eq!(told, [("zoe", 1, true), ("ada", 2, false), ("ben", 2, false)]);
    }

    #[test]
    fn a_board_follows_its_changes() {
        let mut board = HubBoard { upto: 4, rows: vec![row("a", 1, 90), row("b", 2, 80)], ..HubBoard::default() };
        let delta = BoardDelta {
            upto: 5,
            rows: vec![row("c", 1, 95), row("a", 2, 90)],
            gone: vec!["b".into()],
            frozen: true,
            hidden: false,
        };
        board.apply(delta.clone());
        assert_eq!(board.rows, [row("c", 1, 95), row("a", 2, 90)]);
        assert!(board.frozen && board.upto == 5);
        let before = board.clone();
        board.apply(BoardDelta { rows: vec![row("a", 1, 10)], frozen: false, ..delta });
        assert_eq!(board, before, "a change that it holds already");
    }
}
