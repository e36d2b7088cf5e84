//! One exercise, as the panel knows it after parsing: story, load, faults, criteria, score, hints and edit points.
//!
//! The YAML form with its diagnostics is in [`crate::author`]; this model has no wrong state that a run would meet.

use serde::{Deserialize, Serialize};

use crate::{arrival::Arrivals, quantity::Unit, signal::Signal};

/// One exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scenario {
    /// Name used in commands, URLs and score lines: `timeouts`.
    pub id: String,
    /// Place among the cases of the workshop, from 1.
    pub order: u32,
    /// Name for people: `Timeouts`.
    pub title: String,
    /// The pattern that solves it, in a few words.
    pub pattern: String,
    /// Minutes that the workshop gives this case.
    pub minutes: u32,
    /// What happens, in three sentences or so.
    pub story: String,
    /// Streams of load.
    pub load: Vec<Stream>,
    /// Stretches of the run with a name, for the header and the charts.
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// What is broken on purpose, and when.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// Extra charts of this case, fed by gauges of the stack.
    #[serde(default)]
    pub panels: Vec<Panel>,
    /// What must hold.
    pub criteria: Vec<Criterion>,
    /// How the run is scored; weights add up to 100.
    pub score: Vec<Term>,
    /// The sentence of a verdict of 90 and more.
    pub praise: String,
    /// Scores that `prove` expects.
    pub bands: Bands,
    /// Other ways to edit the case and what they must score. Read from the file alone: no log and no screen needs them.
    #[serde(skip)]
    pub variants: Vec<Variant>,
    /// Where to change what.
    pub edit: Vec<EditPoint>,
    /// Hints, from where to look to what to change.
    #[serde(default)]
    pub hints: Vec<Hint>,
    /// Prompt for a coding agent, ready to paste.
    pub prompt: String,
    /// Talking points for the facilitator.
    #[serde(default)]
    pub facilitator: String,
    /// When no more load comes, µs; calls in flight are then awaited up to their patience.
    pub end_us: u64,
}

/// One stream of load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stream {
    /// Name, unique in the scenario: `quotes`.
    pub name: String,
    /// HTTP method.
    pub method: String,
    /// Which endpoint of the stack: `api` or `worker`.
    pub target: String,
    /// Path and query; `{n}` is the arrival's number from 0, `{id}` its unique id.
    pub path: String,
    /// When requests are due.
    pub arrivals: Arrivals,
    /// How long the client waits, µs.
    pub patience_us: u64,
    /// An answer counts as right when it is verified and not later than this after the intended instant, µs.
    pub right_within_us: u64,
    /// What each request carries, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How an answer is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptRule>,
    /// The answer only takes the job on; this says when it is done. Excludes `receipt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<Completion>,
    /// Response header that marks a fallback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded_header: Option<String>,
    /// Calls that may be open at once; an arrival beyond it is dropped.
    pub most_in_flight: u32,
    /// A connection is closed after so many requests; `None` keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_connection: Option<u32>,
}

/// A receipt is the first 32 hex digits of HMAC-SHA256 over `message` with the key of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceiptRule {
    /// Response header that carries it.
    pub header: String,
    /// What was signed, with `{n}` and `{id}` as in the path.
    pub message: String,
}

/// A request starts a job, and the target's feed of completions tells its end.
///
/// The feed is newline-delimited JSON that never ends. Its first line is a hello, `{"seq":7,"job":null}`; then comes
/// one line a job, `{"seq":8,"job":"…","receipt":"…"}` or `{"seq":9,"job":"…","failed":"why"}`, and an empty line
/// each second. Asked with `?after=<seq>` it begins with what ended after that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Completion {
    /// Path of the feed at the stream's target.
    pub feed: String,
    /// Name of the request's job in the feed, with `{id}` as in the path, once.
    pub job: String,
    /// What the receipt of a job signs, with `{n}` and `{id}` as in the path.
    pub signs: String,
}

/// A named stretch of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Phase {
    /// Begin, µs.
    pub from_us: u64,
    /// One sentence without a full stop: "load begins: 60 requests a second".
    pub says: String,
}

/// Something broken on purpose between two instants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fault {
    /// Name, unique in the scenario.
    pub name: String,
    /// Begin, µs.
    pub at_us: u64,
    /// End, µs.
    pub until_us: u64,
    /// What it is, in words.
    pub says: String,
    /// What it does.
    pub kind: FaultKind,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// The dependency does not answer for one shard out of `shards`; which one depends on the run.
    Hang {
        /// How many shards the items are divided into.
        shards: u32,
        /// How long a hanging call hangs, µs.
        hang_us: u64,
    },
}

