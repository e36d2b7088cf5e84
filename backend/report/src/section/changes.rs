//! What changed against another run, in numbers and in the code.

use brownout_core::{
    comparison::{Changed, CodeChange},
    difference::DifferenceLine,
    quantity::Unit,
};
use maud::{Markup, html};

use super::show;

/// What changed against another run.
pub(crate) fn changes(changed: &Changed, before: &str, now: &str) -> Markup {
    html! {
        p.lead { (changed.headline) }
        @for warning in &changed.warnings { p.warn { (warning) } }
        @if !changed.lines.is_empty() {
            div.scroll { table {
                thead { tr { th scope="col" { "" } th.n scope="col" { (before) } th.n scope="col" { (now) } th scope="col" { "change" } th.n scope="col" { "points" } } }
                tbody { @for line in &changed.lines { (difference(line)) } }
            } }
        }
    }
}

fn difference(line: &DifferenceLine) -> Markup {
    let points = (line.points * 10.0).round() / 10.0;
    html! {
        tr {
            td { (line.says) }
            td.n { (show(line.unit, line.before)) }
            td.n { (show(line.unit, line.after)) }
            td.strong { (line.words) }
            td.n { @if points > 0.0 { "+" (Unit::Count.show(points)) } @else if points < 0.0 { "−" (Unit::Count.show(-points)) } }
        }
    }
}

/// Changed lines of code; `None` when a run does not tell its code.
pub(crate) fn code(edits: Option<&[CodeChange]>, against: &str) -> Markup {
    html! {
        @match edits {
            None => p.muted { "The code of this run was not recorded." },
            Some([]) => p.muted { "The code is the same as " (against) "." },
            Some(edits) => @for edit in edits {
                details open {
                    summary { code { (edit.path) } " +" (edit.added) " −" (edit.removed) " against " (against) }
                    pre { @for line in &edit.lines {
                        span class=(match line.chars().next() { Some('+') => "added", Some('-') => "removed", Some('@') => "at", _ => "same" }) { (line) } "\n"
                    } }
                }
            },
        }
    }
}
