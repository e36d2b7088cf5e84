//! The score term by term, and what had to hold.

use brownout_core::{
    event::Ended,
    fold::Run,
    quantity::{Unit, clock},
    score::{Score, TermScore, Unranked},
};
use maud::{Markup, html};

use super::{share, show, tone};
use crate::{figure::held, told::Told};

/// The score and why, or why there is none.
pub(crate) fn verdict(told: &Told<'_>) -> Markup {
    let finished = told.run.finished.as_ref();
    let score = finished.and_then(|finished| finished.score.as_ref());
    let reasons: Vec<String> = finished.map_or(Vec::new(), |f| f.unranked.iter().map(Unranked::sentence).collect());
    let because = finished.map_or("", |finished| finished.because.as_str());
    html! {
        section aria-label="verdict" {
            @match score {
                Some(score) => (scored(score)),
                None => p.lead { (unscored(told.run)) " " (because) },
            }
            @for reason in &reasons { p.warn { (reason) } }
            (share(&told.summary.line))
        }
    }
}

fn unscored(run: &Run) -> &'static str {
    match run.finished.as_ref().map(|finished| finished.ended) {
        None => "This run goes on; its report is written when it ends.",
        Some(Ended::Completed) => "This run has no score.",
        Some(Ended::Stopped) => "This run was stopped, so there is no score. What had been measured is here.",
        Some(Ended::Failed) => "This run could not go on, so there is no score. What had been measured is here.",
        Some(Ended::Interrupted) => {
            "The panel ended in the middle of this run, so there is no score. What had been measured is here."
        }
    }
}

fn scored(score: &Score) -> Markup {
    html! {
        div.head {
            p class={ "score " (tone(score.total)) } { (score.total) span.of { " / 100" } }
            @if score.hints > 0 { p.warn { "hints −" (score.hints) } }
            p.lead { (score.why) }
        }
        @if !score.terms.is_empty() {
            div.scroll { table {
                thead { tr { th scope="col" { "what is scored" } th.n scope="col" { "measured" } th scope="col" { "" } th.n scope="col" { "points" } th scope="col" { "" } } }
                tbody { @for done in &score.terms { (term(done)) } }
            } }
        }
    }
}

fn term(term: &TermScore) -> Markup {
    let share = if term.weight > 0.0 { (term.points / term.weight * 100.0).clamp(0.0, 100.0) } else { 0.0 };
    html! {
        tr {
            td { (term.says) }
            td.n.strong { (show(term.unit, term.value)) }
            td { span.bar { span.fill style={ "width:" (format!("{share:.0}")) "%" } {} } }
            td.n { (Unit::Count.show((term.points * 10.0).round() / 10.0)) " of " (term.weight) }
            td.muted {
                (term.unit.show(term.perfect)) " earns all"
                @if term.factor < 0.995 { ", × " (Unit::Share.show(term.factor)) " of what it leans on" }
            }
        }
    }
}

/// What had to hold, and when it did.
pub(crate) fn criteria(run: &Run) -> Markup {
    let states = match &run.finished {
        Some(finished) => finished.criteria.clone(),
        None => brownout_core::criterion::judge(run),
    };
    let planned = run.started.as_ref().map_or(&[][..], |started| &started.scenario.criteria);
    html! {
        section aria-label="criteria" {
            h2 { "Success criteria" }
            @if states.is_empty() { p.muted { "None was judged." } }
            @else {
                div.scroll { table {
                    thead { tr { th scope="col" { "" } th scope="col" { "criterion" } th.n scope="col" { "passes" } th.n scope="col" { "last value" } th scope="col" { "when it held" } } }
                    tbody { @for state in &states {
                        tr {
                            td class=(if state.met { "tick good" } else { "tick bad" }) { (if state.met { "✓ met" } else { "✗ not met" }) }
                            td { (state.says) }
                            td.n { (state.comparison.sign()) " " (state.unit.show(state.target)) }
                            td.n.strong { (show(state.unit, state.value)) }
                            td {
                                @if let Some(criterion) = planned.iter().find(|known| known.name == state.name) {
                                    (held(criterion, run)) "; "
                                    span.muted { "judged " (clock(u64::from(criterion.during.from) * 1_000_000)) "–" (clock(u64::from(criterion.during.to) * 1_000_000)) ", " (state.hold_s) " s on end are needed" }
                                }
                            }
                        }
                    } }
                } }
            }
        }
    }
}
