//! What panel, browser and terminal say to each other: bodies of the REST API here, messages of `/api/v1/live` in `live`,
//! and the line that people share in `line`.

mod line;
mod live;

use serde::{Deserialize, Serialize};

pub use line::{LineError, ScoreLine, score_line, short};
pub use live::{Heard, LiveItem, LiveMessage, Snapshot, Waiting};

use crate::{
    criterion::CriterionState,
    difference::Difference,
    scenario::Scenario,
    score::{Score, Unranked},
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
    /// `local`, `k3d` or `kube`.
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

impl RunSummary {
    /// What is to be known beside the score, in a word; empty of a ranked run.
    pub fn note(&self) -> &'static str {
        match (self.state, self.ranked) {
            (RunState::Running, _) => "goes on",
            (RunState::Completed, true) => "",
            (RunState::Completed, false) => "practice",
            (RunState::Stopped, _) => "stopped",
            (RunState::Failed, _) => "failed",
            (RunState::Interrupted, _) => "interrupted",
        }
    }
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

/// Answer to `POST /api/v1/runs/{id}/report`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportWritten {
    /// The file on this machine.
    pub path: String,
    /// The same from the panel.
    pub url: String,
}

/// Body of `POST /api/v1/runs/prune`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PruneRuns {
    /// How many of the newest runs of each case stay. Baselines, best runs and runs that go on stay in any case.
    pub keep: u32,
    /// Only runs of this scenario.
    #[serde(default)]
    pub scenario: Option<String>,
    /// Say what would be deleted, and delete nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// Answer to `POST /api/v1/runs/prune`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrunedRuns {
    /// Ids of what was deleted, or would be.
    pub runs: Vec<String>,
    /// Runs that are left, or would be.
    pub left: u64,
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
