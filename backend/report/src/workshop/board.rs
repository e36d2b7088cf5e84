//! Participants × cases, best total first.

use std::cmp::Reverse;

use brownout_core::{
    case::CaseState,
    hub::archive::{Archive, ArchivedCell, ArchivedSeat},
};
use maud::{Markup, html};

use super::{LISTED, column::Column, left_out, several};
use crate::section::{lasted, tone};

/// The board.
pub(super) fn board(archive: &Archive, columns: &[Column<'_>]) -> Markup {
    html! {
        section.long aria-label="board" {
            h2 { "Board" }
            @if archive.seats.is_empty() { p.muted { "There is no row: nobody has joined." } }
            @else {
                div.scroll tabindex="0" role="region" aria-label="board" { table.board {
                    thead { tr {
                        th.n scope="col" { "place" }
                        th scope="col" { "participant" }
                        @for column in columns { th.n scope="col" { (column.title) } }
                        th.n scope="col" { "total" }
                    } }
                    tbody { @for (place, seat) in placed(&archive.seats).into_iter().take(LISTED) { (row(place, seat, columns)) } }
                } }
                (left_out(archive.seats.len(), "participants"))
                p.muted.small { "The best ranked run of each case. Equal totals share a place: the archive does not hold who was earlier. Below a score: how far the case came, runs that ended, hints that were taken, and for how long the case was open." }
            }
        }
    }
}

/// Places from 1, by total; who has no ranked run has none.
fn placed(seats: &[ArchivedSeat]) -> Vec<(Option<usize>, &ArchivedSeat)> {
    let mut seats: Vec<&ArchivedSeat> = seats.iter().collect();
    seats.sort_by_key(|seat| (Reverse(total(seat)), &seat.name, &seat.tag));
    let place = |seat: &ArchivedSeat| seats.partition_point(|other| total(other) > total(seat)) + 1;
    seats.iter().map(|seat| (total(seat).map(|_| place(seat)), *seat)).collect()
}

/// `None` without any ranked run, which is less than a total of 0.
fn total(seat: &ArchivedSeat) -> Option<u64> {
    let mut scores = seat.cells.iter().filter_map(|cell| cell.best).map(u64::from).peekable();
    scores.peek()?;
    Some(scores.sum())
}

fn row(place: Option<usize>, seat: &ArchivedSeat, columns: &[Column<'_>]) -> Markup {
    html! {
        tr {
            td.n { @match place { Some(place) => { (place) }, None => { "–" } } }
            th scope="row" { (seat.name) " " span.muted.small { (seat.tag) } }
            @for column in columns {
                @match column.at.and_then(|at| seat.cells.get(at)) {
                    Some(of) => (cell(of)),
                    None => td.n.muted { "–" },
                }
            }
            td.n.strong { @match total(seat) { Some(total) => { (total) }, None => { "–" } } }
        }
    }
}

fn cell(cell: &ArchivedCell) -> Markup {
    let untouched = *cell == ArchivedCell::default();
    html! {
        td.n {
            @match cell.best { Some(score) => span class={ "strong " (tone(score)) } { (score) }, None => span.muted { "–" } }
            div.small.muted { (mark(cell.state)) (cell.state.says()) }
            @if !untouched {
                div.small.muted {
                    (several(cell.runs.into(), "run", "runs"))
                    @if cell.hints > 0 { ", " (several(cell.hints.into(), "hint", "hints")) }
                }
                @if cell.clock_ms > 0 { div.small.muted { "open " (lasted(Some(cell.clock_ms))) } }
                @if let Some(met) = cell.met_after_ms { div.small.muted { "met after " (lasted(Some(met))) } }
            }
        }
    }
}

fn mark(state: CaseState) -> &'static str {
    match state {
        CaseState::Met | CaseState::Completed => "✓ ",
        CaseState::NotStarted | CaseState::BrokenSeen | CaseState::Editing | CaseState::Deployed => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_totals_share_a_place_and_who_has_no_result_has_none() {
        let seat = |name: &str, best: &[Option<u32>]| ArchivedSeat {
            name: name.into(),
            cells: best.iter().map(|best| ArchivedCell { best: *best, ..ArchivedCell::default() }).collect(),
            ..ArchivedSeat::default()
        };
        let seats = [
            seat("Eve", &[None, None]),
            seat("Dan", &[Some(0), None]),
            seat("Cyd", &[Some(40), Some(50)]),
            seat("Ben", &[Some(90), None]),
            seat("Ada", &[Some(u32::MAX), Some(u32::MAX)]),
        ];
        let placed: Vec<_> = placed(&seats).into_iter().map(|(place, seat)| (place, &*seat.name)).collect();
        assert_eq!(placed, [(Some(1), "Ada"), (Some(2), "Ben"), (Some(2), "Cyd"), (Some(4), "Dan"), (None, "Eve")]);
    }
}
