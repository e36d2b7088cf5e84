//! One case: how scores lie, how fast it was met, where people stood still, what helped and what stayed unmet.

use brownout_core::hub::archive::{Archive, Pace};
use maud::{Markup, html};

use super::{
    LISTED,
    bars::{Bar, bars},
    column::Column,
    overview::pace,
    tenths::tenths,
};
use crate::section::lasted;

/// The section of a case.
pub(super) fn case(archive: &Archive, column: &Column<'_>) -> Markup {
    let counted = &archive.summary;
    let of = |scenario: &str| scenario == column.scenario;
    let code = |name: &str| html! { code { (name) } };
    let stood: Vec<Bar> = (counted.stood_still.iter().filter(|stood| of(&stood.scenario)).take(LISTED))
        .map(|stood| Bar { says: html! { (stood.state.says()) }, count: stood.minutes })
        .collect();
    let hints: Vec<Bar> = (counted.hints.iter().filter(|hint| of(&hint.scenario)).take(LISTED))
        .map(|hint| Bar { says: code(&hint.hint), count: hint.seats })
        .collect();
    let unmet: Vec<Bar> = (counted.unmet.iter().filter(|unmet| of(&unmet.scenario)).take(LISTED))
        .map(|unmet| Bar { says: code(&unmet.criterion), count: unmet.runs })
        .collect();
    let scores = counted.scores.iter().find(|scores| of(&scores.scenario));
    let ran = scores.is_some_and(|scores| scores.first.iter().chain(&scores.best).any(|count| *count > 0));
    html! {
        section.long aria-label={ "case " (column.title) } {
            h2 { (column.title) }
            @if column.at.is_none() { p.muted { "This case is not in the run sheet." } }
            @if let Some(scores) = scores.filter(|_| ran) { (tenths(scores)) }
            @else { p { "No run of this case has ended with a score." } }
            @if let Some(pace) = pace(archive, column) { p { (met(pace, archive.seats.len())) } }
            div.three {
                (counts("Where people stood still", "state", "minutes", &stood, "Nobody stood still for long."))
                (counts("Hints that were taken", "hint", "participants", &hints, "Nobody took a hint."))
                (counts("Criteria left unmet", "criterion", "runs", &unmet, if ran { "No run left one unmet." } else { "None was judged." }))
            }
        }
    }
}

fn met(pace: &Pace, seats: usize) -> Markup {
    let never = usize::try_from(pace.never).unwrap_or(usize::MAX).min(seats);
    html! {
        @match (seats - never, pace.median_ms) {
            (0, _) => { "Nobody met it." },
            (met, None) => { "Met by " (met) " of " (seats) ", before its step began." },
            (met, Some(median)) => {
                "Met by " (met) " of " (seats) ": median " b { (lasted(Some(median))) } ", slowest " b { (lasted(pace.slowest_ms)) } " after the start of its step."
            },
        }
        @if never > 0 && never < seats { " " (never) " never met it." }
    }
}

fn counts(title: &str, head: &str, unit: &str, rows: &[Bar], none: &str) -> Markup {
    html! {
        div {
            h3 { (title) }
            @if rows.is_empty() { p.muted { (none) } } @else { (bars(head, unit, rows)) }
        }
    }
}
