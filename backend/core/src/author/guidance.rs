//! What helps participants: where to change what, and hints.

use super::{
    diagnostic::Findings,
    exercise::Frame,
    field::{Field, Fields, each, each_if_any, names},
    value::{SECOND, written},
    words::{quoted, suggestion},
};
use crate::scenario::{EditPoint, Hint};

/// Folders and files that participants edit; a change elsewhere makes a run practice.
const EDITED: [&str; 2] = ["lab/src/cases/", "deploy/k8s/api"];
/// Hints on the case clock come within a day.
const DAY: u64 = 24 * 3_600 * SECOND;

/// Reads where to change what.
pub(super) fn edit_points(fields: &Fields<'_>, findings: &mut Findings<'_>) -> Option<Vec<EditPoint>> {
    each(fields.get("edit"), findings, |item, findings| {
        let edit = item.fields("EditPoint", findings)?;
        let file = edit.get("file").and_then(|field| file(&field, findings));
        let marker = edit.get("marker").and_then(|field| field.line(80, findings));
        let says = edit.get("says").and_then(|field| field.line(120, findings));
        Some(EditPoint { file: file?, marker: marker?, says: says? })
    })
}

/// A file in the repository.
fn file(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<String> {
    let text = field.line(200, findings)?;
    let example = "write e.g. lab/src/cases/timeouts.rs";
    let drive = text.as_bytes().get(1) == Some(&b':');
    if text.starts_with(['/', '~']) || drive {
        let message = format!("{} is not relative to the repository", quoted(&text));
        return findings.error(&field.spot, message, example);
    }
    if text.contains('\\') || text.split('/').any(|part| matches!(part, "" | "." | "..")) {
        let message = format!("{} is not a plain path within the repository", quoted(&text));
        return findings.error(&field.spot, message, format!("leave out `..`, `.` and `\\`: {example}"));
    }
    if !EDITED.iter().any(|prefix| text.starts_with(prefix)) {
        let help = "edit points lie in lab/src/cases/ or are deploy/k8s/api*.yaml";
        findings.warning(&field.spot, format!("changing {} would make runs unranked", quoted(&text)), help);
    }
    Some(text)
}

/// Reads all hints.
pub(super) fn hints(fields: &Fields<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Vec<Hint>> {
    names(fields.get("hints").as_ref(), "name", findings);
    let hints = each_if_any(fields.get("hints"), findings, |item, findings| hint(item, frame, findings))?;
    let cost: u32 = hints.iter().map(|hint| hint.cost).sum();
    if cost > 50 {
        let message = format!("all hints together cost {cost} points");
        return findings.error(
            &fields.key_spot("hints"),
            message,
            "stay within 50: a hint must leave something to earn",
        );
    }
    Some(hints)
}

fn hint(item: &Field<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Hint> {
    let hint = item.fields("Hint", findings)?;
    let name = hint.get("name").and_then(|field| field.name(findings));
    let says = hint.get("says").and_then(|field| field.text(400, findings));
    let after = match hint.get("after") {
        Some(field) => after(&field, frame, findings).map(Some),
        None => Some(None),
    };
    let unmet = match hint.get("unmet") {
        Some(field) => unmet(&field, frame, findings).map(Some),
        None => Some(None),
    };
    let cost = match hint.get("cost") {
        Some(field) => field.whole(0..=50, findings),
        None => Some(0),
    };
    if !(item.has("after") || item.has("unmet") || item.has("cost")) {
        let help = "add `after: 2m`, `unmet: <criterion>` or `cost: 5`";
        return findings.error(&hint.spot(), "nothing releases this hint", help);
    }
    Some(Hint { name: name?, says: says?, after_us: after?, unmet: unmet?, cost: cost? as u32 })
}

fn after(field: &Field<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<u64> {
    let us = field.duration(0..=DAY, findings)?;
    if let Some(minutes) = frame.minutes.filter(|minutes| us > minutes * 60 * SECOND) {
        let message = format!("the hint comes after {}, but the case has {minutes} minutes", written(us));
        findings.warning(&field.spot, message, "release it earlier");
    }
    Some(us)
}

fn unmet(field: &Field<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<String> {
    let name = field.name(findings)?;
    match &frame.criteria {
        Some(criteria) if !criteria.contains(&name) => {
            let known: Vec<&str> = criteria.iter().map(String::as_str).collect();
            let help = suggestion(&name, "criteria here", known);
            findings.error(&field.spot, format!("no criterion is named {}", quoted(&name)), help)
        }
        _ => Some(name),
    }
}