/// A chart of this case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Panel {
    /// Title: "Calls in flight".
    pub title: String,
    /// The lines.
    pub lines: Vec<PanelLine>,
    /// A limit to draw, e.g. the number of slots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// Unit of all lines.
    pub unit: Unit,
}

/// One line of a [`Panel`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PanelLine {
    /// Gauge, e.g. `dep.in_flight`; empty where `signal` says what is drawn.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub gauge: String,
    /// Something that the load engine measured, second by second, e.g. `load.fast.p95`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<Signal>,
    /// Word in the legend.
    pub says: String,
}

/// Seconds of the run, `from` inclusive, `to` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// First second.
    pub from: u32,
    /// End, exclusive.
    pub to: u32,
}

impl Span {
    /// Whether a second lies in the span.
    pub fn contains(&self, second: u32) -> bool {
        (self.from..self.to).contains(&second)
    }
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Holds when the value is at least the target.
    AtLeast,
    /// Holds when the value is at most the target.
    AtMost,
}

impl Comparison {
    /// Whether `value` holds against `target`.
    pub fn holds(self, value: f64, target: f64) -> bool {
        match self {
            // A share of 0.87 is computed, not written: allow for the last bit.
            Comparison::AtLeast => value >= target - 1e-9,
            Comparison::AtMost => value <= target + 1e-9,
        }
    }

    /// `≥` or `≤`.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::AtLeast => "≥",
            Comparison::AtMost => "≤",
        }
    }
}

/// Something that must hold for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Criterion {
    /// Name, unique in the scenario; hints refer to it.
    pub name: String,
    /// What it is about, in words: "answered rightly within 1 s".
    pub says: String,
    /// What is measured.
    pub signal: Signal,
    /// Which way is good.
    pub comparison: Comparison,
    /// The value that passes, in the signal's unit.
    pub target: f64,
    /// When it is judged.
    pub during: Span,
    /// The value is taken over so many seconds up to now.
    pub over_s: u32,
    /// It is met when it has held for so many seconds on end, up to now.
    pub hold_s: u32,
}

/// One term of the score: weight × attainment × the attainment of the terms it leans on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Term {
    /// Name, unique in the scenario.
    pub name: String,
    /// What it is about, in words: "answered rightly within 1 s".
    pub says: String,
    /// What is measured.
    pub signal: Signal,
    /// The seconds it is measured over, as one.
    pub during: Vec<Span>,
    /// Points it can earn.
    pub weight: f64,
    /// Value that earns nothing.
    pub worthless: f64,
    /// Value that earns everything.
    pub perfect: f64,
    /// Names of earlier terms whose attainment multiplies this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<String>,
    /// The sentence of a verdict in which this term lost most.
    pub poor: String,
}

/// Scores that `prove` expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bands {
    /// The broken code earns at most this.
    pub broken_at_most: u32,
    /// The solved code earns at least this.
    pub solved_at_least: u32,
}

/// A way to edit the case that `brownout prove` runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Folder below `lab/`: `variants/…` or `mistakes/…`.
    pub folder: String,
    /// Lowest score that it may reach.
    pub low: u32,
    /// Highest score that it may reach.
    pub high: u32,
}

/// Where to change what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditPoint {
    /// File, relative to the repository.
    pub file: String,
    /// Text that marks the line.
    pub marker: String,
    /// What to do there, in words: "give the call a deadline".
    pub says: String,
}

/// A hint and what releases it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hint {
    /// Name, unique in the scenario.
    pub name: String,
    /// The hint itself.
    pub says: String,
    /// Released when the case clock reaches this, µs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_us: Option<u64>,
    /// Released after a run that ended with this criterion unmet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmet: Option<String>,
    /// Points it costs when asked for; 0 is free.
    #[serde(default)]
    pub cost: u32,
}

impl Scenario {
    /// All load ends and all calls are settled by then at the latest, µs.
    pub fn latest_end_us(&self) -> u64 {
        self.end_us + self.load.iter().map(|stream| stream.patience_us).max().unwrap_or(0)
    }

    /// Whether the score asks how many replicas a service has, so that it is about an autoscaler.
    pub fn judges_replicas(&self) -> bool {
        let replicas = |signal: &Signal| matches!(signal, Signal::Probe { gauge } if gauge.ends_with(".replicas"));
        self.score.iter().any(|term| replicas(&term.signal))
    }
}
