//! What a scenario's author gives facilitators to say.

use serde::{Deserialize, Serialize};

/// A heading of a scenario's talking points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SayKey {
    /// "Before the run".
    Before,
    /// "After the first run".
    FirstRun,
    /// "After the fix".
    Fix,
    /// "Common mistakes".
    Mistakes,
}

/// What a scenario's author gives facilitators, by its headings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TalkingPoints {
    /// "Before the run".
    pub before: Vec<String>,
    /// "After the first run", and everything under a heading that is not known.
    pub first_run: Vec<String>,
    /// "After the fix".
    pub fix: Vec<String>,
    /// "Common mistakes".
    pub mistakes: Vec<String>,
}

impl TalkingPoints {
    /// Splits a scenario's `facilitator` text at its headings: lines that begin neither with a space nor with `-`. A
    /// heading that is not known stands under "After the first run" with all that follows it; nothing is dropped.
    pub fn of(facilitator: &str) -> TalkingPoints {
        let mut points = TalkingPoints::default();
        let mut key = SayKey::FirstRun;
        for line in facilitator.lines().filter(|line| !line.trim().is_empty()) {
            if let Some(point) = line.trim_start().strip_prefix("- ") {
                points.under_mut(key).push(point.trim().to_owned());
            } else if line.starts_with(char::is_whitespace) {
                // The line before goes on.
                match points.under_mut(key).last_mut() {
                    Some(point) => *point = format!("{point} {}", line.trim()),
                    None => points.under_mut(key).push(line.trim().to_owned()),
                }
            } else if let Some(known) = SayKey::of(line.trim()) {
                key = known;
            } else {
                key = SayKey::FirstRun;
                points.under_mut(key).push(line.trim().to_owned());
            }
        }
        points
    }

    /// The points under a heading.
    pub fn under(&self, key: SayKey) -> &[String] {
        match key {
            SayKey::Before => &self.before,
            SayKey::FirstRun => &self.first_run,
            SayKey::Fix => &self.fix,
            SayKey::Mistakes => &self.mistakes,
        }
    }

    fn under_mut(&mut self, key: SayKey) -> &mut Vec<String> {
        match key {
            SayKey::Before => &mut self.before,
            SayKey::FirstRun => &mut self.first_run,
            SayKey::Fix => &mut self.fix,
            SayKey::Mistakes => &mut self.mistakes,
        }
    }
}

impl SayKey {
    /// The heading in a scenario's `facilitator` text.
    pub fn heading(self) -> &'static str {
        match self {
            SayKey::Before => "Before the run",
            SayKey::FirstRun => "After the first run",
            SayKey::Fix => "After the fix",
            SayKey::Mistakes => "Common mistakes",
        }
    }

    /// The key of a heading.
    pub fn of(heading: &str) -> Option<SayKey> {
        let keys = [SayKey::Before, SayKey::FirstRun, SayKey::Fix, SayKey::Mistakes];
        keys.into_iter().find(|key| key.heading() == heading)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talking_points_are_split_at_their_headings_and_nothing_is_dropped() {
        let text = "- loose\n\nBefore the run\n- Ask.\n- Little's law:\n  it holds.\nAfter lunch\n- Yawn.\n\
                    Common mistakes\n- More slots.\nAfter the fix\n  indented\n";
        let list = |points: &[&str]| points.iter().map(|point| (*point).to_owned()).collect::<Vec<_>>();
        let points = TalkingPoints {
            before: list(&["Ask.", "Little's law: it holds."]),
            first_run: list(&["loose", "After lunch", "Yawn."]),
            fix: list(&["indented"]),
            mistakes: list(&["More slots."]),
        };
        assert_eq!(TalkingPoints::of(text), points);
        assert_eq!(TalkingPoints::of(""), TalkingPoints::default());
    }

    #[test]
    fn every_scenario_has_all_four_headings() {
        for (name, text) in [
            ("timeouts", include_str!("../../../../scenarios/timeouts.yaml")),
            ("transactions", include_str!("../../../../scenarios/transactions.yaml")),
            ("bulkheads", include_str!("../../../../scenarios/bulkheads.yaml")),
            ("autoscaling", include_str!("../../../../scenarios/autoscaling.yaml")),
        ] {
            let (_, facilitator) = text.split_once("facilitator: |\n").expect("the last key of each file");
            let lines = facilitator.lines().map(|line| line.strip_prefix("  ").unwrap_or(line));
            let points = TalkingPoints::of(&lines.collect::<Vec<_>>().join("\n"));
            for key in [SayKey::Before, SayKey::FirstRun, SayKey::Fix, SayKey::Mistakes] {
                assert!(!points.under(key).is_empty(), "{name}: nothing under `{}`", key.heading());
            }
            assert_eq!(points.first_run.len(), 2, "{name}: a heading that is not known");
        }
    }
}
