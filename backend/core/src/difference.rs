//! What changed between two runs of a case, in words: "p95 33 times lower".

use serde::{Deserialize, Serialize};

use crate::{
    quantity::Unit,
    score::{Score, TermScore},
};

/// A run set against an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// Id of the earlier run.
    pub base: String,
    /// Its score.
    pub base_total: u32,
    /// Score of the later run.
    pub total: u32,
    /// Term by term.
    pub lines: Vec<DifferenceLine>,
}

/// One term in both runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DifferenceLine {
    /// What it is about.
    pub says: String,
    /// Unit of the values.
    pub unit: Unit,
    /// Earlier value.
    pub before: Option<f64>,
    /// Later value.
    pub after: Option<f64>,
    /// Points gained; negative when lost.
    pub points: f64,
    /// The change in words.
    pub words: String,
}

/// Compares `now` with `base`; terms are matched by name.
pub fn difference(base_run: &str, base: &Score, now: &Score) -> Difference {
    let pairs = now.terms.iter().filter_map(|after| Some((base.terms.iter().find(|b| b.name == after.name)?, after)));
    Difference {
        base: base_run.to_owned(),
        base_total: base.total,
        total: now.total,
        lines: pairs.map(|(before, after)| line(before, after)).collect(),
    }
}

fn line(before: &TermScore, after: &TermScore) -> DifferenceLine {
    DifferenceLine {
        says: after.says.clone(),
        unit: after.unit,
        before: before.value,
        after: after.value,
        points: after.points - before.points,
        words: match (before.value, after.value) {
            (Some(before), Some(now)) => words(after.unit, before, now),
            _ => "not measured in both".to_owned(),
        },
    }
}

/// `before` → `after` as a fact: a factor for times, counts and rates, percentage points for shares.
pub fn words(unit: Unit, before: f64, after: f64) -> String {
    if unit == Unit::Share {
        let points = ((after - before) * 100.0).round();
        return match points {
            0.0 => "unchanged".to_owned(),
            p if p > 0.0 => format!("{p} points more"),
            p => format!("{} points fewer", -p),
        };
    }
    if before == after {
        return "unchanged".to_owned();
    }
    if before <= 0.0 || after <= 0.0 {
        return format!("{} → {}", unit.show(before), unit.show(after));
    }
    let (factor, way) = if after < before { (before / after, "lower") } else { (after / before, "higher") };
    match factor {
        f if f < 1.05 => "about the same".to_owned(),
        f if f < 2.0 => {
            format!("{:.0} % {way}", if way == "lower" { (1.0 - after / before) * 100.0 } else { (f - 1.0) * 100.0 })
        }
        f if f < 10.0 => format!("{f:.1} times {way}"),
        f => format!("{f:.0} times {way}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_state_the_change_as_a_fact() {
        assert_eq!(words(Unit::Time, 10_000_000.0, 302_000.0), "33 times lower");
        assert_eq!(words(Unit::Share, 0.0, 0.9), "90 points more");
        assert_eq!(words(Unit::Share, 0.5, 0.5), "unchanged");
        assert_eq!(words(Unit::Time, 100.0, 150.0), "50 % higher");
        assert_eq!(words(Unit::Count, 0.0, 3.0), "0 → 3");
    }
}
