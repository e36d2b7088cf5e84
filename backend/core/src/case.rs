//! What a participant has made of a case: a fold of the session's events, and when hints may be had.
//!
//! The case clock is active time: it stands still while the panel is down, while the machine sleeps, and while another
//! case is open. Events carry its reading, so that the fold needs no clock.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    event::{SessionEnvelope, SessionEvent},
    scenario::{Hint, Scenario},
};

/// How far a case is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// No run has ended.
    #[default]
    NotStarted,
    /// A run has ended with a criterion unmet.
    BrokenSeen,
    /// A file of the case was edited since.
    Editing,
    /// The edit is live.
    Deployed,
    /// A run has ended with all criteria met.
    Met,
    /// The participant has said that it is done.
    Completed,
}

impl CaseState {
    /// In words, as screens show it.
    pub fn says(self) -> &'static str {
        match self {
            CaseState::NotStarted => "not started",
            CaseState::BrokenSeen => "seen to fail",
            CaseState::Editing => "editing",
            CaseState::Deployed => "deployed, not run",
            CaseState::Met => "met",
            CaseState::Completed => "completed",
        }
    }
}

/// A hint that was taken, with what it cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HintTaken {
    /// Its name in the scenario.
    pub name: String,
    /// Points that it takes off every later run of the case.
    pub cost: u32,
    /// Case clock when it was shown, ms.
    pub clock_ms: u64,
}

/// One case as the events tell it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseFold {
    /// How far it is.
    pub state: CaseState,
    /// Hints that were shown, in order.
    pub hints: Vec<HintTaken>,
    /// Criteria that the last completed run left unmet.
    pub unmet: Vec<String>,
}

/// All cases of a session.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cases {
    /// The case that is open: its clock runs.
    pub open: Option<String>,
    /// By scenario id.
    pub cases: BTreeMap<String, CaseFold>,
}

impl Cases {
    /// Folds a whole session.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a SessionEnvelope>) -> Self {
        let mut cases = Cases::default();
        events.into_iter().filter_map(|envelope| envelope.body.known()).for_each(|event| cases.apply(event));
        cases
    }

    /// Folds one event.
    pub fn apply(&mut self, event: &SessionEvent) {
        match event {
            SessionEvent::CaseOpened { scenario } => {
                self.cases.entry(scenario.clone()).or_default();
                self.open = Some(scenario.clone());
            }
            // Everything is again as it is live.
            SessionEvent::Edited { files } if files.is_empty() => {
                self.advance(CaseState::BrokenSeen, |state| state == CaseState::Editing);
            }
            SessionEvent::Edited { .. } => {
                self.advance(CaseState::Editing, |state| matches!(state, CaseState::BrokenSeen | CaseState::Deployed))
            }
            // The whole working copy is live, whichever case is open by now.
            SessionEvent::Deployed { .. } => {
                let editing = self.cases.values_mut().filter(|case| case.state == CaseState::Editing);
                editing.for_each(|case| case.state = CaseState::Deployed);
            }
            SessionEvent::Built { .. } => {}
            SessionEvent::RunFinished { scenario, score: Some(_), met, unmet, .. } => {
                let case = self.cases.entry(scenario.clone()).or_default();
                case.unmet.clone_from(unmet);
                // What was met once stays met: a later run may try something else.
                case.state = match case.state {
                    CaseState::Completed => CaseState::Completed,
                    _ if *met => CaseState::Met,
                    CaseState::Met => CaseState::Met,
                    _ => CaseState::BrokenSeen,
                };
            }
            // A run that did not come to its end has shown nothing.
            SessionEvent::RunFinished { .. } => {}
            SessionEvent::HintShown { scenario, hint } => {
                let case = self.cases.entry(scenario.clone()).or_default();
                if !case.hints.iter().any(|known| known.name == hint.name) {
                    case.hints.push(hint.clone());
                }
            }
            SessionEvent::CaseCompleted { scenario, .. } => {
                self.cases.entry(scenario.clone()).or_default().state = CaseState::Completed;
                // Its clock stands still from now on.
                self.open.take_if(|open| open == scenario);
            }
            // What passes between a participant and the hub makes no case of it.
            SessionEvent::Joined { .. }
            | SessionEvent::Left { .. }
            | SessionEvent::HandRaised { .. }
            | SessionEvent::HandLowered { .. }
            | SessionEvent::MessageSeen { .. }
            | SessionEvent::TakeawayTicked { .. }
            | SessionEvent::Answered { .. }
            | SessionEvent::Readied { .. } => {}
        }
    }

    /// Cases whose files were edited since the last build.
    pub fn editing(&self) -> Vec<String> {
        let editing = self.cases.iter().filter(|(_, case)| case.state == CaseState::Editing);
        editing.map(|(id, _)| id.clone()).collect()
    }

    /// The case with this id; one that nobody has opened is not started.
    pub fn case(&self, scenario: &str) -> CaseFold {
        self.cases.get(scenario).cloned().unwrap_or_default()
    }

    fn advance(&mut self, to: CaseState, from: impl Fn(CaseState) -> bool) {
        let open = self.open.as_ref().and_then(|open| self.cases.get_mut(open));
        if let Some(case) = open.filter(|case| from(case.state)) {
            case.state = to;
        }
    }
}

