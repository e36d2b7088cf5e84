//! The board of a workshop: rows, the frozen copy, hidden names, who solved a case first, and what changed.

use std::collections::{BTreeMap, HashMap};

use brownout_core::{
    hub::row::{BoardDelta, BoardRow, HubBoard},
    leaderboard::{LeaderboardCase, LeaderboardCell, LeaderboardRow},
    name::nameless,
};

use crate::seat::{Best, Seat};

/// Who looks at the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Seats and screens: it may be frozen, names may be hidden.
    Shown,
    /// Facilitators: as it is.
    Live,
}

/// What a seat has reached at one instant: what a frozen board is made of. Names are not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Id of the seat.
    pub(crate) seat: String,
    /// By scenario.
    cells: BTreeMap<String, StandingCell>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct StandingCell {
    best: Best,
    solved_ms: Option<u64>,
}

impl Standing {
    /// What a seat has reached now; that may be nothing.
    pub(crate) fn of(seat: &Seat) -> Standing {
        let cell = |(scenario, cell): (&String, &crate::seat::Cell)| {
            let best = cell.best.clone()?;
            Some((scenario.clone(), StandingCell { best, solved_ms: cell.solved_ms }))
        };
        Standing { seat: seat.kept().id.clone(), cells: seat.cells.iter().filter_map(cell).collect() }
    }
}

/// The board of these standings, best total first; on equal totals who got there first stands first. Who has nothing to
/// show stands at the end with empty cells: everybody who takes part has a row. `called` gives
/// the place in the order of joining and the name of a seat, and `None` of one that no longer takes part.
///
/// The session's stream tells when a run ended and not when it began, so `started_ms` of a cell is the end of its run.
pub(crate) fn board<'a>(
    standings: &[Standing],
    cases: Vec<LeaderboardCase>,
    called: impl Fn(&str) -> Option<(u64, &'a str)>,
    hidden: bool,
) -> HubBoard {
    let here = |standing: &&Standing| called(&standing.seat).is_some();
    let standings: Vec<&Standing> = standings.iter().filter(here).collect();
    let firsts = firsts(&standings, &cases, |seat| called(seat).map_or(u64::MAX, |(place, _)| place));
    let row = |standing: &&Standing| {
        let (_, name) = called(&standing.seat)?;
        let of_sheet: Vec<Option<&StandingCell>> =
            cases.iter().map(|case| standing.cells.get(&case.scenario)).collect();
        let total = of_sheet.iter().flatten().map(|cell| cell.best.score).sum();
        let tag = crate::name::tag(&standing.seat).to_owned();
        let row = LeaderboardRow {
            participant: standing.seat.clone(),
            name: if hidden { nameless(&tag) } else { name.to_owned() },
            tag,
            brought: false,
            cells: of_sheet.into_iter().map(|cell| cell.map(shown)).collect(),
            total,
        };
        let first = cases.iter().map(|case| firsts.get(&*case.scenario) == Some(&&*standing.seat)).collect();
        Some(BoardRow { row, place: 0, first })
    };
    let rows = standings.iter().filter_map(row).collect();
    let mut board = HubBoard { upto: 0, rows, frozen: false, hidden, cases };
    board.rank();
    board
}

fn shown(cell: &StandingCell) -> LeaderboardCell {
    let Best { score, run, ended_ms, hints } = cell.best.clone();
    LeaderboardCell { score, run, started_ms: ended_ms, hints, to_best_ms: None }
}

/// Who solved each case first with a ranked run, by scenario; of two at the same instant who joined first.
fn firsts<'a>(
    standings: &[&'a Standing],
    cases: &'a [LeaderboardCase],
    joined: impl Fn(&str) -> u64,
) -> BTreeMap<&'a str, &'a str> {
    let first = |case: &'a LeaderboardCase| {
        let solved = standings.iter().filter_map(|standing| {
            let solved = standing.cells.get(&case.scenario)?.solved_ms?;
            Some((solved, joined(&standing.seat), &*standing.seat))
        });
        Some((&*case.scenario, solved.min()?.2))
    };
    cases.iter().filter_map(first).collect()
}

