//! The run sheet as it was planned and as it went.

use brownout_core::hub::archive::{Archive, StepTook};
use maud::{Markup, html};

use super::{LISTED, left_out};
use crate::section::lasted;

const MINUTE_MS: u64 = 60_000;

/// A step, planned or taken or both.
struct Row<'a> {
    title: &'a str,
    planned_ms: Option<u64>,
    took_ms: Option<u64>,
}

/// Planned and real minutes of each step.
pub(super) fn sheet(archive: &Archive) -> Markup {
    let rows = rows(archive);
    let sum = |of: fn(&Row<'_>) -> Option<u64>| rows.iter().filter_map(of).fold(0, u64::saturating_add);
    let (planned, took) = (sum(|row| row.planned_ms), sum(|row| row.took_ms));
    // What was not begun has saved no time.
    let begun = sum(|row| row.took_ms.and(row.planned_ms));
    html! {
        section.long aria-label="run sheet" {
            h2 { "Run sheet" }
            @if rows.is_empty() { p.muted { "The run sheet had no steps." } }
            @else {
                @if archive.steps.is_empty() { p { "No step was begun." } }
                div.scroll tabindex="0" role="region" aria-label="run sheet" { table {
                    thead { tr { th scope="col" { "step" } th.n scope="col" { "planned" } th.n scope="col" { "took" } th.n scope="col" { "against the plan" } } }
                    tbody { @for row in rows.iter().take(LISTED) {
                        tr {
                            th scope="row" { (row.title) }
                            td.n { (lasted(row.planned_ms)) }
                            @match row.took_ms {
                                Some(took) => {
                                    td.n.strong { (lasted(Some(took))) }
                                    td.n { @match row.planned_ms { Some(planned) => { (against(planned, took)) }, None => { "not planned" } } }
                                },
                                None => { td.n.muted { "not begun" } td.n { "–" } },
                            }
                        }
                    } }
                    tfoot { tr { th scope="row" { "all" } td.n { (lasted(Some(planned))) } @if archive.steps.is_empty() { td.n.muted { "not begun" } td.n { "–" } } @else { td.n.strong { (lasted(Some(took))) } td.n { (against(begun, took)) } } } }
                } }
                (left_out(rows.len(), "steps"))
                p.muted.small { "Minutes and seconds, without pauses." }
            }
        }
    }
}

/// The steps of the sheet, then those that were taken and are no longer in it.
fn rows(archive: &Archive) -> Vec<Row<'_>> {
    let took = |name: &str| archive.steps.iter().find(|step| step.step == name).map(|step| step.took_ms);
    let planned = archive.sheet.steps.iter().map(|step| Row {
        title: if step.title.is_empty() { &step.name } else { &step.title },
        planned_ms: Some(u64::from(step.minutes) * MINUTE_MS),
        took_ms: took(&step.name),
    });
    let gone = |step: &&StepTook| archive.sheet.step(&step.step).is_none();
    let others = archive.steps.iter().filter(gone).map(|step| Row {
        title: &step.step,
        planned_ms: None,
        took_ms: Some(step.took_ms),
    });
    planned.chain(others).collect()
}

fn against(planned_ms: u64, took_ms: u64) -> String {
    match took_ms.abs_diff(planned_ms) {
        // Less than a second is no difference.
        0..1_000 => "as planned".to_owned(),
        more if took_ms > planned_ms => format!("+{}", lasted(Some(more))),
        less => format!("−{}", lasted(Some(less))),
    }
}