/// Whether a hint may be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HintState {
    /// It is on the screen.
    Shown,
    /// It may be asked for, at its cost.
    Offered,
    /// Its time has not come.
    Ahead,
    /// It is due without being asked for: the panel shows it at once.
    Due,
}

/// Whether `hint` may be had in a case whose clock stands at `clock_ms`.
///
/// A time releases it for nothing; a cost offers it at once, or after a run that left its criterion unmet; a criterion
/// without a cost releases it after such a run.
pub fn hint_state(hint: &Hint, case: &CaseFold, clock_ms: u64) -> HintState {
    if case.hints.iter().any(|taken| taken.name == hint.name) {
        return HintState::Shown;
    }
    if hint.after_us.is_some_and(|after| clock_ms >= after / 1_000) {
        return HintState::Due;
    }
    match (&hint.unmet, hint.cost) {
        (Some(criterion), cost) if case.unmet.contains(criterion) => match cost {
            0 => HintState::Due,
            _ => HintState::Offered,
        },
        (None, 1..) => HintState::Offered,
        _ => HintState::Ahead,
    }
}

/// A hint as a screen may show it: its text only once it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HintView {
    /// Its name in the scenario.
    pub name: String,
    /// Whether it may be had.
    pub state: HintState,
    /// Points it costs when asked for now; of a shown one what it did cost.
    pub cost: u32,
    /// The hint itself; empty until it is shown.
    pub says: String,
    /// Case clock at which it comes by itself, ms.
    pub at_ms: Option<u64>,
    /// What releases it, or when it was shown, as a phrase: `at 02:00`, `after a run that leaves p95 unmet`.
    pub when: String,
}

/// A case as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseProgress {
    /// Scenario id.
    pub scenario: String,
    /// How far it is.
    pub state: CaseState,
    /// Minutes that are planned for it.
    pub minutes: u32,
    /// Reading of the case clock, ms.
    pub clock_ms: u64,
    /// Whether the clock runs now.
    pub ticking: bool,
    /// Hints in the order of the scenario.
    pub hints: Vec<HintView>,
    /// Points that hints take off every later run.
    pub hints_cost: u32,
}

/// A case's progress for the screens.
pub fn progress(scenario: &Scenario, case: &CaseFold, clock_ms: u64, ticking: bool) -> CaseProgress {
    CaseProgress {
        scenario: scenario.id.clone(),
        state: case.state,
        minutes: scenario.minutes,
        clock_ms,
        ticking,
        hints: scenario.hints.iter().map(|hint| view(hint, scenario, case, clock_ms)).collect(),
        hints_cost: case.hints.iter().map(|hint| hint.cost).sum(),
    }
}

