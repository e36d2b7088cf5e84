//! What must hold, and for how long.

use super::{
    diagnostic::Findings,
    exercise::Frame,
    field::{Field, Fields, each},
    signals::{judged_load, more_is_better, signal},
    value::written,
    words::quoted,
};
use crate::scenario::{Comparison, Criterion};

/// Reads all criteria.
pub(super) fn criteria(fields: &Fields<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Vec<Criterion>> {
    each(fields.get("criteria"), findings, |item, findings| criterion(item, frame, findings))
}

fn criterion(item: &Field<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Criterion> {
    let fields = item.fields("Criterion", findings)?;
    let name = fields.get("name").and_then(|field| field.name(findings));
    let says = fields.get("says").and_then(|field| field.line(80, findings));
    let signal = fields.get("signal").and_then(|field| signal(&field, frame, findings));
    let goal = goal(&fields, findings);
    let target = match (&signal, &goal) {
        (Some(signal), Some((comparison, field))) => {
            if more_is_better(signal).is_some_and(|more| more != (*comparison == Comparison::AtLeast)) {
                let (is, other) = match comparison {
                    Comparison::AtLeast => ("at_least", "at_most"),
                    Comparison::AtMost => ("at_most", "at_least"),
                };
                let message = format!("`{is}` lets a worse {} pass", quoted(&signal.to_string()));
                findings.error::<()>(&field.spot, message, format!("write `{other}`"));
            }
            field.quantity(signal.unit(), &signal.to_string(), findings)
        }
        _ => None,
    };
    let span = fields.get("during");
    let during = span.as_ref().and_then(|field| {
        let during = field.span(frame.end_us, findings)?;
        judged_load(field, during, frame, findings)
    });
    let over_s = within(fields.get("over"), 1, during.map(|span| span.to - span.from), findings);
    let hold_s = within(fields.get("hold"), 1, during.map(|span| span.to - span.from), findings);
    Some(Criterion {
        name: name?,
        says: says?,
        signal: signal?,
        comparison: goal?.0,
        target: target?,
        during: during?,
        over_s: over_s?,
        hold_s: hold_s?,
    })
}

/// Exactly one of `at_least` and `at_most`.
fn goal<'t>(fields: &Fields<'t>, findings: &mut Findings<'_>) -> Option<(Comparison, Field<'t>)> {
    match (fields.get("at_least"), fields.get("at_most")) {
        (Some(field), None) => Some((Comparison::AtLeast, field)),
        (None, Some(field)) => Some((Comparison::AtMost, field)),
        (None, None) => {
            findings.error(&fields.spot(), "the criterion has no target", "write `at_least: 87%` or `at_most: 400ms`")
        }
        (Some(_), Some(field)) => {
            let help = "keep one; a second bound is a second criterion";
            findings.error(&field.spot, "the criterion has two targets, `at_least` and `at_most`", help)
        }
    }
}

/// Whole seconds that fit into the span that is judged.
fn within(field: Option<Field<'_>>, least: u64, span_s: Option<u32>, findings: &mut Findings<'_>) -> Option<u32> {
    let field = field?;
    let seconds = field.seconds(least..=600, findings)?;
    if let Some(span) = span_s.filter(|span| seconds > *span) {
        let message = field.says(&format!("is {seconds}s, but only {span}s are judged"));
        let most = written(u64::from(span) * 1_000_000);
        return findings.error(&field.spot, message, format!("write at most {most}, or judge a longer span"));
    }
    Some(seconds)
}
