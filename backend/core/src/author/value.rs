//! Scalars as people write them: texts, names, numbers, durations, rates, shares and spans.

use std::ops::RangeInclusive;

use super::{
    diagnostic::Findings,
    field::Field,
    tree::Value,
    words::{quoted, suggestion},
};
use crate::{
    quantity::{self, Unit},
    scenario::Span,
};

/// One second in µs.
pub(super) const SECOND: u64 = 1_000_000;

impl<'t> Field<'t> {
    /// The scalar as it was written, with `wanted` as help when it is something else.
    pub(super) fn scalar(&self, wanted: &str, findings: &mut Findings<'_>) -> Option<&'t str> {
        match &self.node.value {
            Value::Scalar(text) => Some(text),
            Value::Reported => None,
            Value::Nothing => findings.error(&self.spot, self.says("has no value"), format!("write {wanted}")),
            Value::List(_) => findings.error(&self.spot, self.says("is a list"), format!("write {wanted}")),
            Value::Map(_) => findings.error(
                &self.spot,
                self.says("is a mapping"),
                format!("write {wanted}; quote a text that has a colon or begins with a brace"),
            ),
        }
    }

    /// A text of at least one and at most `most` characters, without surrounding white space.
    pub(super) fn text(&self, most: usize, findings: &mut Findings<'_>) -> Option<String> {
        let text = self.scalar("a text", findings)?.trim();
        let length = text.chars().count();
        if text.is_empty() {
            return findings.error(&self.spot, self.says("is empty"), "write a text");
        }
        if length > most {
            let message = self.says(&format!("has {length} characters; {most} fit"));
            return findings.error(&self.spot, message, format!("shorten it by {}", length - most));
        }
        if let Some(control) = text.chars().find(|c| c.is_control() && *c != '\n') {
            let message = self.says(&format!("contains the control character U+{:04X}", u32::from(control)));
            return findings.error(&self.spot, message, "take it out");
        }
        Some(text.to_owned())
    }

    /// A text in one line.
    pub(super) fn line(&self, most: usize, findings: &mut Findings<'_>) -> Option<String> {
        let text = self.text(most, findings)?;
        if text.contains('\n') {
            return findings.error(&self.spot, self.says("must be one line"), "use `>` to fold several lines into one");
        }
        Some(text)
    }

    /// A name that others refer to: lower case letters, digits and hyphens.
    pub(super) fn name(&self, findings: &mut Findings<'_>) -> Option<String> {
        let text = self.scalar("a name such as quotes", findings)?;
        let fits = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.len() <= 32
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !fits {
            let help = "use at most 32 of a-z, 0-9 and -, beginning with a letter";
            return findings.error(&self.spot, format!("{} is no name", quoted(text)), help);
        }
        Some(text.to_owned())
    }

    /// One of a few words.
    pub(super) fn word(&self, what: &str, known: &[&'static str], findings: &mut Findings<'_>) -> Option<&'static str> {
        let text = self.scalar(&format!("one of {}", known.join(", ")), findings)?;
        match known.iter().find(|word| **word == text) {
            Some(word) => Some(word),
            None => {
                let help = suggestion(text, "known are", known.to_vec());
                findings.error(&self.spot, format!("{} is no {what}", quoted(text)), help)
            }
        }
    }

    /// A whole number in a range.
    pub(super) fn whole(&self, range: RangeInclusive<u64>, findings: &mut Findings<'_>) -> Option<u64> {
        let wanted = match (*range.start(), *range.end()) {
            (least, most) if least == most => least.to_string(),
            (least, u64::MAX) => format!("a whole number from {least} on"),
            (least, most) => format!("a whole number from {least} to {most}"),
        };
        let text = self.scalar(&wanted, findings)?;
        let message = match text.replace('_', "").parse::<u64>() {
            Ok(number) if range.contains(&number) => return Some(number),
            Ok(_) => format!("{} is out of range", quoted(text)),
            Err(_) => format!("{} is not a whole number", quoted(text)),
        };
        findings.error(&self.spot, message, format!("write {wanted}"))
    }

    /// A number above 0, up to `most`.
    pub(super) fn positive(&self, most: f64, findings: &mut Findings<'_>) -> Option<f64> {
        let wanted = format!("a number above 0, up to {most}");
        let text = self.scalar(&wanted, findings)?;
        let message = match text.parse::<f64>() {
            Ok(number) if number > 0.0 && number <= most => return Some(number),
            Ok(_) => format!("{} is out of range", quoted(text)),
            Err(_) => format!("{} is not a number", quoted(text)),
        };
        findings.error(&self.spot, message, format!("write {wanted}"))
    }

    /// A duration in µs, in a range.
    pub(super) fn duration(&self, range: RangeInclusive<u64>, findings: &mut Findings<'_>) -> Option<u64> {
        let text = self.scalar("a duration such as 250ms, 1.5s or 2m", findings)?;
        let us = match quantity::parse_duration(text) {
            Ok(us) => us,
            Err(_) => {
                return findings.error(&self.spot, format!("{} is not a duration", quoted(text)), unit_help(text));
            }
        };
        if !range.contains(&us) {
            let message = self.says(&format!("is {}", quoted(text)));
            let help = format!("write a duration from {} to {}", written(*range.start()), written(*range.end()));
            return findings.error(&self.spot, message, help);
        }
        Some(us)
    }

    /// Whole seconds, in a range.
    pub(super) fn seconds(&self, range: RangeInclusive<u64>, findings: &mut Findings<'_>) -> Option<u32> {
        let us = self.duration(range.start() * SECOND..=range.end() * SECOND, findings)?;
        if !us.is_multiple_of(SECOND) {
            let message = self.says(&format!("is {}, not whole seconds", written(us)));
            let help = format!("runs are judged second by second: write {}", written(us.div_ceil(SECOND) * SECOND));
            return findings.error(&self.spot, message, help);
        }
        Some((us / SECOND) as u32)
    }

    /// Arrivals per second, from `least` to 20,000.
    pub(super) fn rate(&self, findings: &mut Findings<'_>) -> Option<f64> {
        let text = self.scalar("a rate such as 60/s", findings)?;
        let rate = rate_of(self, text, findings)?;
        if rate <= 0.0 {
            let help = "write a rate above 0; a stretch without load is simply left out";
            return findings.error(&self.spot, format!("{} sends nothing", quoted(text)), help);
        }
        Some(rate)
    }

    /// A value of a signal's unit.
    pub(super) fn quantity(&self, unit: Unit, of: &str, findings: &mut Findings<'_>) -> Option<f64> {
        let (kind, example) = kind(unit);
        let text = self.scalar(example, findings)?;
        if let Ok(value) = quantity::parse(text, unit) {
            return Some(value);
        }
        let others = [Unit::Time, Unit::PerSecond, Unit::Share, Unit::Count];
        let is = others.into_iter().find(|other| *other != unit && quantity::parse(text, *other).is_ok());
        let message = match is {
            Some(Unit::Count) => format!("{} has no unit, but {of} is {kind}", quoted(text)),
            Some(other) => format!("{} is {}, but {of} is {kind}", quoted(text), self::kind(other).0),
            None => format!("{} is not {kind}", quoted(text)),
        };
        findings.error(&self.spot, message, format!("write {example}"))
    }

    /// A span such as `15s..45s`, on whole seconds, within the run where its end is known.
    pub(super) fn span(&self, end_us: Option<u64>, findings: &mut Findings<'_>) -> Option<Span> {
        let wanted = "a span such as 15s..45s";
        let text = self.scalar(wanted, findings)?;
        let read = text
            .split_once("..")
            .and_then(|(from, to)| Some((quantity::parse_duration(from).ok()?, quantity::parse_duration(to).ok()?)));
        let Some((from, to)) = read else {
            return findings.error(&self.spot, format!("{} is not a span", quoted(text)), format!("write {wanted}"));
        };
        if !from.is_multiple_of(SECOND) || !to.is_multiple_of(SECOND) {
            let help = "runs are judged second by second: write e.g. 15s..45s";
            return findings.error(&self.spot, format!("{} is not on whole seconds", quoted(text)), help);
        }
        if from >= to {
            let help = "the first instant comes first, the second one is exclusive";
            return findings.error(&self.spot, format!("{} is empty", quoted(text)), help);
        }
        if let Some(end) = end_us.filter(|end| to > end.div_ceil(SECOND) * SECOND) {
            let help = format!("write a span within 0s..{}, or move `end`", written(end));
            let message = format!("{} reaches beyond the end of the run at {}", quoted(text), written(end));
            return findings.error(&self.spot, message, help);
        }
        Some(Span { from: u32::try_from(from / SECOND).ok()?, to: u32::try_from(to / SECOND).ok()? })
    }
}

/// Reads a rate up to 20,000/s.
pub(super) fn rate_of(field: &Field<'_>, text: &str, findings: &mut Findings<'_>) -> Option<f64> {
    const MOST: f64 = 20_000.0;
    match quantity::parse_rate(text) {
        Ok(rate) if rate <= MOST => Some(rate),
        Ok(_) => {
            let help = "write a rate up to 20000/s: more would measure the laptop, not the service";
            findings.error(&field.spot, format!("{} is too much", quoted(text)), help)
        }
        Err(_) => {
            let help = match text.parse::<f64>() {
                Ok(_) => format!("add the unit: {text}/s"),
                Err(_) => "write a rate such as 60/s or 90/m".to_owned(),
            };
            findings.error(&field.spot, format!("{} is not a rate", quoted(text)), help)
        }
    }
}

fn unit_help(text: &str) -> String {
    match text.trim().parse::<f64>() {
        Ok(_) => format!("add the unit: {0}ms, {0}s or {0}m", text.trim()),
        Err(_) => "write a duration such as 250ms, 1.5s or 2m".to_owned(),
    }
}

fn kind(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Share => ("a share", "a share from 0% to 100%, e.g. 87%"),
        Unit::Time => ("a time", "a time such as 400ms or 1.5s"),
        Unit::PerSecond => ("a rate", "a rate such as 60/s"),
        Unit::Seconds => ("a duration", "a duration such as 1.5s"),
        Unit::Count | Unit::Cores => ("a number", "a number such as 6"),
    }
}

/// A duration as it is written in a scenario: `250ms`, `90s`, `10m`.
pub(super) fn written(us: u64) -> String {
    match us {
        0 => "0s".to_owned(),
        _ if us >= 120 * SECOND && us.is_multiple_of(60 * SECOND) => format!("{}m", us / 60 / SECOND),
        _ if us.is_multiple_of(SECOND) => format!("{}s", us / SECOND),
        _ if us.is_multiple_of(1_000) => format!("{}ms", us / 1_000),
        _ => format!("{us}us"),
    }
}
