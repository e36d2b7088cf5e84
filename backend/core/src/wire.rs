//! What panel, browser and terminal say to each other: bodies of the REST API and messages of `/api/v1/live`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    by_value::{by_value, from_value},
    case::CaseProgress,
    criterion::CriterionState,
    difference::Difference,
    event::{Envelope, RunEvent, SessionEvent},
    scenario::Scenario,
    score::{Score, Unranked},
    stack::StackStatus,
};

/// State of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Load flows or calls are being awaited.
    Running,
    /// Came to its end.
    Completed,
    /// Was stopped.
    Stopped,
    /// Could not go on.
    Failed,
    /// The panel ended in the middle.
    Interrupted,
}

/// One run in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunSummary {
    /// Id.
    pub id: String,
    /// Last four characters of the id, for score lines.
    pub short: String,
    /// Scenario id.
    pub scenario: String,
    /// State.
    pub state: RunState,
    /// Wall time of the start, ms since the Unix epoch.
    pub started_ms: u64,
    /// Wall time of the end.
    pub ended_ms: Option<u64>,
    /// Score, when completed.
    pub score: Option<u32>,
    /// Whether it counts for the leaderboard.
    pub ranked: bool,
    /// Build id that was live.
    pub build: String,
    /// `local` or `kube`.
    pub stack: String,
    /// Whether later runs are compared with it.
    pub baseline: bool,
    /// The line to share; empty without a score.
    pub line: String,
    /// Why it has no score or is not ranked, in a sentence; empty when it is ranked or goes on.
    #[serde(default)]
    pub because: String,
    /// Hints that count against it.
    #[serde(default)]
    pub hints: u32,
}

/// One page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Pass as `?before=` to get the next page; `None` on the last.
    pub next: Option<String>,
}

/// One run, whole but for its events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunDetail {
    /// Id.
    pub id: String,
    /// State.
    pub state: RunState,
    /// As in lists.
    pub summary: RunSummary,
    /// Criteria as they stand, or as judged at the end.
    pub criteria: Vec<CriterionState>,
    /// The score, explained; as the run stands now while it is running.
    pub score: Option<Score>,
    /// Why it is not ranked.
    pub unranked: Vec<Unranked>,
    /// A sentence when it failed.
    pub because: String,
    /// Against the baseline; `None` for the baseline itself.
    pub difference: Option<Difference>,
}

/// A scenario with what the participant has made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScenarioView {
    /// The exercise.
    pub scenario: Scenario,
    /// Hash of its file.
    pub hash: String,
    /// Edit points with the line they are on now.
    pub edit: Vec<EditPlace>,
    /// The run that later ones are compared with.
    pub baseline: Option<RunSummary>,
    /// The best ranked run.
    pub best: Option<RunSummary>,
    /// The newest run.
    pub last: Option<RunSummary>,
    /// Scores of all completed runs, oldest first.
    pub attempts: Vec<u32>,
}

/// An edit point in the working copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditPlace {
    /// Path relative to the repository.
    pub file: String,
    /// Absolute path on this machine, for the editor.
    pub path: String,
    /// Line of the marker, from 1; the first line when the marker is gone.
    pub line: u32,
    /// What to do there.
    pub says: String,
}

/// Body of `POST /api/v1/runs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartRun {
    /// Scenario id.
    pub scenario: String,
    /// Start although a precondition does not hold; the run is then not ranked.
    #[serde(default)]
    pub anyway: bool,
}

/// Answer to `POST /api/v1/runs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunStarted {
    /// Id of the new run.
    pub id: String,
}

/// An error as problem+json (RFC 9457).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A word for programs: `run-active`, `precondition`, `not-found`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// HTTP status.
    pub status: u16,
    /// What happened, in a few words.
    pub title: String,
    /// What happened, with which value, and what to do.
    pub detail: String,
    /// The unmet precondition, when that is the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precondition: Option<Precondition>,
}

