//! The report of one run.

use brownout_core::comparison::compare;
use maud::{Markup, html};

use crate::{
    code::between,
    figure::{Room, charts, figure, spread},
    page::page,
    section::{changes, code, criteria, environment, happenings, percentiles, story, verdict, when},
    told::Told,
};

/// No report is larger, bytes.
pub(crate) const MOST_BYTES: usize = 500_000;

/// The report of a run as one HTML file of less than 500 kB, set against the baseline of its case. Where a long run
/// would be larger, tables are left out, then curves of the baseline, then charts, and the page says so.
pub fn report(told: &Told<'_>, base: Option<&Told<'_>>) -> String {
    let all = charts(told.run).len();
    let rooms = [(Room::Enough, all), (Room::Some, all), (Room::Little, all), (Room::Little, 1), (Room::Little, 0)];
    let mut written = String::new();
    for (room, count) in rooms {
        written = page(&title(told), &body(told, base, room, count));
        if written.len() < MOST_BYTES {
            break;
        }
    }
    written
}

fn title(told: &Told<'_>) -> String {
    let score = told.summary.score.map_or("no score".to_owned(), |score| format!("{score}/100"));
    format!("{}: {score}, run {} – Brownout", told.title(), told.summary.short)
}

fn body(told: &Told<'_>, base: Option<&Told<'_>>, room: Room, count: usize) -> Markup {
    let run = told.run;
    let base_run = base.map(|base| base.run);
    let edits = told.edits();
    let charts = charts(run);
    html! {
        header {
            h1 { (told.title()) }
            @if told.summary.baseline { span.muted { "★ baseline of its case" } }
            span.muted { (told.name) ", " (when(told.summary.started_ms)) }
        }
        (verdict(told))
        (criteria(run))
        (against(told, base))
        @if room < Room::Enough {
            p.muted { "This run is long: to keep this file small, " (left_out(room, charts.len() > count)) " left out. The panel shows them, and data.json has the numbers." }
        }
        @for chart in charts.into_iter().take(count) { (figure(chart, run, base_run, room)) }
        (spread(run, base_run))
        (percentiles(run, base_run))
        (happenings(run))
        (environment(told, edits.as_deref()))
        section.long aria-label="code" {
            h2 { "What was changed" }
            (code(edits.as_deref(), "the code as it was given"))
        }
        (story(run))
        footer { "Written by Brownout from the events of the run. " code { "data.json" } " beside this file holds the same numbers." }
    }
}

fn left_out(room: Room, some_charts: bool) -> &'static str {
    match (room, some_charts) {
        (_, true) => "most charts are",
        (Room::Little, _) => "the tables of the charts and the curves of the baseline are",
        _ => "the tables of the charts are",
    }
}

/// The difference to the baseline.
fn against(told: &Told<'_>, base: Option<&Told<'_>>) -> Markup {
    html! {
        section aria-label="difference to the baseline" {
            h2 { "Against the baseline" }
            @match base {
                None if told.summary.baseline => p.muted { "This run is the baseline of its case: later ones are compared with it." },
                None => p.muted { "This case has no baseline yet: the first ranked run becomes it." },
                Some(base) => {
                    p.muted { "Baseline: run " code { (base.summary.short) } " of " (when(base.summary.started_ms)) }
                    (changes(&compare(base.run, told.run), "baseline", "this run"))
                    @let files = |told: &Told<'_>| told.run.started.as_ref().map(|started| started.code.clone()).filter(|code| !code.is_empty());
                    @if let (Some(before), Some(now)) = (files(base), files(told)) {
                        p.muted { "Code of the two builds: "
                            @match &between(&before, &now)[..] {
                                [] => { "no difference" },
                                edits => @for edit in edits { code { (edit.path) } " +" (edit.added) " −" (edit.removed) " " },
                            }
                        }
                    }
                }
            }
        }
    }
}
