//! What happens when: the end of the run, its phases and its faults.

use super::{
    diagnostic::Findings,
    exercise::Frame,
    field::{Field, Fields, each_if_any, names},
    value::{SECOND, written},
    words::quoted,
};
use crate::{
    quantity::parse_duration,
    scenario::{Fault, FaultKind, Phase},
};

/// Runs are at most so long, µs.
pub(super) const LONGEST: u64 = 600 * SECOND;

/// Reads `after 60s`.
pub(super) fn end(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<u64> {
    let text = field.scalar("e.g. `after 60s`", findings)?;
    let Some(Ok(end)) = text.strip_prefix("after ").map(parse_duration) else {
        return findings.error(&field.spot, format!("{} is no end of a run", quoted(text)), "write e.g. `after 60s`");
    };
    if !(SECOND..=LONGEST).contains(&end) {
        let message = format!("the run would end after {}", written(end));
        return findings.error(&field.spot, message, "write an end from 1s to 10m");
    }
    if !end.is_multiple_of(SECOND) {
        let help =
            format!("runs are judged second by second: write `after {}`", written(end.div_ceil(SECOND) * SECOND));
        return findings.error(&field.spot, format!("the run would end after {}", written(end)), help);
    }
    Some(end)
}

/// Reads the phases, which begin one after the other.
pub(super) fn phases(fields: &Fields<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Vec<Phase>> {
    let mut last: Option<u64> = None;
    each_if_any(fields.get("phases"), findings, |item, findings| {
        let phase = item.fields("Phase", findings)?;
        let says = phase.get("says").and_then(|field| field.line(120, findings));
        let at = phase.get("at")?;
        let from_us = instant(&at, frame, findings)?;
        if let Some(before) = last.filter(|before| *before >= from_us) {
            let message =
                format!("this phase begins at {}, the one before it at {}", written(from_us), written(before));
            return findings.error(&at.spot, message, "put the phases in the order of time");
        }
        last = Some(from_us);
        Some(Phase { from_us, says: says? })
    })
}

/// Reads the faults.
pub(super) fn faults(fields: &Fields<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Vec<Fault>> {
    names(fields.get("faults").as_ref(), "name", findings);
    each_if_any(fields.get("faults"), findings, |item, findings| {
        let fault = item.fields("Fault", findings)?;
        let name = fault.get("name").and_then(|field| field.name(findings));
        let says = fault.get("says").and_then(|field| field.line(120, findings));
        let at_us = fault.get("at").and_then(|field| instant(&field, frame, findings));
        let until = fault.get("until");
        let until_us = until.as_ref().and_then(|field| instant(field, frame, findings));
        let kind = fault.get("hang").and_then(|field| hang(&field, findings));
        if let (Some(at), Some(ends), Some(field)) = (at_us, until_us, &until)
            && ends <= at
        {
            let message = format!("the fault would end at {}, before it begins at {}", written(ends), written(at));
            return findings.error(&field.spot, message, format!("write an `until` after {}", written(at)));
        }
        Some(Fault { name: name?, at_us: at_us?, until_us: until_us?, says: says?, kind: kind? })
    })
}

fn hang(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<FaultKind> {
    let hang = field.fields("Hang", findings)?;
    let shards = hang.get("shards").and_then(|field| field.whole(1..=1_000, findings));
    let hang_us = hang.get("for").and_then(|field| field.duration(1_000..=LONGEST, findings));
    Some(FaultKind::Hang { shards: shards? as u32, hang_us: hang_us? })
}

/// An instant within the run.
fn instant(field: &Field<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<u64> {
    let us = field.duration(0..=u64::MAX, findings)?;
    match frame.end_us.filter(|end| us > *end) {
        Some(end) => {
            let message = field.says(&format!("is {}, after the run has ended at {}", written(us), written(end)));
            findings.error(&field.spot, message, format!("write an instant up to {}, or move `end`", written(end)))
        }
        None => Some(us),
    }
}
