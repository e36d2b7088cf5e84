//! The run sheet of a workshop: steps with their minutes, what the facilitator says and shows, what participants do.

mod talking_points;

use serde::{Deserialize, Serialize};

pub use self::talking_points::{SayKey, TalkingPoints};

/// A run sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Workshop {
    /// Name for programs, e.g. `resilience-60`.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Minutes of all steps together.
    pub minutes: u32,
    /// Steps in their order; at least one.
    pub steps: Vec<Step>,
    /// What participants may take along, ticked at the end.
    #[serde(default)]
    pub takeaways: Vec<Takeaway>,
    /// What participants are asked at the end.
    #[serde(default)]
    pub survey: Vec<Question>,
}

/// A step of the run sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// Unique; the clock and events name steps by it.
    pub name: String,
    /// What kind of step it is.
    pub kind: StepKind,
    /// Name for people.
    pub title: String,
    /// Planned minutes.
    pub minutes: u32,
    /// The one sentence that participants see.
    pub participants: String,
    /// A command to copy; empty where there is none.
    #[serde(default)]
    pub command: String,
    /// Talking points; those of a case come from its scenario.
    #[serde(default)]
    pub say: Vec<String>,
    /// What to let people guess before the first run.
    #[serde(default)]
    pub guess: Option<Guess>,
    /// Its parts, in ascending minutes.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// The picture that everybody should see.
    #[serde(default)]
    pub expect: String,
    /// The picture after the fix.
    #[serde(default)]
    pub expect_solved: String,
    /// Hints that the page offers to push.
    #[serde(default)]
    pub hints: Vec<HintAt>,
    /// The command that brings a laptop to the end of this step; empty where there is none.
    #[serde(default)]
    pub rescue: String,
    /// One sentence to end with.
    #[serde(default)]
    pub moral: String,
}

/// What kind of step it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The facilitator speaks.
    #[default]
    Talk,
    /// Everybody's machine is looked at.
    Check,
    /// Everybody works on a case.
    Case {
        /// Scenario id.
        scenario: String,
    },
}

/// A part of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Part {
    /// When it begins, minutes from the start of the step.
    pub minute: u32,
    /// Name for people.
    pub title: String,
    /// A command to copy; empty where there is none.
    #[serde(default)]
    pub command: String,
    /// Which of the scenario's talking points belong to it.
    #[serde(default)]
    pub say: Option<SayKey>,
}

/// What to let people guess.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Guess {
    /// The question.
    pub ask: String,
    /// The answer, for the facilitator alone.
    pub answer: String,
}

/// A hint that the page offers to push.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HintAt {
    /// Its name in the scenario.
    pub push: String,
    /// When, minutes from the start of the step.
    pub minute: u32,
}

/// Something to take along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Takeaway {
    /// Unique.
    pub name: String,
    /// What, in a sentence.
    pub says: String,
    /// Scenario id of the case that it belongs to.
    #[serde(default)]
    pub scenario: Option<String>,
}

/// A question of the survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Unique.
    pub name: String,
    /// The question.
    pub ask: String,
    /// How it is answered.
    pub form: AnswerForm,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnswerForm {
    /// One of several.
    Choose(Vec<String>),
    /// A step of a scale.
    Scale {
        /// Its lower end.
        from: i32,
        /// Its upper end.
        to: i32,
        /// What the lower end means.
        low: String,
        /// What the upper end means.
        high: String,
    },
    /// In one's own words.
    Text {
        /// Characters of the longest answer.
        letters: u32,
    },
}

impl Workshop {
    /// The step with this name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// The next step after this one that is not among `done`.
    pub fn after(&self, name: &str, done: &[String]) -> Option<&Step> {
        let at = self.steps.iter().position(|step| step.name == name)?;
        self.steps.iter().skip(at + 1).find(|step| !done.contains(&step.name))
    }

    /// Scenario ids of its cases, in the order of the steps.
    pub fn cases(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(Step::case)
    }
}

impl Step {
    /// Scenario id, where it is a case.
    pub fn case(&self) -> Option<&str> {
        match &self.kind {
            StepKind::Case { scenario } => Some(scenario),
            StepKind::Talk | StepKind::Check => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_is_the_next_that_is_not_over() {
        let step = |name: &str| Step { name: name.into(), ..Step::default() };
        let sheet = Workshop { steps: ["a", "b", "c"].map(step).into(), ..Workshop::default() };
        let after = |name: &str, done: &[&str]| {
            let done: Vec<String> = done.iter().map(|name| (*name).to_owned()).collect();
            sheet.after(name, &done).map(|step| step.name.clone())
        };
        assert_eq!(after("a", &[]).as_deref(), Some("b"));
        assert_eq!(after("a", &["b"]).as_deref(), Some("c"));
        assert_eq!([after("c", &[]), after("z", &[])], [None, None]);
    }
}