/// Why a run cannot start yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Precondition {
    /// A service is not ready.
    ServicesReady,
    /// The live build is not the working copy.
    LiveBuild,
    /// A fault of an earlier run is still on.
    FaultsOff,
    /// Calls of an earlier run are still open.
    Quiet,
    /// The lab's database could not be brought back to its seed.
    SeedRows,
    /// An autoscaler has not gone back to its minimum of replicas.
    ReplicasAtMinimum,
}

/// What a screen is given at once when it connects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Snapshot {
    /// Version of the panel.
    pub panel: String,
    /// Participant's id.
    pub participant: String,
    /// The stack.
    pub stack: StackStatus,
    /// All events of the run that goes on, or of none.
    pub run: Vec<Envelope<RunEvent>>,
    /// A sentence while a run waits for a precondition.
    #[serde(default)]
    pub waiting: Option<Waiting>,
    /// Every case of the catalog.
    #[serde(default)]
    pub cases: Vec<CaseProgress>,
    /// What everybody should know of this panel, e.g. that a damaged history was kept aside.
    #[serde(default)]
    pub notices: Vec<String>,
}

/// A run that waits for a precondition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waiting {
    /// Scenario id.
    pub scenario: String,
    /// What it waits for, as a sentence.
    pub says: String,
}

/// A message of `/api/v1/live`, panel to browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    /// First message, and again whenever a screen has fallen behind.
    Hello {
        /// Changes when the panel starts anew.
        epoch: String,
        /// Number of the last item that the snapshot contains.
        seq: u64,
        /// Everything that a screen needs.
        #[serde(deserialize_with = "by_value")]
        snapshot: Box<Snapshot>,
    },
    /// First message after a reconnect that missed nothing or little: the missed items follow.
    Resumed {
        /// As the client sent it.
        epoch: String,
    },
    /// The next item.
    Item {
        /// Number in the feed.
        seq: u64,
        /// What happened.
        #[serde(deserialize_with = "by_value")]
        item: Box<LiveItem>,
    },
}

/// One item of the live feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "of", content = "is", rename_all = "snake_case")]
pub enum LiveItem {
    /// An event of a run.
    #[serde(deserialize_with = "by_value")]
    Run(Envelope<RunEvent>),
    /// An event of the session.
    #[serde(deserialize_with = "by_value")]
    Session(Envelope<SessionEvent>),
    /// The stack changed.
    #[serde(deserialize_with = "by_value")]
    Stack(StackStatus),
    /// A line of the compiler.
    BuildLine(String),
    /// A run waits, or (`None`) waits no more.
    Waiting(Option<Waiting>),
    /// A case went on, its clock began or stopped, or a hint was shown or became available.
    #[serde(deserialize_with = "by_value")]
    Case(CaseProgress),
}

impl LiveMessage {
    /// Reads a message as a screen does, by hand and with less code than serde's: a message of a newer panel and the
    /// session's events, which no screen shows, are `None` and an item of `None`.
    pub fn heard(text: &str) -> Option<Heard> {
        let message: Value = serde_json::from_str(text).ok()?;
        let word = |key: &str| message[key].as_str().map(str::to_owned);
        Some(match message["type"].as_str()? {
            "hello" => Heard::Hello {
                epoch: word("epoch")?,
                seq: message["seq"].as_u64()?,
                snapshot: from_value(&message["snapshot"]).ok()?,
            },
            "resumed" => Heard::Resumed,
            "item" => {
                Heard::Item { seq: message["seq"].as_u64()?, item: LiveItem::heard(&message["item"]).map(Box::new) }
            }
            _ => return None,
        })
    }
}

impl LiveItem {
    fn heard(item: &Value) -> Option<LiveItem> {
        let is = &item["is"];
        match item["of"].as_str()? {
            "run" => from_value(is).map(LiveItem::Run).ok(),
            "stack" => from_value(is).map(LiveItem::Stack).ok(),
            "build_line" => is.as_str().map(|line| LiveItem::BuildLine(line.to_owned())),
            "waiting" => from_value(is).map(LiveItem::Waiting).ok(),
            "case" => from_value(is).map(LiveItem::Case).ok(),
            _ => None,
        }
    }
}

