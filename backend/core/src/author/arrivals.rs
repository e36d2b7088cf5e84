//! When the requests of a stream are due: stretches that follow each other.

use super::{
    diagnostic::Findings,
    exercise::Frame,
    field::{Field, each},
    timeline::LONGEST,
    value::{SECOND, rate_of, written},
    words::quoted,
};
use crate::{
    arrival::{Arrivals, Segment},
    scenario::Stream,
};

/// Reads the stretches of one stream, in the order of time.
pub(super) fn arrivals(list: Option<Field<'_>>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Vec<Segment>> {
    let mut before: Option<Segment> = None;
    each(list, findings, |item, findings| {
        let segment = segment(item, findings)?;
        let (from, to) = reach(&segment);
        // Nothing is due at the end itself, so a burst there is too late as well.
        if let Some(end) = frame.end_us.filter(|end| to > *end || from >= *end) {
            let (verb, at) = if from >= end { ("begin at", from) } else { ("go on until", to) };
            let message = format!("these arrivals {verb} {}, but the run ends at {}", written(at), written(end));
            return findings.error(&item.spot, message, format!("stop at {}, or move `end`", written(end)));
        }
        if let Some((first, last)) = before.as_ref().map(reach).filter(|(_, last)| from < *last) {
            let message = format!(
                "arrivals from {} on overlap with the stretch {}..{} before them",
                written(from),
                written(first),
                written(last)
            );
            let help = "put stretches in the order of time; load on top of load is a second stream";
            return findings.error(&item.spot, message, help);
        }
        before = Some(segment);
        Some(segment)
    })
}

fn segment(item: &Field<'_>, findings: &mut Findings<'_>) -> Option<Segment> {
    if item.has("burst") || (item.has("at") && !item.has("from")) {
        let burst = item.fields("BurstArrivals", findings)?;
        let at_us = burst.get("at").and_then(|field| field.duration(0..=LONGEST, findings));
        let count = burst.get("burst").and_then(|field| field.whole(1..=20_000, findings));
        return Some(Segment::Burst { at_us: at_us?, count: count? as u32 });
    }
    let form = if item.has("ramp") { "RampArrivals" } else { "ConstantArrivals" };
    let stretch = item.fields(form, findings)?;
    let from = stretch.get("from").and_then(|field| field.duration(0..=LONGEST, findings));
    let to = stretch.get("to");
    let to_us = to.as_ref().and_then(|field| field.duration(0..=LONGEST, findings));
    let rates = match form {
        "RampArrivals" => stretch.get("ramp").and_then(|field| ramp(&field, findings)),
        _ => stretch.get("rate").and_then(|field| field.rate(findings)).map(|rate| (rate, rate)),
    };
    let (from_us, to_us, to) = (from?, to_us?, to?);
    if from_us >= to_us {
        let message = format!("the stretch {}..{} is empty", written(from_us), written(to_us));
        return findings.error(&to.spot, message, format!("write a `to` after {}", written(from_us)));
    }
    let (start_per_second, end_per_second) = rates?;
    Some(match form {
        "RampArrivals" => Segment::Ramp { from_us, to_us, start_per_second, end_per_second },
        _ => Segment::Constant { from_us, to_us, per_second: start_per_second },
    })
}

fn ramp(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<(f64, f64)> {
    let text = field.scalar("a ramp such as 4/s..50/s", findings)?;
    let Some((start, end)) = text.split_once("..") else {
        return findings.error(&field.spot, format!("{} is no ramp", quoted(text)), "write e.g. 4/s..50/s");
    };
    let (start, end) = (rate_of(field, start.trim(), findings), rate_of(field, end.trim(), findings));
    let (start, end) = (start?, end?);
    if start + end <= 0.0 {
        let help = "write e.g. 4/s..50/s; one of the two may be 0/s";
        return findings.error(&field.spot, format!("{} sends nothing", quoted(text)), help);
    }
    Some((start, end))
}

fn reach(segment: &Segment) -> (u64, u64) {
    match *segment {
        Segment::Constant { from_us, to_us, .. } | Segment::Ramp { from_us, to_us, .. } => (from_us, to_us),
        Segment::Burst { at_us, .. } => (at_us, at_us),
    }
}

/// For each second of the run, whether something is due in it.
pub(super) fn due(load: &[Stream], end_us: Option<u64>) -> Option<Vec<bool>> {
    let mut due = vec![false; (end_us?.div_ceil(SECOND)) as usize];
    for segment in load.iter().flat_map(|stream| &stream.arrivals.segments) {
        let (from, to) = reach(segment);
        let seconds = (from / SECOND) as usize..to.div_ceil(SECOND).max(from / SECOND + 1) as usize;
        due.iter_mut().take(seconds.end).skip(seconds.start).for_each(|second| *second = true);
    }
    Some(due)
}

/// Calls open at once if nobody answers: the largest load within one patience (Little's law).
pub(super) fn most_waiting(arrivals: &Arrivals, patience_us: u64) -> f64 {
    let seconds = arrivals.end_us().div_ceil(SECOND).min(LONGEST / SECOND);
    let bursts: f64 = arrivals
        .segments
        .iter()
        .filter_map(|segment| match segment {
            Segment::Burst { count, .. } => Some(f64::from(*count)),
            _ => None,
        })
        .fold(0.0, f64::max);
    let steady = Arrivals {
        segments: arrivals.segments.iter().filter(|s| !matches!(s, Segment::Burst { .. })).copied().collect(),
        poisson_seed: None,
    };
    let rates: Vec<f64> = (0..seconds).map(|second| steady.rate_at(second * SECOND + SECOND / 2)).collect();
    let width = (patience_us.div_ceil(SECOND) as usize).max(1);
    let most = rates.windows(width.min(rates.len().max(1))).map(|part| part.iter().sum::<f64>()).fold(0.0, f64::max);
    // A patience below a second holds only its share of a second's arrivals.
    most * (patience_us as f64 / SECOND as f64 / width as f64) + bursts
}
