//! The two append-only streams that everything else is a fold of: `run/<id>` and `session/<participant>`.
//!
//! Changes are additive: a field may be added with a default, a kind may be added, nothing is renamed or removed.
//! An unknown kind is kept as it came ([`Body::Unknown`]), so that an older panel can carry a newer log.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;

use crate::{
    by_value::{Mismatch, field, from_value},
    case::HintTaken,
    criterion::CriterionState,
    plan::Plan,
    scenario::Scenario,
    score::{Score, Unranked},
    window::Window,
};

/// Version of the envelope.
pub const VERSION: u16 = 1;

/// One event with its place in its stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(bound(deserialize = "E: DeserializeOwned"))]
pub struct Envelope<E> {
    /// Version of the envelope, [`VERSION`].
    pub v: u16,
    /// `run/<id>` or `session/<participant>`.
    pub stream: String,
    /// Number within the stream, from 1, without gaps.
    pub seq: u64,
    /// Wall time of the panel, ms since the Unix epoch. For people; nothing is computed from it.
    pub wall_ms: u64,
    /// Time on the run clock, µs, for events of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_us: Option<u64>,
    /// The event.
    pub body: Body<E>,
}

/// A known event, or one that a newer version wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Body<E> {
    /// An event that this version knows.
    Known(E),
    /// Anything else, kept as it came.
    Unknown(Value),
}

/// By way of a JSON value: the same as an untagged enum, with less code in the browser.
impl<'de, E: DeserializeOwned> Deserialize<'de> for Body<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(from_value(&value).map_or_else(|_| Body::Unknown(value), Body::Known))
    }
}

impl<E> Body<E> {
    /// The event if this version knows it.
    pub fn known(&self) -> Option<&E> {
        match self {
            Body::Known(event) => Some(event),
            Body::Unknown(_) => None,
        }
    }
}

/// Envelope of a run's event.
pub type RunEnvelope = Envelope<RunEvent>;
/// Envelope of a session's event.
pub type SessionEnvelope = Envelope<SessionEvent>;

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

/// What happens around the runs of one participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SessionEvent {
    /// The participant opened a case.
    CaseOpened {
        /// Scenario id.
        scenario: String,
    },
    /// Files that participants edit were changed.
    Edited {
        /// Paths relative to the repository.
        files: Vec<String>,
    },
    /// A build ended.
    Built {
        /// Build id.
        build: String,
        /// Whether it compiled.
        ok: bool,
    },
    /// A build became live.
    Deployed {
        /// Build id.
        build: String,
        /// From the command to ready, ms.
        took_ms: u64,
    },
    /// A run ended.
    RunFinished {
        /// Run id.
        run: String,
        /// Scenario id.
        scenario: String,
        /// Score, when it was completed.
        score: Option<u32>,
        /// Whether it is ranked.
        ranked: bool,
        /// Whether it ended with all criteria met.
        #[serde(default)]
        met: bool,
        /// Names of the criteria that it left unmet.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unmet: Vec<String>,
    },
    /// A hint was shown.
    HintShown {
        /// Scenario id.
        scenario: String,
        /// Which, and what it cost.
        hint: HintTaken,
    },
    /// The participant says that a case is done.
    CaseCompleted {
        /// Scenario id.
        scenario: String,
        /// Reading of the case clock, ms.
        clock_ms: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_a_newer_version_survives_a_round_trip() {
        let text = r#"{"v":1,"stream":"run/a","seq":3,"wall_ms":5,"run_us":7,"body":{"kind":"teleport","to":"mars"}}"#;
        let envelope: RunEnvelope = serde_json::from_str(text).expect("unknown kinds parse");
        assert!(envelope.body.known().is_none());
        assert_eq!(serde_json::to_string(&envelope).expect("serialises"), text);
    }

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

    #[test]
    fn a_known_event_is_known() {
        let text = r#"{"v":1,"stream":"run/a","seq":3,"wall_ms":5,"body":{"kind":"fault","name":"hang","says":"x","on":true}}"#;
        let envelope: RunEnvelope = serde_json::from_str(text).expect("parses");
        assert!(matches!(envelope.body.known(), Some(RunEvent::Fault { on: true, .. })));
    }
}
