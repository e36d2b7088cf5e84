//! What happens in a run.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

use super::Envelope;
use crate::{
    by_value::{Mismatch, field, from_value},
    case::HintTaken,
    criterion::CriterionState,
    plan::Plan,
    scenario::Scenario,
    score::{Score, Unranked},
    window::Window,
};

/// Envelope of a run's event.
pub type RunEnvelope = Envelope<RunEvent>;

/// What happens in a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunEvent {
    /// The first event of each run: everything that is needed to read the rest.
    Started(Box<Started>),
    /// A named stretch begins.
    Phase {
        /// What it is, in words.
        says: String,
    },
    /// One second was measured.
    Window(Window),
    /// A fault begins or ends.
    Fault {
        /// Name as in the plan.
        name: String,
        /// What it is, in words.
        says: String,
        /// Whether it acts from now on.
        on: bool,
    },
    /// A new build became live during the run.
    Deploy {
        /// Its id.
        build: String,
    },
    /// The number of replicas of a service changed.
    Scale {
        /// Service.
        service: String,
        /// Ready replicas before.
        from: u32,
        /// Ready replicas now.
        to: u32,
    },
    /// A criterion began or ceased to hold, or became met.
    Criterion(CriterionState),
    /// A hint was shown.
    Hint {
        /// Its name in the scenario.
        name: String,
        /// Points it costs.
        cost: u32,
    },
    /// The lab's database was read after the last call had ended.
    Books {
        /// Whether money and orders add up.
        balanced: bool,
        /// What was found, in a sentence.
        says: String,
    },
    /// Something a person did to the run, e.g. `stop`.
    Action {
        /// What was done.
        name: String,
    },
    /// Something that the watcher should know, e.g. a service that crashed.
    Note {
        /// One sentence.
        says: String,
    },
    /// The last event of each run that came to its end, with everything as it was judged then.
    Finished(Box<Finished>),
}

/// By hand: for a tagged enum serde generates a buffer of its own and each field twice, a twentieth of the UI.
impl<'de> Deserialize<'de> for RunEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RunEvent::of(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl RunEvent {
    fn of(event: &Value) -> Result<RunEvent, Mismatch> {
        let text = |key| field::<String>(event, key);
        Ok(match text("kind")?.as_str() {
            "started" => RunEvent::Started(from_value(event)?),
            "phase" => RunEvent::Phase { says: text("says")? },
            "window" => RunEvent::Window(from_value(event)?),
            "fault" => RunEvent::Fault { name: text("name")?, says: text("says")?, on: field(event, "on")? },
            "deploy" => RunEvent::Deploy { build: text("build")? },
            "scale" => {
                RunEvent::Scale { service: text("service")?, from: field(event, "from")?, to: field(event, "to")? }
            }
            "criterion" => RunEvent::Criterion(from_value(event)?),
            "hint" => RunEvent::Hint { name: text("name")?, cost: field(event, "cost")? },
            "books" => RunEvent::Books { balanced: field(event, "balanced")?, says: text("says")? },
            "action" => RunEvent::Action { name: text("name")? },
            "note" => RunEvent::Note { says: text("says")? },
            "finished" => RunEvent::Finished(from_value(event)?),
            newer => return Err(Mismatch::custom(format!("unknown kind of event `{newer}`"))),
        })
    }
}

/// What a run starts with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Started {
    /// Id of the run.
    pub run: String,
    /// The scenario as it was then.
    pub scenario: Scenario,
    /// The plan with the run's choices made.
    pub plan: Plan,
    /// Hash of the scenario file.
    pub scenario_hash: String,
    /// Hash of what makes the exercise honest (`lab/src/sealed` and the like); empty when it could not be read.
    #[serde(default)]
    pub sealed_hash: String,
    /// Build id that is live.
    pub build: String,
    /// `local`, `k3d` or `kube`.
    pub stack: String,
    /// Participant.
    pub participant: String,
    /// Version of the panel.
    pub panel: String,
    /// Why the run is not ranked, as far as it is known at the start.
    #[serde(default)]
    pub unranked: Vec<Unranked>,
    /// Hints of the case that were taken before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<HintTaken>,
    /// The files that the case is about, as they were in the working copy; none in logs of older panels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code: Vec<CodeFile>,
}

/// A file that participants edit, as a run found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeFile {
    /// Path relative to the repository.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// All load was sent and settled.
    Completed,
    /// Somebody stopped it.
    Stopped,
    /// It could not go on, e.g. the stack went away.
    Failed,
    /// The panel ended in the middle; written at its next start.
    Interrupted,
}

/// What a run ends with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finished {
    /// How it ended.
    pub ended: Ended,
    /// Criteria as judged at the end.
    pub criteria: Vec<CriterionState>,
    /// The score, when the run was completed.
    pub score: Option<Score>,
    /// Why it is not ranked; empty means ranked.
    pub unranked: Vec<Unranked>,
    /// The generator's lateness, 99th percentile, µs.
    pub lag_p99_us: u64,
    /// A sentence when it failed.
    #[serde(default)]
    pub because: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_read_as_it_was_written() {
        let word = || "x".to_owned();
        let state: CriterionState = from_value(&serde_json::json!({
            "name": "p95", "says": "p95", "unit": "time", "value": 4.5, "target": 1.0, "comparison": "at_most",
            "holds": false, "held_s": 0, "hold_s": 5, "met": false, "stage": "judging"
        }))
        .expect("a state");
        let finished = Finished {
            ended: Ended::Completed,
            criteria: vec![state.clone()],
            score: None,
            unranked: vec![Unranked::Practice { files: vec![word()] }, Unranked::Disturbed],
            lag_p99_us: 3,
            because: word(),
        };
        for event in [
            RunEvent::Phase { says: word() },
            RunEvent::Window(Window { index: 3, ..Window::default() }),
            RunEvent::Fault { name: word(), says: word(), on: true },
            RunEvent::Deploy { build: word() },
            RunEvent::Scale { service: word(), from: 1, to: 6 },
            RunEvent::Criterion(state),
            RunEvent::Hint { name: word(), cost: 5 },
            RunEvent::Books { balanced: true, says: word() },
            RunEvent::Action { name: word() },
            RunEvent::Note { says: word() },
            RunEvent::Finished(Box::new(finished)),
        ] {
            let text = serde_json::to_string(&event).expect("serialises");
            assert_eq!(serde_json::from_str::<RunEvent>(&text).expect("parses"), event, "{text}");
        }
    }
}
