//! Extra charts of a case.

use super::{
    diagnostic::Findings,
    field::{Field, Fields, each, each_if_any, names},
    signals::gauge_exists,
    words::quoted,
};
use crate::{
    quantity::Unit,
    scenario::{Panel, PanelLine},
};

const UNITS: [&str; 4] = ["count", "share", "time", "per_second"];

/// Reads all panels.
pub(super) fn panels(fields: &Fields<'_>, findings: &mut Findings<'_>) -> Option<Vec<Panel>> {
    names(fields.get("panels").as_ref(), "title", findings);
    each_if_any(fields.get("panels"), findings, panel)
}

fn panel(item: &Field<'_>, findings: &mut Findings<'_>) -> Option<Panel> {
    let panel = item.fields("Panel", findings)?;
    let title = panel.get("title").and_then(|field| field.line(60, findings));
    let unit = match panel.get("unit") {
        Some(field) => field.word("unit", &UNITS, findings),
        None => Some("count"),
    };
    let limit = match panel.get("limit") {
        Some(field) => field.positive(1e9, findings).map(Some),
        None => Some(None),
    };
    let listed = panel.get("lines");
    let lines = each(listed.clone(), findings, line);
    if let (Some(field), Some(lines)) = (&listed, lines.as_ref().filter(|lines| lines.len() > 4)) {
        let message = format!("{} lines in one chart; four can be told apart", lines.len());
        findings.error::<()>(&field.spot, message, "make a second panel");
    }
    let unit = match unit? {
        "share" => Unit::Share,
        "time" => Unit::Time,
        "per_second" => Unit::PerSecond,
        _ => Unit::Count,
    };
    Some(Panel { title: title?, lines: lines?, limit: limit?, unit })
}

fn line(item: &Field<'_>, findings: &mut Findings<'_>) -> Option<PanelLine> {
    let line = item.fields("PanelLine", findings)?;
    let says = line.get("says").and_then(|field| field.line(40, findings));
    let field = line.get("gauge")?;
    let gauge = field.scalar("a gauge such as dep.in_flight", findings)?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    if gauge.len() > 64 || !gauge.contains('.') || !gauge.bytes().all(fits) {
        return findings.error(&field.spot, format!("{} is no gauge", quoted(gauge)), "write e.g. dep.in_flight");
    }
    gauge_exists(&field, gauge, findings);
    Some(PanelLine { gauge: gauge.to_owned(), says: says? })
}
