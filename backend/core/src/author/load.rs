//! Streams of load: what is asked, when, and how an answer is judged.

use super::{
    arrivals::{arrivals, most_waiting},
    completion,
    diagnostic::Findings,
    exercise::Frame,
    field::{Field, Fields, each},
    value::{SECOND, written},
    words::{quoted, suggestion},
};
use crate::{
    arrival::Arrivals,
    scenario::{ReceiptRule, Stream},
};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// Methods whose requests have a body.
const CARRYING: [&str; 3] = ["POST", "PUT", "PATCH"];
const TARGETS: [&str; 2] = ["api", "worker"];
const PLACEHOLDERS: [&str; 2] = ["n", "id"];
const MOST_IN_FLIGHT: u64 = 1_000;
/// Nobody waits longer than this for an answer, and no run may hang on it.
const MOST_PATIENCE: u64 = 60 * SECOND;

/// Reads all streams.
pub(super) fn streams(fields: &Fields<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Vec<Stream>> {
    each(fields.get("load"), findings, |item, findings| stream(item, frame, findings))
}

fn stream(item: &Field<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Stream> {
    let stream = item.fields("Stream", findings)?;
    let name = stream.get("stream").and_then(|field| field.name(findings));
    let request = stream.get("request").and_then(|field| request(&field, findings));
    let segments = arrivals(stream.get("arrivals"), frame, findings);
    let poisson_seed = optional(stream.get("poisson"), |field| field.whole(0..=u64::MAX, findings));
    let patience = stream.get("patience");
    let patience_us = patience.as_ref().and_then(|field| field.duration(1_000..=MOST_PATIENCE, findings));
    let right_within = stream.get("right_within").and_then(|field| field.duration(1_000..=MOST_PATIENCE, findings));
    if let (Some(field), Some(patience), Some(right)) = (&patience, patience_us, right_within)
        && patience < right
    {
        let message =
            format!("the client leaves after {}, but an answer counts until {}", written(patience), written(right));
        findings.error::<()>(&field.spot, message, "make `patience` at least as long as `right_within`");
    }
    let method = request.as_ref().map(|(method, ..)| method.as_str());
    let body = optional(stream.get("body"), |field| body(field, method, findings));
    let receipt = optional(stream.get("receipt"), |field| receipt(field, findings));
    let completion = optional(stream.get("completion"), |field| completion::completion(field, findings));
    if stream.get("receipt").is_some()
        && let Some(field) = stream.get("completion")
    {
        let help = "keep `receipt` where the answer is what counts, `completion` where the end of a job counts";
        findings.error::<()>(&field.spot, "the stream has both a receipt and a completion", help);
    }
    let degraded_header = optional(stream.get("degraded_header"), |field| header(field, findings));
    let most = stream.get("most_in_flight");
    let most_in_flight = match &most {
        Some(field) => field.whole(1..=100_000, findings),
        None => Some(MOST_IN_FLIGHT),
    };
    let per_connection =
        optional(stream.get("requests_per_connection"), |field| field.whole(1..=u64::from(u32::MAX), findings));
    let arrivals = Arrivals { segments: segments?, poisson_seed: poisson_seed? };
    if let (Some(patience), Some(limit)) = (patience_us, most_in_flight) {
        let waiting = most_waiting(&arrivals, patience);
        if waiting > limit as f64 {
            let spot = most.map_or_else(|| stream.spot(), |field| field.spot);
            let message = format!(
                "up to {} calls wait at once (arrivals within a patience of {}), but only {limit} may be open",
                waiting.ceil(),
                written(patience)
            );
            findings.warning(&spot, message, "raise `most_in_flight`, or arrivals are dropped while callers wait");
        }
    }
    let (method, target, path) = request?;
    Some(Stream {
        name: name?,
        method,
        target,
        path,
        arrivals,
        patience_us: patience_us?,
        right_within_us: right_within?,
        body: body?,
        receipt: receipt?,
        completion: completion?,
        degraded_header: degraded_header?,
        most_in_flight: most_in_flight? as u32,
        requests_per_connection: per_connection?.map(|requests| requests as u32),
    })
}

/// `Some(None)` when the key is not there, `None` when its value is wrong.
fn optional<T>(field: Option<Field<'_>>, decode: impl FnOnce(&Field<'_>) -> Option<T>) -> Option<Option<T>> {
    match field {
        Some(field) => decode(&field).map(Some),
        None => Some(None),
    }
}

fn request(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<(String, String, String)> {
    if field.is_mapping() {
        let parts = field.fields("Request", findings)?;
        let method = match parts.get("method") {
            Some(field) => field.word("method", &METHODS, findings),
            None => Some("GET"),
        };
        let target = parts.get("target").and_then(|field| field.word("service with an endpoint", &TARGETS, findings));
        let path = parts.get("path")?;
        let written = path.scalar("a path such as /quote?item={n}&id={id}", findings)?;
        let path = self::path(&path, written, findings);
        return Some((method?.to_owned(), target?.to_owned(), path?));
    }
    let example = "e.g. `GET api /quote?item={n}&id={id}`";
    let text = field.scalar(example, findings)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let [method, target, path] = words.as_slice() else {
        let message = format!("{} is not method, service and path", quoted(text));
        return findings.error(&field.spot, message, format!("write {example}"));
    };
    let mut known = |word: &str, what: &str, words: &[&'static str]| {
        if words.contains(&word) {
            return true;
        }
        let help = suggestion(word, "known are", words.to_vec());
        findings.error::<()>(&field.spot, format!("{} is no {what}", quoted(word)), help);
        false
    };
    let method_known = known(method, "method", &METHODS);
    let target_known = known(target, "service with an endpoint", &TARGETS);
    let path = self::path(field, path, findings)?;
    (method_known && target_known).then(|| ((*method).to_owned(), (*target).to_owned(), path))
}

/// JSON that is sent as it is written.
fn body(field: &Field<'_>, method: Option<&str>, findings: &mut Findings<'_>) -> Option<String> {
    let text = field.text(4_000, findings)?;
    if let Some(method) = method.filter(|method| !CARRYING.contains(method)) {
        let help = "leave `body` out, or write POST, PUT or PATCH";
        return findings.error(&field.spot, format!("a {method} carries no body"), help);
    }
    if let Some(placeholder) = ["{n}", "{id}"].into_iter().find(|placeholder| text.contains(placeholder)) {
        let message = format!("{} is not filled in a body", quoted(placeholder));
        return findings.error(&field.spot, message, "put it into the path, e.g. /batches?id={id}");
    }
    match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
        Ok(_) => Some(text),
        Err(error) => {
            let message = format!("{} is not JSON: {error}", quoted(&text));
            findings.error(&field.spot, message, r#"write e.g. '{"fast":1}'"#)
        }
    }
}

pub(super) fn path(field: &Field<'_>, path: &str, findings: &mut Findings<'_>) -> Option<String> {
    if path.len() > 1_000 {
        let message = format!("the path has {} characters; 1000 fit", path.len());
        return findings.error(&field.spot, message, "shorten it");
    }
    if !path.starts_with('/') || !path.bytes().all(|byte| byte.is_ascii_graphic()) || path.contains('#') {
        let help = "begin with `/` and percent-encode spaces and letters beyond ASCII";
        return findings.error(&field.spot, format!("{} is no path", quoted(path)), help);
    }
    template(field, path, findings)?;
    Some(path.to_owned())
}

/// Checks that a text only has placeholders that are filled.
pub(super) fn template(field: &Field<'_>, text: &str, findings: &mut Findings<'_>) -> Option<()> {
    let help = "placeholders are {n}, the number of the arrival from 0, and {id}, its unique id";
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let inside = rest[at..].strip_prefix('{').and_then(|inside| inside.split_once('}'));
        match inside {
            Some((name, after)) if PLACEHOLDERS.contains(&name) => rest = after,
            Some((name, _)) if !name.contains('{') => {
                let placeholder = format!("{{{name}}}");
                return findings.error(&field.spot, format!("{} is no placeholder", quoted(&placeholder)), help);
            }
            _ => {
                let message = format!("{} has a brace without its partner", quoted(text));
                return findings.error(&field.spot, message, help);
            }
        }
    }
    Some(())
}

fn receipt(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<ReceiptRule> {
    let receipt = field.fields("Receipt", findings)?;
    let header = receipt.get("header").and_then(|field| header(&field, findings));
    let message = signs(&receipt.get("signs")?, "quote:{id}:{n}", findings);
    Some(ReceiptRule { header: header?, message: message? })
}

/// What a receipt signs.
pub(super) fn signs(field: &Field<'_>, example: &str, findings: &mut Findings<'_>) -> Option<String> {
    let text = field.line(200, findings)?;
    template(field, &text, findings)?;
    if !text.contains("{id}") {
        let help = format!("sign {{id}} too, e.g. `{example}`");
        findings.warning(&field.spot, format!("{} would let one receipt serve many requests", quoted(&text)), help);
    }
    Some(text)
}

fn header(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<String> {
    let text = field.scalar("the name of a header, e.g. `x-receipt`", findings)?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || text.len() > 64 || !text.bytes().all(fits) {
        let help = "use at most 64 of a-z, 0-9 and -, e.g. `x-receipt`";
        return findings.error(&field.spot, format!("{} is no name of a header", quoted(text)), help);
    }
    Some(text.to_owned())
}
