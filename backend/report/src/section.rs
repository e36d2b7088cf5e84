//! The parts of a page that are words and tables.

use brownout_core::{
    comparison::{Changed, CodeChange},
    difference::DifferenceLine,
    event::Ended,
    fold::Run,
    quantity::{Unit, clock},
    score::{Score, TermScore, Unranked},
};
use maud::{Markup, html};

use crate::{
    date,
    figure::{held, latencies},
    told::Told,
};

/// A wall time.
pub(crate) fn when(ms: u64) -> Markup {
    html! { time datetime=(date::iso(ms)) { (date::utc(ms)) } }
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

pub(crate) fn show(unit: Unit, value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| unit.show(value))
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

/// Percentiles of all scheduled arrivals, by stream.
pub(crate) fn percentiles(run: &Run, base: Option<&Run>) -> Markup {
    const WANTED: [(&str, f64); 7] =
        [("p50", 0.5), ("p75", 0.75), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999), ("longest", 1.0)];
    let several = run.streams.len() > 1;
    let streams = run.streams.keys().filter(|_| several).map(|name| (name.as_str(), Some(name.as_str())));
    let columns: Vec<_> = std::iter::once(("all requests", None)).chain(streams).collect();
    let of = |run: &Run| columns.iter().map(|(_, stream)| latencies(run, *stream)).collect::<Vec<_>>();
    let (now, before) = (of(run), base.map(of));
    let say = |us: Option<u64>| show(Unit::Time, us.map(|us| us as f64));
    html! {
        section aria-label="percentiles" {
            h2 { "Latency over the whole run" }
            p.muted.small { "Counted from the intended instant, over all scheduled arrivals; what was given up counts as the client's patience, what was never sent as never." }
            div.scroll { table {
                thead { tr {
                    th scope="col" { "" }
                    @for (name, _) in &columns {
                        @if base.is_some() { th.n scope="col" { (name) ", baseline" } }
                        th.n scope="col" { (name) }
                    }
                } }
                tbody {
                    @for (name, q) in WANTED {
                        tr {
                            td { (name) }
                            @for at in 0..columns.len() {
                                @if let Some(before) = &before { td.n.muted { (say(before[at].quantile(q))) } }
                                td.n { (say(now[at].quantile(q))) }
                            }
                        }
                    }
                    tr {
                        td { "requests" }
                        @for at in 0..columns.len() {
                            @if let Some(before) = &before { td.n.muted { (Unit::Count.show(before[at].count() as f64)) } }
                            td.n { (Unit::Count.show(now[at].count() as f64)) }
                        }
                    }
                }
            } }
        }
    }
}

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
