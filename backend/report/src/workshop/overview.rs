//! How many took part, and what they met.

use brownout_core::hub::archive::{Archive, ArchivedCell, Pace};
use maud::{Markup, html};

use super::{column::Column, several};
use crate::section::lasted;

/// The first thing that anybody asks.
pub(super) fn overview(archive: &Archive, columns: &[Column<'_>]) -> Markup {
    let seats = archive.seats.len();
    let ran = archive.seats.iter().filter(|seat| seat.cells.iter().any(|cell| cell.runs > 0)).count();
    html! {
        section aria-label="overview" {
            p.lead {
                @match (seats, ran) {
                    (0, _) => { "Nobody took part." },
                    (_, 0) => { (several(seats as u64, "participant", "participants")) ". No run has ended." },
                    _ => { (several(seats as u64, "participant", "participants")) ", of whom " (ran) " ran at least one case to its end." },
                }
            }
            @if seats > 0 && !columns.is_empty() {
                div.scroll tabindex="0" role="region" aria-label="cases" { table {
                    thead { tr {
                        th scope="col" { "case" }
                        th.n scope="col" { "ran it" }
                        th.n scope="col" { "met it" }
                        th.n scope="col" { "never met it" }
                        th.n scope="col" { "median" }
                        th.n scope="col" { "slowest" }
                    } }
                    tbody { @for column in columns { (row(archive, column)) } }
                } }
                p.muted.small { "Median and slowest: from the start of the step to the first run that met all criteria." }
            }
        }
    }
}

fn row(archive: &Archive, column: &Column<'_>) -> Markup {
    let seats = archive.seats.len();
    let ran = cells(archive, column).filter(|cell| cell.runs > 0).count();
    let pace = pace(archive, column);
    let never = pace.map(|pace| usize::try_from(pace.never).unwrap_or(usize::MAX).min(seats));
    let count = |count: Option<usize>| count.map_or("–".to_owned(), |count| count.to_string());
    html! {
        tr {
            th scope="row" { (column.title) }
            td.n { (ran) " of " (seats) }
            td.n.strong { (count(never.map(|never| seats - never))) }
            td.n { (count(never)) }
            td.n { (lasted(pace.and_then(|pace| pace.median_ms))) }
            td.n { (lasted(pace.and_then(|pace| pace.slowest_ms))) }
        }
    }
}

/// How fast a case was met, where that was counted.
pub(super) fn pace<'a>(archive: &'a Archive, column: &Column<'_>) -> Option<&'a Pace> {
    archive.summary.pace.iter().find(|pace| pace.scenario == column.scenario)
}

fn cells<'a>(archive: &'a Archive, column: &Column<'_>) -> impl Iterator<Item = &'a ArchivedCell> {
    let at = column.at;
    archive.seats.iter().filter_map(move |seat| seat.cells.get(at?))
}
