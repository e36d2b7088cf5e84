//! What the panel tells about the lab stack: services, builds, endpoints. Wire types, shown as they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything a screen needs to know about the stack at one instant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackStatus {
    /// `local`, `k3d` or `kube`.
    pub kind: String,
    /// One sentence on what the stack is doing now, e.g. "building the lab", empty when idle.
    pub doing: String,
    /// Where the stack is in its life.
    pub phase: StackPhase,
    /// Services in the order in which they start.
    pub services: Vec<ServiceStatus>,
    /// Builds of the lab: working copy against what is live.
    pub build: BuildStatus,
    /// What the stack was asked to do and cannot honour, one sentence each.
    pub notices: Vec<String>,
    /// What decides how many replicas a service has, one entry for each HorizontalPodAutoscaler.
    #[serde(default)]
    pub scaling: Vec<Scaling>,
}

/// Life of a stack.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StackPhase {
    /// Nothing runs.
    #[default]
    Down,
    /// Being built or started.
    Starting,
    /// Every service has its wanted replicas ready.
    Ready,
    /// Started, but a service is not ready.
    Degraded,
    /// Being stopped.
    Stopping,
}

/// One service of the lab (`api`, `worker`, `dep`, `postgres`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceStatus {
    /// Name as in the manifests.
    pub name: String,
    /// State of the worst replica that is wanted.
    pub state: ServiceState,
    /// Replicas wanted.
    pub desired: u32,
    /// Replicas that answer their readiness probe.
    pub ready: u32,
    /// Build id that the ready replicas report; empty when none is ready.
    pub build: String,
    /// Restarts after a crash since the stack came up.
    pub restarts: u32,
    /// A sentence when something is wrong, e.g. "exited with code 101; next start in 4 s". Empty otherwise.
    pub message: String,
    /// Address that a person may open, e.g. `http://127.0.0.1:8080`; empty when internal.
    pub address: String,
    /// Path of the log file, relative to the data directory where possible.
    pub log: String,
}

/// State of a service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ServiceState {
    /// Not running and not wanted.
    #[default]
    Stopped,
    /// Started, not ready yet.
    Starting,
    /// Ready.
    Ready,
    /// Runs but its readiness probe fails.
    Unready,
    /// Crashed; the stack waits before the next start.
    BackingOff,
}

/// A HorizontalPodAutoscaler at work: what it wants, what there is, and why. Reasons and messages are Kubernetes' own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scaling {
    /// The service that is scaled.
    pub service: String,
    /// Fewest replicas.
    pub min: u32,
    /// Most replicas.
    pub max: u32,
    /// Replicas that the autoscaler wants.
    pub desired: u32,
    /// Replicas that exist, ready or not.
    pub current: u32,
    /// Replicas that answer their readiness probe.
    pub ready: u32,
    /// What is measured against the target, e.g. `cpu 43 % of request, target 50 %`; with `<unknown>` for what is not
    /// known.
    pub metric: String,
    /// `AbleToScale`, `ScalingActive`, `ScalingLimited`, as far as they are known.
    pub conditions: Vec<Condition>,
    /// What happened, oldest first; the last 20.
    pub events: Vec<ScaleEvent>,
    /// Time between two decisions as far as it can be seen, ms; 0 when not known.
    pub sync_ms: u64,
    /// Time over which the last samples were taken, ms; 0 when not known.
    pub metrics_ms: u64,
}

/// One condition of an autoscaler.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Condition {
    /// E.g. `ScalingActive`.
    pub kind: String,
    /// Whether it holds.
    pub status: bool,
    /// One word, e.g. `FailedGetResourceMetric`.
    pub reason: String,
    /// A sentence.
    pub message: String,
}

/// Something that happened to the number of replicas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScaleEvent {
    /// Wall time, ms since the Unix epoch.
    pub wall_ms: u64,
    /// One word, e.g. `SuccessfulRescale`.
    pub reason: String,
    /// A sentence, e.g. `New size: 3; reason: cpu resource utilization (percentage of request) above target`.
    pub message: String,
}

/// Working copy against live build.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildStatus {
    /// Identity of the working copy: a hash of the lab's sources and of the manifests.
    pub working: String,
    /// Identity of what is live; empty when nothing is.
    pub live: String,
    /// Where the two stand.
    pub state: BuildState,
    /// Files that differ in time from the live build, relative to the repository, newest first.
    pub edited: Vec<EditedFile>,
    /// What the compiler said in the last build that failed; empty after one that worked.
    pub problems: Vec<BuildProblem>,
    /// The compiler's whole output of the last build that failed, as it printed it.
    pub output: String,
    /// Steps of the last deploy with their durations.
    pub steps: Vec<DeployStep>,
}

/// Where working copy and live build stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BuildState {
    /// Not known yet.
    #[default]
    Unknown,
    /// The live build is the working copy.
    Live,
    /// The working copy was edited after the live build.
    Edited,
    /// A build of the working copy runs.
    Building,
    /// The last build failed; the old build stays live.
    Failed,
}

/// A file that was edited since the live build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditedFile {
    /// Path relative to the repository.
    pub path: String,
    /// Wall time of the edit, ms since the Unix epoch.
    pub edited_ms: u64,
}

/// One error of the compiler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildProblem {
    /// Path relative to the repository.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// The compiler's first line, e.g. `error[E0308]: mismatched types`.
    pub message: String,
}

/// One timed step of a deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeployStep {
    /// What was done, e.g. `build`, `restart api`, `ready`.
    pub name: String,
    /// How long it took, ms.
    pub took_ms: u64,
}

/// Where a run sends its load and its control calls. URLs without a trailing slash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Endpoints {
    /// The API that participants know, e.g. `http://127.0.0.1:8080`.
    pub api: String,
    /// The worker, e.g. `http://127.0.0.1:8081`.
    pub worker: String,
    /// The dependency's control address; never part of the load.
    pub dep: String,
    /// The lab's database for reading, e.g. `postgres://lab_probe:probe@127.0.0.1:26011/lab`; empty when there is none.
    #[serde(default)]
    pub database: String,
}

/// What the lab's database says of itself once nobody is in a transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Books {
    /// Entries of the ledger.
    pub rows: u64,
    /// Orders that were entered more than once.
    pub doubled: u64,
    /// Accounts whose balance does not agree with their entries.
    pub accounts_off: u64,
}

/// Gauges that the stack reads once a second, by name: `api.in_flight`, `api.replicas_ready`, `dep.in_flight`, …
pub type Gauges = BTreeMap<String, f64>;