/// A [`LiveMessage`] as a screen reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// First message, and again whenever a screen has fallen behind.
    Hello {
        /// Changes when the panel starts anew.
        epoch: String,
        /// Number of the last item that the snapshot contains.
        seq: u64,
        /// Everything that a screen needs.
        snapshot: Box<Snapshot>,
    },
    /// The missed items follow.
    Resumed,
    /// The next item.
    Item {
        /// Number in the feed.
        seq: u64,
        /// What happened; `None` when no screen shows it.
        item: Option<Box<LiveItem>>,
    },
}

/// The line that people share: `SCORE timeouts 92/100 p95=310ms ok=99.1% drop=0 stack=local run=7f3a`.
pub fn score_line(run: &crate::fold::Run, total: u32) -> String {
    use crate::{
        outcome::Outcome,
        scenario::Span,
        signal::{Measure, Signal},
    };
    let Some(started) = &run.started else { return String::new() };
    let judged = started.scenario.criteria.first().map_or(Span { from: 0, to: run.seconds }, |first| first.during);
    let load = |measure| Signal::Load { stream: None, measure }.value(run, judged.from..judged.to);
    let p95 = load(Measure::Percentile(950)).map_or("-".to_owned(), |us| format!("{:.0}ms", us / 1e3));
    let ok = load(Measure::Right).map_or("-".to_owned(), |share| format!("{:.1}%", share * 100.0));
    let drop: u64 = run.streams.values().map(|stream| stream.total(Outcome::Dropped)).sum();
    format!(
        "SCORE {} {total}/100 p95={p95} ok={ok} drop={drop} stack={} run={}",
        started.scenario.id,
        started.stack,
        short(&started.run)
    )
}

/// Last four characters of a run id.
pub fn short(run: &str) -> &str {
    let from = run.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    &run[from..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Body, Envelope, RunEvent, SessionEvent};

    fn envelope<E>(body: E) -> Envelope<E> {
        Envelope { v: 1, stream: "s".into(), seq: 1, wall_ms: 2, run_us: None, body: Body::Known(body) }
    }

    #[test]
    fn a_screen_hears_what_the_panel_says() {
        let shown = [
            LiveItem::Run(envelope(RunEvent::Note { says: "x".into() })),
            LiveItem::Stack(StackStatus::default()),
            LiveItem::BuildLine("line".into()),
            LiveItem::Waiting(Some(Waiting { scenario: "a".into(), says: "b".into() })),
            LiveItem::Waiting(None),
        ];
        for item in shown {
            let said = LiveMessage::Item { seq: 7, item: Box::new(item.clone()) };
            let text = serde_json::to_string(&said).expect("serialises");
            assert_eq!(LiveMessage::heard(&text), Some(Heard::Item { seq: 7, item: Some(Box::new(item)) }));
        }
        let hello = LiveMessage::Hello { epoch: "e".into(), seq: 3, snapshot: Box::default() };
        let text = serde_json::to_string(&hello).expect("serialises");
        assert_eq!(
            LiveMessage::heard(&text),
            Some(Heard::Hello { epoch: "e".into(), seq: 3, snapshot: Box::default() })
        );
    }

    #[test]
    fn a_screen_passes_over_what_it_does_not_show() {
        let opened = envelope(SessionEvent::CaseOpened { scenario: "a".into() });
        let said = LiveMessage::Item { seq: 8, item: Box::new(LiveItem::Session(opened)) };
        let text = serde_json::to_string(&said).expect("serialises");
        assert_eq!(LiveMessage::heard(&text), Some(Heard::Item { seq: 8, item: None }));
        assert_eq!(LiveMessage::heard(r#"{"type":"newer"}"#), None);
    }
}
