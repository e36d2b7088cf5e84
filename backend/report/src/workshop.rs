//! A workshop after it: everything that its archive holds, in the order in which a facilitator asks for it.
//!
//! `column` says which cases there are; `overview`, `board`, `sheet`, `case` and `answer` are the sections, and `bars` and
//! `tenths` draw what is counted.

mod answer;
mod bars;
mod board;
mod case;
mod column;
mod overview;
mod sheet;
mod tenths;

use brownout_core::hub::archive::Archive;
use maud::{Markup, html};

use crate::{page::page, section::day};

/// Participants, steps and answers that a page lists; no workshop has so many, and a file that says so opens nowhere.
const LISTED: usize = 1_000;

/// The page of a workshop as one HTML file: who took part and what they reached, the run sheet as it went, each case, and
/// what people said. It says what the archive holds and nothing beyond it.
pub fn workshop(archive: &Archive) -> String {
    let columns = column::columns(archive);
    let outside = column::outside(archive, &columns);
    let sheet = &archive.sheet.title;
    let body = html! {
        header {
            h1 { (name(archive)) }
            span.muted { @if !sheet.is_empty() { (sheet) ", " } (day(archive.workshop.since_ms)) }
        }
        (overview::overview(archive, &columns))
        (board::board(archive, &columns))
        (sheet::sheet(archive))
        @for column in columns.iter().chain(&outside) { (case::case(archive, column)) }
        (answer::takeaways(archive))
        (answer::survey(archive))
        footer { "Written by Brownout from the archive of the workshop. It holds names as they stood on the board, numbers and answers without names, and nothing that leads to a laptop." }
    };
    page(&format!("{} – Brownout", name(archive)), &body)
}

fn name(archive: &Archive) -> &str {
    if archive.workshop.name.is_empty() { "A workshop without a name" } else { &archive.workshop.name }
}

/// A count with its noun.
fn several(count: u64, one: &str, many: &str) -> Markup {
    html! { (count) " " @if count == 1 { (one) } @else { (many) } }
}

/// Says what did not fit.
fn left_out(all: usize, what: &str) -> Markup {
    html! { @if all > LISTED { p.muted { (all - LISTED) " more " (what) " are left out here." } } }
}
