//! Extra charts of a case.

use super::{
    diagnostic::Findings,
    exercise::Frame,
    field::{Field, Fields, each, each_if_any, names},
    signals::{gauge_exists, signal},
    words::quoted,
};
use crate::{
    quantity::Unit,
    scenario::{Panel, PanelLine},
    signal::Signal,
};

const UNITS: [(&str, Unit); 6] = [
    ("count", Unit::Count),
    ("share", Unit::Share),
    ("time", Unit::Time),
    ("per_second", Unit::PerSecond),
    ("seconds", Unit::Seconds),
    ("cores", Unit::Cores),
];

/// Reads all panels.
pub(super) fn panels(fields: &Fields<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Vec<Panel>> {
    names(fields.get("panels").as_ref(), "title", findings);
    each_if_any(fields.get("panels"), findings, |item, findings| panel(item, frame, findings))
}

fn panel(item: &Field<'_>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Panel> {
    let panel = item.fields("Panel", findings)?;
    let title = panel.get("title").and_then(|field| field.line(60, findings));
    let unit = match panel.get("unit") {
        Some(field) => unit(&field, findings),
        None => Some(Unit::Count),
    };
    let limit = match panel.get("limit") {
        Some(field) => field.positive(1e9, findings).map(Some),
        None => Some(None),
    };
    let listed = panel.get("lines");
    let lines = each(listed.clone(), findings, |item, findings| line(item, unit, frame, findings));
    if let (Some(field), Some(lines)) = (&listed, lines.as_ref().filter(|lines| lines.len() > 4)) {
        let message = format!("{} lines in one chart; four can be told apart", lines.len());
        findings.error::<()>(&field.spot, message, "make a second panel");
    }
    Some(Panel { title: title?, lines: lines?, limit: limit?, unit: unit? })
}

fn unit(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Unit> {
    let word = field.word("unit", &UNITS.map(|(word, _)| word), findings)?;
    UNITS.iter().find(|(known, _)| *known == word).map(|(_, unit)| *unit)
}

fn line(item: &Field<'_>, unit: Option<Unit>, frame: &Frame, findings: &mut Findings<'_>) -> Option<PanelLine> {
    let line = item.fields("PanelLine", findings)?;
    let says = line.get("says").and_then(|field| field.line(40, findings));
    let (gauge, signal) = match (line.get("gauge"), line.get("signal")) {
        (Some(field), None) => (gauge(&field, findings)?, None),
        (None, Some(field)) => (String::new(), Some(measured(&field, unit, frame, findings)?)),
        (None, None) => {
            let help = "write `gauge: dep.in_flight` or `signal: load.p95`";
            return findings.error(&line.spot(), "the line draws nothing", help);
        }
        (Some(_), Some(field)) => {
            let help = "keep one of the two; the other is a line of its own";
            return findings.error(&field.spot, "the line has both a gauge and a signal", help);
        }
    };
    Some(PanelLine { gauge, signal, says: says? })
}

fn gauge(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<String> {
    let gauge = field.scalar("a gauge such as dep.in_flight", findings)?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    if gauge.len() > 64 || !gauge.contains('.') || !gauge.bytes().all(fits) {
        return findings.error(&field.spot, format!("{} is no gauge", quoted(gauge)), "write e.g. dep.in_flight");
    }
    gauge_exists(field, gauge, findings);
    Some(gauge.to_owned())
}

/// A signal that has a value each second, in the unit of its panel.
fn measured(field: &Field<'_>, unit: Option<Unit>, frame: &Frame, findings: &mut Findings<'_>) -> Option<Signal> {
    let signal = signal(field, frame, findings)?;
    let name = quoted(&signal.to_string());
    match &signal {
        Signal::Load { .. } => {}
        Signal::Probe { gauge } => {
            let message = format!("{name} is a gauge in another word");
            return findings.error(&field.spot, message, format!("write `gauge: {gauge}`"));
        }
        Signal::Books => {
            let help = "draw what the load measured, e.g. load.p95";
            return findings.error(&field.spot, format!("{name} has no value before the end of the run"), help);
        }
    }
    let word = |unit: Unit| UNITS.iter().find(|(_, known)| *known == unit).map_or("count", |(word, _)| *word);
    match unit {
        Some(unit) if unit != signal.unit() => {
            let message = format!("{name} is a {}, but this panel's unit is `{}`", word(signal.unit()), word(unit));
            let help = format!("write `unit: {}`, or make a second panel", word(signal.unit()));
            findings.error(&field.spot, message, help)
        }
        _ => Some(signal),
    }
}
