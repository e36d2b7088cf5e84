//! The index of all runs.

use brownout_core::wire::{RunState, RunSummary};
use maud::{Markup, html};

use crate::{
    page::page,
    section::{tone, when},
};

/// Runs that the page lists; a file of many megabytes opens nowhere.
pub const LISTED: usize = 5_000;
/// Attempts in a sparkline.
const ATTEMPTS: usize = 60;

/// How far a case has come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseProgress {
    /// Scenario id.
    pub scenario: String,
    /// What people call it.
    pub title: String,
    /// Scores of all completed runs, oldest first.
    pub attempts: Vec<u32>,
    /// The best ranked score.
    pub best: Option<u32>,
}

/// The index as one HTML file: progress by case, then all runs, newest first. `total` is how many there are, of which
/// `runs` may be the newest alone. Links lead to `<case>/<run>/report.html` beside it.
pub fn index(cases: &[CaseProgress], runs: &[RunSummary], total: usize) -> String {
    let shown = &runs[..runs.len().min(LISTED)];
    let left_out = total.saturating_sub(shown.len());
    let body = html! {
        header { h1 { "Runs" } span.muted { (total) @if total == 1 { " run" } @else { " runs" } } }
        @if !cases.is_empty() {
            section aria-label="progress" {
                div.scroll { table {
                    thead { tr { th scope="col" { "case" } th.n scope="col" { "best" } th.n scope="col" { "last" } th.n scope="col" { "attempts" } th scope="col" { "progress" } } }
                    tbody { @for case in cases {
                        tr {
                            td { (case.title) }
                            td.n.strong { (number(case.best)) }
                            td.n { (number(case.attempts.last().copied())) }
                            td.n { (case.attempts.len()) }
                            td { (sparkline(&case.attempts)) }
                        }
                    } }
                } }
            }
        }
        section.long aria-label="all runs" {
            @if shown.is_empty() { p { "Nothing has run yet. The first run shows the problem: " code { "make scenario CASE=timeouts" } } }
            @else {
                div.scroll { table {
                    thead { tr { th scope="col" { "started" } th scope="col" { "case" } th.n scope="col" { "score" } th scope="col" { "" } th scope="col" { "build" } th scope="col" { "report" } } }
                    tbody { @for run in shown { (row(run)) } }
                } }
            }
            @if left_out > 0 { p.muted { (left_out) " older runs are left out here; the panel lists them." } }
        }
        footer { "Written by Brownout from its history after each run." }
    };
    page("Runs – Brownout", &body)
}

fn number(score: Option<u32>) -> String {
    score.map_or("–".to_owned(), |score| score.to_string())
}

fn row(run: &RunSummary) -> Markup {
    let state = run.note();
    html! {
        tr {
            td { (when(run.started_ms)) }
            td { (run.scenario) }
            td.n { @match run.score { Some(score) => span class={ "strong " (tone(score)) } { (score) }, None => { "–" } } }
            td {
                @if run.baseline { span title="later runs are compared with it" { "★ baseline " } }
                @if !state.is_empty() { span.warn { (state) } " " span.muted.small { (run.because) } }
            }
            td { code { (run.build) } }
            td { @if run.state == RunState::Running { code { (run.short) } }
                @else { a href={ (run.scenario) "/" (run.id) "/report.html" } { code { (run.short) } } } }
        }
    }
}

/// Scores of the last attempts as a line from 0 to 100.
fn sparkline(attempts: &[u32]) -> Markup {
    let last = &attempts[attempts.len().saturating_sub(ATTEMPTS)..];
    let step = 120.0 / (last.len().max(2) - 1) as f64;
    let point = |(at, score): (usize, &u32)| (2.0 + at as f64 * step, 22.0 - f64::from((*score).min(100)) * 0.2);
    let points: Vec<(f64, f64)> = last.iter().enumerate().map(point).collect();
    let line: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let says: Vec<String> = last.iter().map(u32::to_string).collect();
    html! {
        @if let Some((x, y)) = points.last() {
            svg width="124" height="24" viewBox="0 0 124 24" role="img" aria-label={ "scores: " (says.join(", ")) } {
                polyline points=(line.join(" ")) fill="none" stroke="var(--accent)" stroke-width="1.5" {}
                circle cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="2" fill="var(--accent)" {}
            }
        }
    }
}
