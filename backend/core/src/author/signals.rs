//! Signals as criteria and terms name them: they must exist, be honest, and be judged in the direction that is good.

use super::{
    diagnostic::Findings,
    exercise::Frame,
    field::Field,
    words::{listed, meant, quoted, suggestion},
};
use crate::{
    scenario::Span,
    signal::{Measure, Signal},
};

/// Gauges of the lab's services and of the stack that panels may draw.
pub(super) const GAUGES: [&str; 30] = [
    "dep.in_flight",
    "dep.hanging",
    "dep.licence_in_use",
    "api.in_flight",
    "api.slots_in_use",
    "api.slots_total",
    "api.slots_waiting",
    "api.replicas",
    "api.replicas_desired",
    "api.replicas_ready",
    "api.cpu",
    "api.cpu_request",
    "api.restarts",
    "worker.restarts",
    "api.render_queue",
    "api.rendering",
    "api.pool_size",
    "api.pool_in_use",
    "api.pool_waiting",
    "worker.queued_fast",
    "worker.queued_slow",
    "worker.busy_fast",
    "worker.busy_slow",
    "worker.oldest_fast_seconds",
    "worker.oldest_slow_seconds",
    "db.connections",
    "db.active",
    "db.idle_in_transaction",
    "db.waiting_on_locks",
    "db.connection_limit",
];

/// Services whose code participants edit: what they report could be anything.
const EDITED: [&str; 2] = ["api.", "worker."];

/// What the stack itself knows of such a service.
const OF_THE_STACK: [&str; 7] = [
    "api.replicas",
    "api.replicas_desired",
    "api.replicas_ready",
    "api.cpu",
    "api.cpu_request",
    "api.restarts",
    "worker.restarts",
];

/// Reads a signal.
pub(super) fn signal(field: &Field<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Signal> {
    let text = field.scalar("a signal such as load.right", findings)?;
    let Ok(signal) = text.parse::<Signal>() else {
        return findings.error(&field.spot, format!("{} is no signal", quoted(text)), help(text, frame));
    };
    match &signal {
        Signal::Load { stream: Some(name), .. } => {
            let streams = frame.streams.as_deref();
            if let Some(streams) = streams.filter(|streams| !streams.contains(name)) {
                let known: Vec<&str> = streams.iter().map(String::as_str).collect();
                let help = suggestion(name, "streams here", known);
                return findings.error(&field.spot, format!("no stream is named {}", quoted(name)), help);
            }
        }
        Signal::Load { .. } | Signal::Books => {}
        Signal::Probe { gauge } => {
            let edited = EDITED.iter().any(|service| gauge.starts_with(service));
            if edited && !OF_THE_STACK.contains(&gauge.as_str()) {
                let message = format!("{} is reported by the code that participants edit", quoted(text));
                return findings.error(&field.spot, message, "judge what the load or the dependency saw");
            }
            gauge_exists(field, gauge, findings);
        }
    }
    Some(signal)
}

/// Warns about a gauge that nothing reports.
pub(super) fn gauge_exists(field: &Field<'_>, gauge: &str, findings: &mut Findings<'_>) {
    if !GAUGES.contains(&gauge) {
        let message = format!("no service of the lab reports {}", quoted(gauge));
        findings.warning(&field.spot, message, suggestion(gauge, "gauges are", GAUGES));
    }
}

fn help(text: &str, frame: &Frame) -> String {
    let measures = || Measure::NAMES.iter().map(|(name, _)| *name);
    let mut known: Vec<String> = measures().map(|measure| format!("load.{measure}")).collect();
    for stream in frame.streams.iter().flatten() {
        known.extend(measures().map(|measure| format!("load.{stream}.{measure}")));
    }
    known.push("books.balanced".to_owned());
    known.extend(GAUGES.iter().map(|gauge| format!("probe.{gauge}")));
    match meant(text, known.iter().map(String::as_str)) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("write load.<measure> or load.<stream>.<measure>; measures are {}", listed(measures())),
    }
}

/// Whether more of it is better; `None` when that depends on the case.
pub(super) fn more_is_better(signal: &Signal) -> Option<bool> {
    match signal {
        Signal::Load { measure: Measure::Right | Measure::Answered, .. } | Signal::Books => Some(true),
        Signal::Load { measure: Measure::Dropped | Measure::Percentile(_), .. } => Some(false),
        Signal::Probe { .. } => None,
    }
}

/// A span in which nothing is due would be judged on nothing.
pub(super) fn judged_load(field: &Field<'_>, span: Span, frame: &Frame, findings: &mut Findings<'_>) -> Option<Span> {
    let idle = frame.due.as_ref().is_some_and(|due| {
        let mut seconds = due.iter().take(span.to as usize).skip(span.from as usize);
        !seconds.any(|second| *second)
    });
    if idle {
        let message = format!("no request is due during {}s..{}s", span.from, span.to);
        return findings.error(&field.spot, message, "move the span or add arrivals");
    }
    Some(span)
}
