//! The terms of the score and the bands in which scores must fall.

use super::{
    diagnostic::Findings,
    exercise::Frame,
    field::{Field, Fields, each, each_if_any},
    signals::{judged_load, more_is_better, signal},
    words::{quoted, suggestion},
};
use crate::{
    scenario::{Bands, Span, Term, Variant},
    signal::{Measure, Signal},
};

/// Reads all terms; their weights must add up to 100.
pub(super) fn terms(fields: &Fields<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Vec<Term>> {
    let mut weights: Vec<Option<f64>> = Vec::new();
    let mut at = 0;
    let terms = each(fields.get("score"), findings, |item, findings| {
        let term = item.fields("Term", findings)?;
        let weight = term.get("weight").and_then(|field| field.positive(100.0, findings));
        weights.push(weight);
        at += 1;
        self::term(&term, weight, at - 1, frame, findings)
    });
    let sum: Option<f64> = weights.iter().copied().sum();
    if let Some(sum) = sum.filter(|sum| !weights.is_empty() && (sum - 100.0).abs() > 1e-6) {
        let number = |value: f64| format!("{}", (value * 1e3).round() / 1e3);
        let added: Vec<String> = weights.iter().flatten().map(|weight| number(*weight)).collect();
        let way = match sum > 100.0 {
            true => format!("take away {}", number(sum - 100.0)),
            false => format!("give away {} more", number(100.0 - sum)),
        };
        let message = format!("the weights {} add up to {}, not 100", added.join(" + "), number(sum));
        return findings.error(&fields.key_spot("score"), message, way);
    }
    terms
}

fn term(
    fields: &Fields<'_>,
    weight: Option<f64>,
    at: usize,
    frame: &Frame,
    findings: &mut Findings<'_>,
) -> Option<Term> {
    let name = fields.get("name").and_then(|field| field.name(findings));
    let says = fields.get("says").and_then(|field| field.line(80, findings));
    let poor = fields.get("poor").and_then(|field| field.line(200, findings));
    let named = fields.get("signal");
    let signal = named.as_ref().and_then(|field| signal(field, frame, findings));
    let during = fields.get("during").and_then(|field| spans(&field, frame, findings));
    let times = match fields.get("times") {
        Some(field) => times(&field, at, frame, findings),
        None => Some(Vec::new()),
    };
    let values = signal.as_ref().and_then(|signal| line(fields, signal, findings));
    if let (Some(field), Some(Signal::Load { measure, .. })) = (&named, &signal) {
        match measure {
            Measure::Answered => {
                let help = "score load.right: broken code may answer everybody, too late";
                findings.error::<()>(&field.spot, "`load.answered` is shown, never scored", help);
            }
            Measure::Percentile(_) if times.as_ref().is_some_and(Vec::is_empty) => {
                let help = "add `times: [right]`, the name of an earlier term about load.right";
                findings.warning(&field.spot, "quick refusals would earn this term", help);
            }
            _ => {}
        }
    }
    let (worthless, perfect) = values?;
    Some(Term {
        name: name?,
        says: says?,
        signal: signal?,
        during: during?,
        weight: weight?,
        worthless,
        perfect,
        times: times?,
        poor: poor?,
    })
}

/// The two ends of the line from nothing to everything.
fn line(fields: &Fields<'_>, signal: &Signal, findings: &mut Findings<'_>) -> Option<(f64, f64)> {
    let of = signal.to_string();
    let mut value = |key| fields.get(key).and_then(|field| field.quantity(signal.unit(), &of, findings));
    let (worthless, perfect) = (value("worthless"), value("perfect"));
    let (worthless, perfect, field) = (worthless?, perfect?, fields.get("perfect")?);
    if worthless == perfect {
        let help = "write two values: what earns nothing and what earns everything";
        return findings.error(&field.spot, "`worthless` and `perfect` are the same value", help);
    }
    if more_is_better(signal).is_some_and(|more| more != (perfect > worthless)) {
        let help = "swap `worthless` and `perfect`";
        return findings.error(&field.spot, format!("a worse {} would earn more", quoted(&of)), help);
    }
    Some((worthless, perfect))
}

fn spans(field: &Field<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Vec<Span>> {
    let items = if field.is_list() { field.items(findings)? } else { vec![field.clone()] };
    let read = |item: &Field<'_>, findings: &mut Findings<'_>| {
        let span = item.span(frame.end_us, findings)?;
        judged_load(item, span, frame, findings)
    };
    let spans: Vec<Option<Span>> = items.iter().map(|item| read(item, findings)).collect();
    let spans: Vec<Span> = spans.into_iter().collect::<Option<_>>()?;
    for (pair, item) in spans.windows(2).zip(items.iter().skip(1)) {
        if pair[1].from < pair[0].to {
            let message = format!("the span overlaps with {}s..{}s before it", pair[0].from, pair[0].to);
            return findings.error(&item.spot, message, "put spans in the order of time, apart from each other");
        }
    }
    Some(spans)
}

/// Names of earlier terms.
fn times(field: &Field<'_>, at: usize, frame: &Frame, findings: &mut Findings<'_>) -> Option<Vec<String>> {
    let read = |item: &Field<'_>, findings: &mut Findings<'_>| {
        let name = item.name(findings)?;
        let Some(terms) = &frame.terms else { return Some(name) };
        let earlier: Vec<&str> = terms.iter().take(at).map(String::as_str).collect();
        if earlier.contains(&name.as_str()) {
            return Some(name);
        }
        let message = match terms.contains(&name) {
            true => format!("{} does not come before this term", quoted(&name)),
            false => format!("no term is named {}", quoted(&name)),
        };
        findings.error(&item.spot, message, suggestion(&name, "earlier terms", earlier))
    };
    let items = field.items(findings)?;
    let names: Vec<Option<String>> = items.iter().map(|item| read(item, findings)).collect();
    names.into_iter().collect()
}

/// Reads the bands.
pub(super) fn bands(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Bands> {
    let fields = field.fields("Bands", findings)?;
    let broken = fields.get("broken").and_then(|field| band(&field, "0..40", findings));
    let solved_field = fields.get("solved");
    let solved = solved_field.as_ref().and_then(|field| band(field, "90..100", findings));
    let (broken, solved, solved_field) = (broken?, solved?, solved_field?);
    if broken.0 != 0 {
        let field = fields.get("broken")?;
        return findings.error(
            &field.spot,
            "the band of the broken code begins at 0",
            format!("write 0..{}", broken.1),
        );
    }
    if solved.1 != 100 {
        let help = format!("write {}..100", solved.0);
        return findings.error(&solved_field.spot, "the band of the solved code ends at 100", help);
    }
    if solved.0 <= broken.1 {
        let message = format!("a score of {} would be broken and solved at once", solved.0);
        let help = format!("begin the band of the solved code above {}", broken.1);
        return findings.error(&solved_field.spot, message, help);
    }
    Some(Bands { broken_at_most: broken.1, solved_at_least: solved.0 })
}

/// How far a wrong way must stay below a full score; below a solved one it stays in any case.
const BELOW: u32 = 15;

/// Reads the ways to edit the case; their bands must not contradict those of the case.
pub(super) fn variants(fields: &Fields<'_>, bands: Option<Bands>, findings: &mut Findings<'_>) -> Option<Vec<Variant>> {
    let mut known: Vec<String> = Vec::new();
    each_if_any(fields.get("variants"), findings, |item, findings| {
        let variant = item.fields("Variant", findings)?;
        let folder_field = variant.get("folder");
        let folder = folder_field.as_ref().and_then(|field| folder(field, findings));
        let band_field = variant.get("band");
        let band = band_field.as_ref().and_then(|field| band(field, "0..10", findings));
        let (folder, (low, high), folder_field, band_field) = (folder?, band?, folder_field?, band_field?);
        if known.contains(&folder) {
            let message = format!("{} is there twice", quoted(&folder));
            return findings.error(&folder_field.spot, message, "leave one out");
        }
        known.push(folder.clone());
        let solved = bands.map_or(0, |bands| bands.solved_at_least);
        let most = bands.map_or(100, |bands| bands.solved_at_least.saturating_sub(1)).min(100 - BELOW);
        if folder.starts_with("mistakes/") && high > most {
            let message = format!("a mistake that scores {high} is as good as a solution");
            return findings.error(&band_field.spot, message, format!("end its band at {most} or below"));
        }
        if folder.starts_with("variants/") && low < solved {
            let message = format!("a right way that scores {low} would not be solved");
            return findings.error(&band_field.spot, message, format!("begin its band at {solved} or above"));
        }
        Some(Variant { folder, low, high })
    })
}

fn folder(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<String> {
    let text = field.line(80, findings)?;
    let name = text.strip_prefix("mistakes/").or_else(|| text.strip_prefix("variants/"));
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if name.is_some_and(plain) {
        return Some(text);
    }
    let help = "write e.g. mistakes/timeouts-deadline-5s or variants/timeouts-deadline-200ms";
    findings.error(&field.spot, format!("{} is no folder of variants", quoted(&text)), help)
}

fn band(field: &Field<'_>, example: &str, findings: &mut Findings<'_>) -> Option<(u32, u32)> {
    let text = field.scalar(&format!("a band such as {example}"), findings)?;
    let ends: Option<(u32, u32)> =
        text.split_once("..").and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)));
    match ends.filter(|(low, high)| *low <= 100 && *high <= 100) {
        Some((low, high)) if low > high => {
            let message = format!("{} is a band from {low} down to {high}: no score is in it", quoted(text));
            findings.error(&field.spot, message, format!("write {high}..{low}"))
        }
        Some(ends) => Some(ends),
        None => {
            let message = format!("{} is no band of scores", quoted(text));
            findings.error(&field.spot, message, format!("write e.g. {example}, within 0..100"))
        }
    }
}
