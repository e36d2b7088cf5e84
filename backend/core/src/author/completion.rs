//! Where the end of a job is told, for requests that only start one.

use super::{
    diagnostic::Findings,
    field::Field,
    load::{path, signs, template},
    words::quoted,
};
use crate::scenario::Completion;

/// Reads where and how the jobs of a stream are told.
pub(super) fn completion(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Completion> {
    let completion = field.fields("Completion", findings)?;
    let feed = completion.get("feed").and_then(|field| feed(&field, findings));
    let job = completion.get("job").and_then(|field| job(&field, findings));
    let signed = completion.get("signs").and_then(|field| signs(&field, "job:{id}.0:fast", findings));
    Some(Completion { feed: feed?, job: job?, signs: signed? })
}

/// One feed serves the whole run, and the engine adds `?after=` to it.
fn feed(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<String> {
    let text = field.scalar("a path such as /completions", findings)?;
    if text.contains(['{', '}', '?']) {
        let help = "write the path alone, e.g. /completions";
        return findings.error(&field.spot, format!("{} is asked once a run, for all jobs", quoted(text)), help);
    }
    path(field, text, findings)
}

/// The engine finds the request by its job, so the name must lead back to the id.
fn job(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<String> {
    let text = field.line(200, findings)?;
    template(field, &text, findings)?;
    if text.matches("{id}").count() != 1 || text.contains("{n}") {
        let message = format!("{} does not lead back to one request", quoted(&text));
        return findings.error(&field.spot, message, "write {id} once and no {n}, e.g. `{id}.0`");
    }
    Some(text)
}
