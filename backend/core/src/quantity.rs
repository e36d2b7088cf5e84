//! Values as people write and read them: `250ms`, `60/s`, `87%`; `8.2 s`, `302 ms`, `48 %`, `1,240/s`.

use serde::{Deserialize, Serialize};

/// What a number measures, so that it can be read and written in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0..=1, written in percent.
    Share,
    /// µs, written with the unit that reads best.
    Time,
    /// Seconds, as gauges give them.
    Seconds,
    /// Processor cores, in fractions.
    Cores,
    /// Arrivals or answers per second.
    PerSecond,
    /// A plain number.
    Count,
}

/// Thin space between a number and its unit.
const THIN: char = '\u{2009}';

impl Unit {
    /// Writes a value with three significant figures, a thin space and the unit.
    pub fn show(self, value: f64) -> String {
        match self {
            Unit::Share => format!("{}{THIN}%", figures(value * 100.0)),
            Unit::Time if value >= crate::latency::WORST_US as f64 => "never".to_owned(),
            Unit::Time if value >= 60e6 => {
                let seconds = (value / 1e6).round() as u64;
                format!("{:02}:{:02}", seconds / 60, seconds % 60)
            }
            Unit::Time if value >= 1e6 => format!("{}{THIN}s", figures(value / 1e6)),
            Unit::Time if value >= 1e3 => format!("{}{THIN}ms", figures(value / 1e3)),
            Unit::Time => format!("{}{THIN}µs", figures(value)),
            Unit::PerSecond => format!("{}/s", figures(value)),
            Unit::Seconds => format!("{}{THIN}s", figures(value)),
            Unit::Count | Unit::Cores => figures(value),
        }
    }
}

/// Three significant figures, no trailing zeros after the point, thousands separated.
fn figures(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let magnitude = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    let decimals = (2 - magnitude).clamp(0, 3) as usize;
    let text = format!("{value:.decimals$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = whole.trim_start_matches('-');
    let mut grouped = String::from(if whole.starts_with('-') { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    fraction.map_or(grouped.clone(), |fraction| format!("{grouped}.{fraction}"))
}

/// `mm:ss` of a duration in µs.
pub fn clock(us: u64) -> String {
    let seconds = us / 1_000_000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// A text that is not the quantity that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {wanted}")]
pub struct NotAQuantity {
    /// What was written.
    pub text: String,
    /// What was expected, with an example.
    pub wanted: &'static str,
}

fn number_before(text: &str, suffix: &str) -> Option<f64> {
    let number = text.trim().strip_suffix(suffix)?.trim().replace('_', "");
    number.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0)
}

/// Reads a duration such as `250ms`, `1.5s`, `2m`, `80us` into µs.
pub fn parse_duration(text: &str) -> Result<u64, NotAQuantity> {
    // Longest suffix first: `ms` ends in `s`.
    [("us", 1.0), ("µs", 1.0), ("ms", 1e3), ("s", 1e6), ("m", 60e6), ("h", 3_600e6)]
        .iter()
        .find_map(|(suffix, scale)| number_before(text, suffix).map(|value| (value * scale).round() as u64))
        .ok_or_else(|| NotAQuantity { text: text.to_owned(), wanted: "a duration such as 250ms, 1.5s or 2m" })
}

/// Reads a rate such as `60/s` or `90/m` into arrivals per second.
pub fn parse_rate(text: &str) -> Result<f64, NotAQuantity> {
    [("/s", 1.0), ("/m", 60.0)]
        .iter()
        .find_map(|(suffix, per)| number_before(text, suffix).map(|value| value / per))
        .ok_or_else(|| NotAQuantity { text: text.to_owned(), wanted: "a rate such as 60/s or 90/m" })
}

/// Reads a value of a unit: `87%` for a share, `400ms` for a time, `60/s` for a rate, `6` for a count.
pub fn parse(text: &str, unit: Unit) -> Result<f64, NotAQuantity> {
    match unit {
        Unit::Share => number_before(text, "%")
            .map(|value| value / 100.0)
            .filter(|value| *value <= 1.0)
            .ok_or_else(|| NotAQuantity { text: text.to_owned(), wanted: "a share such as 87% (0% to 100%)" }),
        Unit::Time => parse_duration(text).map(|us| us as f64),
        Unit::Seconds => parse_duration(text).map(|us| us as f64 / 1e6),
        Unit::PerSecond => parse_rate(text),
        Unit::Count | Unit::Cores => {
            number_before(text, "").ok_or_else(|| NotAQuantity { text: text.to_owned(), wanted: "a number such as 6" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_three_significant_figures_and_a_thin_space() {
        let shown = |unit: Unit, value: f64| unit.show(value).replace(THIN, " ");
        assert_eq!(shown(Unit::Time, 8_200_000.0), "8.2 s");
        assert_eq!(shown(Unit::Time, 302_400.0), "302 ms");
        assert_eq!(shown(Unit::Time, 75_000_000.0), "01:15");
        assert_eq!(shown(Unit::Share, 0.48), "48 %");
        assert_eq!(shown(Unit::PerSecond, 1_240.0), "1,240/s");
        assert_eq!(shown(Unit::Count, 0.0), "0");
    }

    #[test]
    fn reads_what_people_write() {
        assert_eq!(parse_duration("250ms"), Ok(250_000));
        assert_eq!(parse_duration(" 1.5 s"), Ok(1_500_000));
        assert_eq!(parse_duration("2m"), Ok(120_000_000));
        assert_eq!(parse_rate("60/s"), Ok(60.0));
        assert_eq!(parse("87%", Unit::Share), Ok(0.87));
        for bad in ["", "s", "-1s", "1 minute", "NaNs", "1e999s"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
        assert!(parse("187%", Unit::Share).is_err());
    }
}