/// What makes `before` to `after`, with the number `upto`; `None` where nothing does. Other columns make it another board:
/// see [`columns_differ`].
pub(crate) fn delta(before: &HubBoard, after: &HubBoard, upto: u64) -> Option<BoardDelta> {
    let known: HashMap<&str, &BoardRow> = before.rows.iter().map(|row| (&*row.row.participant, row)).collect();
    let stays: HashMap<&str, &BoardRow> = after.rows.iter().map(|row| (&*row.row.participant, row)).collect();
    let other = |row: &&BoardRow| known.get(&*row.row.participant).is_none_or(|known| !known.says_the_same(row));
    let rows: Vec<BoardRow> = after.rows.iter().filter(other).cloned().collect();
    let gone = before.rows.iter().map(|row| &row.row.participant).filter(|seat| !stays.contains_key(&***seat));
    let gone: Vec<String> = gone.cloned().collect();
    let flags = (before.frozen, before.hidden) != (after.frozen, after.hidden);
    let changed = flags || !rows.is_empty() || !gone.is_empty();
    changed.then_some(BoardDelta { upto, rows, gone, frozen: after.frozen, hidden: after.hidden })
}

/// Whether the two have other columns.
pub(crate) fn columns_differ(before: &HubBoard, after: &HubBoard) -> bool {
    before.cases != after.cases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases() -> Vec<LeaderboardCase> {
        ["timeouts", "bulkheads"].map(|case| LeaderboardCase { scenario: case.into(), title: case.into() }).into()
    }

    /// Of each case score, when that run ended and when the case was solved; 0 for never.
    fn standing(seat: &str, cells: &[(&str, u32, u64, u64)]) -> Standing {
        let cell = |(case, score, ended_ms, solved): &(&str, u32, u64, u64)| {
            let best = Best { score: *score, run: format!("{seat}-{case}"), ended_ms: *ended_ms, hints: 0 };
            let solved_ms = (*solved > 0).then_some(*solved);
            ((*case).to_owned(), StandingCell { best, solved_ms })
        };
        Standing { seat: seat.to_owned(), cells: cells.iter().map(cell).collect() }
    }

    /// Seats are called after their ids and joined in the order of the alphabet; `gone` no longer takes part.
    fn called(seat: &str) -> Option<(u64, &'static str)> {
        match seat {
            "seat-aaaa" => Some((1, "Ada")),
            "seat-bbbb" => Some((2, "Ben")),
            "seat-cccc" => Some((3, "Cyd")),
            _ => None,
        }
    }

    type Row<'a> = (&'a str, u32, u32, Vec<bool>);

    fn rows(board: &HubBoard) -> Vec<Row<'_>> {
        board.rows.iter().map(|row| (&*row.row.name, row.row.total, row.place, row.first.clone())).collect()
    }

    #[test]
    fn places_and_firsts_are_told_by_a_table() {
        let (a, b, c, gone) = ("seat-aaaa", "seat-bbbb", "seat-cccc", "seat-gone");
        let none = vec![false, false];
        let table: Vec<(&str, Vec<Standing>, Vec<Row<'_>>)> = vec![
            ("nobody", vec![], vec![]),
            (
                "best total first",
                vec![standing(a, &[("timeouts", 40, 5, 0)]), standing(b, &[("timeouts", 50, 9, 0)])],
                vec![("Ben", 50, 1, none.clone()), ("Ada", 40, 2, none.clone())],
            ),
            (
                "totals over the cases of the sheet alone",
                vec![
                    standing(a, &[("timeouts", 40, 5, 0), ("bulkheads", 30, 6, 0)]),
                    standing(b, &[("timeouts", 60, 5, 0), ("other", 90, 7, 0)]),
                    standing(c, &[("other", 100, 1, 1)]),
                ],
                vec![("Ada", 70, 1, none.clone()), ("Ben", 60, 2, none.clone()), ("Cyd", 0, 3, none.clone())],
            ),
            (
                "who has no result stands last, by name, behind a result of 0",
                vec![standing(c, &[]), standing(b, &[]), standing(a, &[("timeouts", 0, 9, 0)])],
                vec![("Ada", 0, 1, none.clone()), ("Ben", 0, 2, none.clone()), ("Cyd", 0, 2, none.clone())],
            ),
            (
                "of equal totals who got there first",
                vec![standing(a, &[("timeouts", 50, 9, 0)]), standing(b, &[("timeouts", 50, 5, 0)])],
                vec![("Ben", 50, 1, none.clone()), ("Ada", 50, 2, none.clone())],
            ),
            (
                "at the same instant they share a place, and the next is left out",
                vec![
                    standing(c, &[("timeouts", 20, 1, 0)]),
                    standing(b, &[("timeouts", 50, 5, 0)]),
                    standing(a, &[("timeouts", 50, 5, 0)]),
                ],
                vec![("Ada", 50, 1, none.clone()), ("Ben", 50, 1, none.clone()), ("Cyd", 20, 3, none.clone())],
            ),
            (
                "the first to solve is not the best",
                vec![standing(a, &[("timeouts", 90, 5, 5)]), standing(b, &[("timeouts", 99, 9, 9)])],
                vec![("Ben", 99, 1, none.clone()), ("Ada", 90, 2, vec![true, false])],
            ),
            (
                "solved at the same instant: who joined first",
                vec![
                    standing(b, &[("bulkheads", 90, 5, 5), ("timeouts", 10, 5, 0)]),
                    standing(a, &[("bulkheads", 90, 5, 5)]),
                ],
                vec![("Ben", 100, 1, none.clone()), ("Ada", 90, 2, vec![false, true])],
            ),
            (
                "who is gone has no row and was not the first",
                vec![standing(gone, &[("timeouts", 100, 1, 1)]), standing(a, &[("timeouts", 90, 5, 5)])],
                vec![("Ada", 90, 1, vec![true, false])],
            ),
        ];
        for (what, standings, expected) in table {
            assert_eq!(rows(&board(&standings, cases(), called, false)), expected, "{what}");
        }
    }

    #[test]
    fn hidden_names_are_those_of_the_seats() {
        let standings = [standing("seat-aaaa", &[("timeouts", 40, 5, 0)])];
        assert_eq!(rows(&board(&standings, cases(), called, true))[0].0, "Participant aaaa");
    }

    #[test]
    fn a_change_holds_what_is_new_other_or_gone() {
        let of = |standings: &[Standing]| board(standings, cases(), called, false);
        let (ada, ben) =
            (standing("seat-aaaa", &[("timeouts", 40, 5, 0)]), standing("seat-bbbb", &[("timeouts", 30, 6, 0)]));
        let better = standing("seat-bbbb", &[("timeouts", 35, 9, 0)]);
        let (one, both) = (of(std::slice::from_ref(&ada)), of(&[ada.clone(), ben]));
        let names = |delta: Option<BoardDelta>| {
            delta.map(|delta| (delta.rows.into_iter().map(|row| row.row.name).collect::<Vec<_>>(), delta.gone))
        };
        let seat = |seat: &str| vec![seat.to_owned()];
        assert_eq!(names(delta(&both, &both, 1)), None);
        assert_eq!(names(delta(&one, &both, 1)), Some((seat("Ben"), vec![])));
        assert_eq!(names(delta(&both, &of(&[ada, better]), 1)), Some((seat("Ben"), vec![])));
        assert_eq!(names(delta(&both, &one, 1)), Some((vec![], seat("seat-bbbb"))));
        // Who is overtaken says the same as before.
        let ahead = standing("seat-bbbb", &[("timeouts", 50, 9, 0)]);
        let turned = of(&[standing("seat-aaaa", &[("timeouts", 40, 5, 0)]), ahead]);
        assert_eq!(names(delta(&both, &turned, 1)), Some((seat("Ben"), vec![])));
        let mut overtaken = both.clone();
        overtaken.apply(delta(&both, &turned, 9).unwrap());
        assert_eq!(overtaken, HubBoard { upto: 9, ..turned });
        let frozen = HubBoard { frozen: true, ..both.clone() };
        let stands = delta(&both, &frozen, 7).unwrap();
        assert_eq!((stands.rows.len(), stands.frozen, stands.upto), (0, true, 7));
        // Who applies every change has the board.
        let mut follows = HubBoard { upto: 3, ..one.clone() };
        follows.apply(delta(&one, &both, 4).unwrap());
        assert_eq!(follows, HubBoard { upto: 4, ..both });
    }
}
