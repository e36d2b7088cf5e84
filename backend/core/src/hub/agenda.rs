//! The run sheet as participants see it.

use serde::{Deserialize, Serialize};

use super::{clock::SheetClock, group::GroupProgress};
use crate::workshop::{Question, Step, StepKind, Takeaway, Workshop};

/// What participants see of the sheet: no talking points, no rescue commands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Agenda {
    /// All steps, in their order.
    pub steps: Vec<AgendaStep>,
    /// Where the workshop stands.
    pub clock: SheetClock,
    /// How far the group is in the case of the step.
    pub group: GroupProgress,
    /// Hub's clock.
    pub now_ms: u64,
}

/// A step as participants see it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgendaStep {
    /// Name in the sheet.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Planned minutes.
    pub minutes: u32,
    /// Scenario id, where it is a case.
    pub case: Option<String>,
    /// What participants do, in a sentence.
    pub participants: String,
}

/// What participants tick and answer at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WrapUp {
    /// What they may take along.
    pub takeaways: Vec<Takeaway>,
    /// What they are asked.
    pub survey: Vec<Question>,
}

impl Agenda {
    /// What participants see of a sheet.
    pub fn of(sheet: &Workshop, clock: &SheetClock, group: GroupProgress, now_ms: u64) -> Self {
        let step = |step: &Step| AgendaStep {
            name: step.name.clone(),
            title: step.title.clone(),
            minutes: step.minutes,
            case: match &step.kind {
                StepKind::Case { scenario } => Some(scenario.clone()),
                StepKind::Talk | StepKind::Check => None,
            },
            participants: step.participants.clone(),
        };
        Agenda { steps: sheet.steps.iter().map(step).collect(), clock: clock.clone(), group, now_ms }
    }

    /// The step that goes on.
    pub fn step(&self) -> Option<&AgendaStep> {
        let name = self.clock.step.as_ref()?;
        self.steps.iter().find(|step| step.name == *name)
    }

    /// The group in a sentence: how far it is in the case of the step; where the step has none, how many take part.
    pub fn group_says(&self) -> String {
        let case = self.step().is_some_and(|step| step.case.is_some());
        if case { self.group.says() } else { self.group.here() }
    }
}

impl WrapUp {
    /// What the sheet has for the end.
    pub fn of(sheet: &Workshop) -> Self {
        WrapUp { takeaways: sheet.takeaways.clone(), survey: sheet.survey.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn participants_see_the_steps_and_nothing_of_what_is_said_about_them() {
        let step = |name: &str, kind| Step { name: name.into(), kind, ..Step::default() };
        let secret = || "secret".to_owned();
        let case = Step {
            say: vec![secret()],
            rescue: secret(),
            moral: secret(),
            ..step("timeouts", StepKind::Case { scenario: "timeouts".into() })
        };
        let steps = vec![step("welcome", StepKind::Talk), case, step("wrap-up", StepKind::Talk)];
        let sheet = Workshop { steps, ..Workshop::default() };
        let clock = SheetClock { step: Some("timeouts".into()), ..SheetClock::default() };
        let agenda = Agenda::of(&sheet, &clock, GroupProgress::default(), 5);
        assert!(!serde_json::to_string(&agenda).expect("serialises").contains("secret"));
        assert_eq!(agenda.step().and_then(|step| step.case.as_deref()), Some("timeouts"));
        assert_eq!(agenda.steps.len(), 3);
    }

    #[test]
    fn a_step_without_a_case_has_nobody_who_failed_it() {
        let step = |name: &str, case: Option<&str>| AgendaStep {
            name: name.into(),
            case: case.map(str::to_owned),
            ..AgendaStep::default()
        };
        let group = GroupProgress { seats: 18, ..GroupProgress::default() };
        let steps = vec![step("welcome", None), step("timeouts", Some("timeouts"))];
        let mut agenda = Agenda { steps, group, ..Agenda::default() };
        for (at, says) in [
            (None, "18 take part."),
            (Some("welcome"), "18 take part."),
            (Some("timeouts"), "None of 18 has seen it fail."),
        ] {
            agenda.clock.step = at.map(str::to_owned);
            assert_eq!(agenda.group_says(), says);
        }
    }
}