fn view(hint: &Hint, scenario: &Scenario, case: &CaseFold, clock_ms: u64) -> HintView {
    let state = hint_state(hint, case, clock_ms);
    let taken = case.hints.iter().find(|taken| taken.name == hint.name);
    let mut ways = Vec::new();
    if let Some(at) = hint.after_us {
        ways.push(format!("at {}", crate::quantity::clock(at)));
    }
    if let Some(name) = &hint.unmet {
        let says = scenario.criteria.iter().find(|criterion| criterion.name == *name).map_or(name, |known| &known.says);
        ways.push(format!("after a run that leaves “{says}” unmet"));
    }
    if ways.is_empty() {
        ways.push("whenever you ask".to_owned());
    }
    HintView {
        name: hint.name.clone(),
        state,
        cost: taken.map_or(hint.cost, |taken| taken.cost),
        says: taken.map(|_| hint.says.clone()).unwrap_or_default(),
        at_ms: hint.after_us.map(|us| us / 1_000),
        when: taken.map_or_else(
            || ways.join(", or "),
            |taken| format!("shown at {}", crate::quantity::clock(taken.clock_ms * 1_000)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(met: bool) -> SessionEvent {
        SessionEvent::RunFinished {
            run: "r".into(),
            scenario: "timeouts".into(),
            score: Some(if met { 100 } else { 20 }),
            ranked: true,
            met,
            unmet: if met { Vec::new() } else { vec!["p95".into()] },
            clock_ms: None,
        }
    }

    fn state(events: &[SessionEvent]) -> CaseState {
        let mut cases = Cases::default();
        events.iter().for_each(|event| cases.apply(event));
        cases.case("timeouts").state
    }

    #[test]
    fn a_case_goes_from_seen_to_fail_over_edit_and_deploy_to_met_and_completed() {
        let opened = SessionEvent::CaseOpened { scenario: "timeouts".into() };
        let edited = SessionEvent::Edited { files: vec!["lab/src/cases/timeouts.rs".into()] };
        let edited_back = SessionEvent::Edited { files: Vec::new() };
        let other = SessionEvent::CaseOpened { scenario: "bulkheads".into() };
        let deployed = SessionEvent::Deployed { build: "b".into(), took_ms: 1 };
        let completed = SessionEvent::CaseCompleted { scenario: "timeouts".into(), clock_ms: 5 };
        let steps = [
            (opened, CaseState::NotStarted),
            (edited.clone(), CaseState::NotStarted),
            (finished(false), CaseState::BrokenSeen),
            (deployed.clone(), CaseState::BrokenSeen),
            (edited.clone(), CaseState::Editing),
            (deployed.clone(), CaseState::Deployed),
            (finished(false), CaseState::BrokenSeen),
            (edited.clone(), CaseState::Editing),
            (edited_back, CaseState::BrokenSeen),
            (edited, CaseState::Editing),
            // Somebody looks at another case while it is built.
            (other, CaseState::Editing),
            (deployed, CaseState::Deployed),
            (finished(true), CaseState::Met),
            (finished(false), CaseState::Met),
            (completed, CaseState::Completed),
            (finished(false), CaseState::Completed),
        ];
        let mut so_far = Vec::new();
        for (event, expected) in steps {
            so_far.push(event);
            assert_eq!(state(&so_far), expected, "after {so_far:?}");
        }
    }

    #[test]
    fn a_hint_comes_by_its_time_its_criterion_or_its_cost() {
        let hint = |after_us, unmet: Option<&str>, cost| Hint {
            name: "h".into(),
            says: "look there".into(),
            after_us,
            unmet: unmet.map(str::to_owned),
            cost,
        };
        let fresh = CaseFold::default();
        let failed = CaseFold { unmet: vec!["p95".into()], ..CaseFold::default() };
        let taken =
            CaseFold { hints: vec![HintTaken { name: "h".into(), cost: 5, clock_ms: 1 }], ..CaseFold::default() };
        for (hint, case, clock_ms, expected) in [
            (hint(Some(120_000_000), None, 0), &fresh, 119_999, HintState::Ahead),
            (hint(Some(120_000_000), None, 0), &fresh, 120_000, HintState::Due),
            (hint(Some(120_000_000), None, 5), &fresh, 0, HintState::Offered),
            (hint(None, Some("p95"), 5), &fresh, 999_999_999, HintState::Ahead),
            (hint(None, Some("p95"), 5), &failed, 0, HintState::Offered),
            (hint(None, Some("p95"), 0), &failed, 0, HintState::Due),
            (hint(None, None, 15), &fresh, 0, HintState::Offered),
            (hint(None, None, 15), &taken, 0, HintState::Shown),
        ] {
            assert_eq!(hint_state(&hint, case, clock_ms), expected, "{hint:?} at {clock_ms}");
        }
    }
}
