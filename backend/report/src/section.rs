//! The parts of a page that are words and tables: `verdict` is the score and what had to hold, `changes` what differs from
//! another run, `percentiles` the latencies, `around` what happened, where, and where to go on.

mod around;
mod changes;
mod percentiles;
mod verdict;

use brownout_core::quantity::{Unit, clock};
use maud::{Markup, html};

pub(crate) use around::{environment, happenings, story};
pub(crate) use changes::{changes, code};
pub(crate) use percentiles::percentiles;
pub(crate) use verdict::{criteria, verdict};

use crate::date;

/// A wall time.
pub(crate) fn when(ms: u64) -> Markup {
    html! { time datetime=(date::iso(ms)) { (date::utc(ms)) } }
}

/// The day of a wall time.
pub(crate) fn day(ms: u64) -> Markup {
    let day = date::day(ms);
    html! { @if day.is_empty() { "on a day that is not known" } @else { time datetime=(date::iso(ms)) data-day { (day) } } }
}

/// Minutes and seconds of a duration in ms, or a dash.
pub(crate) fn lasted(ms: Option<u64>) -> String {
    ms.map_or("–".to_owned(), |ms| clock(ms.saturating_mul(1_000)))
}

/// A score line with its button.
pub(crate) fn share(line: &str) -> Markup {
    html! {
        @if !line.is_empty() {
            div.share { code { (line) } button type="button" data-copy=(line) hidden { "Copy score line" } }
        }
    }
}

/// The class by which a score is coloured.
pub(crate) fn tone(score: u32) -> &'static str {
    match score {
        90.. => "good",
        60..90 => "warn",
        _ => "bad",
    }
}

/// A value in its unit, or a dash.
pub(crate) fn show(unit: Unit, value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| unit.show(value))
}
