//! What happened when, under which circumstances it was measured, and where to go on.

use brownout_core::{
    comparison::CodeChange,
    fold::Run,
    quantity::{Unit, clock},
};
use maud::{Markup, html};

use super::{show, when};
use crate::told::Told;

/// What happened when.
pub(crate) fn happenings(run: &Run) -> Markup {
    html! {
        @if !run.marks.is_empty() {
            section.long aria-label="what happened" {
                h2 { "What happened" }
                ul.plain { @for mark in run.marks.iter().take(200) { li { span.muted { (clock(mark.run_us)) } "  " (mark.says) } } }
                @if run.marks.len() > 200 { p.muted { (run.marks.len() - 200) " more are left out." } }
            }
        }
    }
}

/// Under which circumstances it was measured.
pub(crate) fn environment(told: &Told<'_>, edits: Option<&[CodeChange]>) -> Markup {
    let started = told.run.started.as_ref();
    let lag = told.run.finished.as_ref().map(|finished| finished.lag_p99_us as f64);
    html! {
        section.long aria-label="environment" {
            h2 { "Environment" }
            dl {
                dt { "run" } dd { code { (told.summary.id) } ", " (when(told.summary.started_ms)) }
                dt { "by" } dd { (told.name) }
                dt { "stack" } dd { (told.summary.stack) ", build " code { (told.summary.build) } }
                dt { "machine" } dd { (told.machine) }
                dt { "load generator" } dd { "late by " (show(Unit::Time, lag)) " at the 99th percentile; more than 20 ms is not ranked" }
                @if let Some(started) = started {
                    dt { "Brownout" } dd { (started.panel) ", scenario " code { (started.scenario_hash) } @if !started.sealed_hash.is_empty() { ", sealed lab " code { (started.sealed_hash) } } }
                }
                dt { "hints" } dd { @match told.run.hints.len() { 0 => { "none" }, _ => @for (name, cost) in &told.run.hints { (name) " (−" (cost) ") " } } }
                dt { "edited files" } dd { @match edits {
                    None => { "not recorded" },
                    Some([]) => { "none: the code as it was given" },
                    Some(edits) => @for edit in edits { code { (edit.path) } " +" (edit.added) " −" (edit.removed) " " },
                } }
            }
        }
    }
}

/// The story, and where to go on.
pub(crate) fn story(run: &Run) -> Markup {
    let Some(scenario) = run.started.as_ref().map(|started| &started.scenario) else { return html! {} };
    let finished = run.finished.as_ref();
    let met = finished.is_some_and(|f| f.score.is_some() && f.criteria.iter().all(|state| state.met));
    html! {
        section.long aria-label="story and next step" {
            h2 { "The case" }
            @for paragraph in scenario.story.split("\n\n") { p { (paragraph) } }
            p { span.muted { "Pattern: " } (scenario.pattern) }
            h2 { "Next step" }
            @if met {
                p.good { "✓ All criteria are met." }
                p { "Mark the case as completed in the panel, and go on with the next one." }
            } @else {
                @for point in &scenario.edit { p { (point.says) " in " code { (point.file) } } }
                p { "Then " code { "make dev" } " and " code { "make scenario CASE=" (scenario.id) } ", or the same buttons in the panel." }
            }
        }
    }
}
