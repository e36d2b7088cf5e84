//! `data.json`: a run as data, for other tools and for whoever collects results.
//!
//! Version 1. A field may be added in this version; nothing is renamed, removed or given another meaning without a new
//! number. `docs/run-data.schema.json` is its JSON Schema.

use std::collections::BTreeMap;

use brownout_core::{
    criterion,
    event::Ended,
    fold::{Run, StreamFold},
    latency::upper_us,
    outcome::Outcome,
    scenario::Comparison,
    score::Unranked,
    wire,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{date, figure::latencies, told::Told};

/// What [`Record::format`] says.
pub const FORMAT: &str = "brownout-run";
/// Version of the form.
pub const VERSION: u32 = 1;

/// A run as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Brownout run data", description = "`data.json` beside the report of a run, version 1.")]
pub struct Record {
    /// Always `brownout-run`.
    pub format: String,
    /// Version of this form: 1.
    pub version: u32,
    /// Id of the run.
    pub run: String,
    /// Id of the case.
    pub case: String,
    /// The case for people.
    pub title: String,
    /// Who ran it.
    pub participant: Participant,
    /// Start, ms since the Unix epoch.
    pub started_ms: u64,
    /// The same in words: RFC 3339, UTC.
    pub started: String,
    /// End, ms since the Unix epoch.
    pub ended_ms: Option<u64>,
    /// How it ended.
    pub ended: Ending,
    /// 0 to 100; null when it was not completed.
    pub score: Option<u32>,
    /// Whether it counts for the leaderboard.
    pub ranked: bool,
    /// Why it does not, a sentence each.
    pub unranked: Vec<String>,
    /// The line to share; empty without a score.
    pub line: String,
    /// The verdict in one sentence.
    pub why: String,
    /// Names of the hints that were taken before or during the run, with the points that each costs.
    pub hints: BTreeMap<String, u32>,
    /// The score term by term.
    pub terms: Vec<TermData>,
    /// What had to hold.
    pub criteria: Vec<CriterionData>,
    /// Under which circumstances.
    pub environment: Environment,
    /// Latencies of all scheduled arrivals by stream of load: pairs of µs, rounded up to three figures, and count.
    pub latencies_us: BTreeMap<String, Vec<(u64, u64)>>,
    /// Second by second.
    pub seconds: Vec<Second>,
    /// The files that the case is about, as the run found them.
    pub code: Vec<File>,
}

/// Who ran it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Participant {
    /// A UUID, made once a machine.
    pub id: String,
    /// The name that the participant chose. Not unique.
    pub name: String,
}

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It goes on.
    Running,
    /// All load was sent and settled.
    Completed,
    /// Somebody stopped it.
    Stopped,
    /// It could not go on.
    Failed,
    /// The panel ended in the middle.
    Interrupted,
}

/// One term of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TermData {
    /// Name in the scenario.
    pub name: String,
    /// What it is about.
    pub says: String,
    /// Unit of the values: `share` (0 to 1), `time` (µs), `seconds`, `cores`, `per_second`, `count`.
    pub unit: String,
    /// What was measured.
    pub value: Option<f64>,
    /// Value that earns nothing.
    pub worthless: f64,
    /// Value that earns everything.
    pub perfect: f64,
    /// Points that it can earn.
    pub weight: f64,
    /// Points that it earned.
    pub points: f64,
    /// The whole in one sentence.
    pub sentence: String,
}

/// Something that had to hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionData {
    /// Name in the scenario.
    pub name: String,
    /// What it is about.
    pub says: String,
    /// Unit of value and target.
    pub unit: String,
    /// `≥` or `≤`.
    pub comparison: String,
    /// The value that passes.
    pub target: f64,
    /// The last value.
    pub value: Option<f64>,
    /// Whether it held for long enough, up to the end.
    pub met: bool,
    /// Seconds on end for which it must hold.
    pub hold_s: u32,
    /// When it held: first second and the second after the last, a pair a stretch.
    pub held_s: Vec<(u32, u32)>,
}

/// Under which circumstances a run was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// `local`, `k3d` or `kube`.
    pub stack: String,
    /// Id of the build that was live.
    pub build: String,
    /// Version of Brownout.
    pub brownout: String,
    /// Hash of the scenario file.
    pub scenario_hash: String,
    /// Hash of what makes the exercise honest.
    pub sealed_hash: String,
    /// How late the load generator was, 99th percentile, µs.
    pub lag_p99_us: Option<u64>,
    /// The machine in a few words.
    pub machine: String,
}

/// One second of a run, over all streams of load.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Second {
    /// From 0.
    pub second: u32,
    /// Arrivals that were due in it.
    pub scheduled: u64,
    /// Requests that were sent in it.
    pub sent: u64,
    /// Answers that came in it with a valid receipt.
    pub ok: u64,
    /// Marked fallbacks.
    pub degraded: u64,
    /// Answers that refused (4xx, 5xx).
    pub rejected: u64,
    /// Connections that failed.
    pub failed: u64,
    /// Calls that the client gave up.
    pub timed_out: u64,
    /// Answers without a valid receipt.
    pub invalid: u64,
    /// Arrivals that were never sent.
    pub dropped: u64,
    /// Calls open at its end.
    pub in_flight: u64,
    /// Median latency of the arrivals that were due in it, µs.
    pub p50_us: Option<u64>,
    /// Its 95th percentile, µs.
    pub p95_us: Option<u64>,
    /// Its 99th percentile, µs.
    pub p99_us: Option<u64>,
    /// HTTP statuses of the answers that came in it.
    pub statuses: BTreeMap<u16, u64>,
    /// Gauges of the stack by name.
    pub gauges: BTreeMap<String, f64>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct File {
    /// Path relative to the repository.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Why a text is no `data.json`.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is not JSON, or lacks something.
    #[error("this is no data.json of a run, or a part of one: {0}")]
    Json(#[from] serde_json::Error),
    /// It is something else.
    #[error("this file says that it is `{0}`, not `{FORMAT}`; take the data.json beside a report")]
    Format(String),
    /// It is of another version.
    #[error("this data.json is of version {0}, and this panel reads version {VERSION}; update Brownout")]
    Version(u64),
    /// It says what cannot be.
    #[error("this data.json cannot be right: {0}")]
    Wrong(String),
}

/// The JSON Schema of `data.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Record).to_value()
}

impl Record {
    /// A run as data.
    pub fn of(told: &Told<'_>) -> Record {
        let (run, summary) = (told.run, told.summary);
        let started = run.started.as_ref();
        let finished = run.finished.as_ref();
        let score = finished.and_then(|finished| finished.score.as_ref());
        let text = |of: fn(&brownout_core::event::Started) -> &String| started.map(of).cloned().unwrap_or_default();
        Record {
            format: FORMAT.to_owned(),
            version: VERSION,
            run: summary.id.clone(),
            case: summary.scenario.clone(),
            title: told.title().to_owned(),
            participant: Participant { id: text(|started| &started.participant), name: told.name.to_owned() },
            started_ms: summary.started_ms,
            started: date::iso(summary.started_ms),
            ended_ms: summary.ended_ms,
            ended: finished.map_or(Ending::Running, |finished| ending(finished.ended)),
            score: summary.score,
            ranked: summary.ranked,
            unranked: finished.map_or(Vec::new(), |f| f.unranked.iter().map(Unranked::sentence).collect()),
            line: summary.line.clone(),
            why: score.map_or(String::new(), |score| score.why.clone()),
            hints: run.hints.clone(),
            terms: score.map_or(Vec::new(), terms),
            criteria: criteria(run),
            environment: Environment {
                stack: summary.stack.clone(),
                build: summary.build.clone(),
                brownout: text(|started| &started.panel),
                scenario_hash: text(|started| &started.scenario_hash),
                sealed_hash: text(|started| &started.sealed_hash),
                lag_p99_us: finished.map(|finished| finished.lag_p99_us),
                machine: told.machine.to_owned(),
            },
            latencies_us: run.streams.keys().map(|stream| (stream.clone(), pairs(run, stream))).collect(),
            seconds: (0..run.seconds).map(|at| second(run, at)).collect(),
            code: started.map_or(Vec::new(), |started| {
                let file =
                    |file: &brownout_core::event::CodeFile| File { path: file.path.clone(), text: file.text.clone() };
                started.code.iter().map(file).collect()
            }),
        }
    }

    /// Reads a `data.json`.
    ///
    /// # Errors
    /// When it is no such file, is of another version, or says what cannot be.
    pub fn read(text: &str) -> Result<Record, RecordError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        let format = value["format"].as_str().unwrap_or_default();
        if format != FORMAT {
            return Err(RecordError::Format(format.chars().take(40).collect()));
        }
        let version = value["version"].as_u64().unwrap_or_default();
        if version != u64::from(VERSION) {
            return Err(RecordError::Version(version));
        }
        let record: Record = serde_json::from_value(value)?;
        record.check()?;
        Ok(record)
    }

    fn check(&self) -> Result<(), RecordError> {
        let wrong = |says: String| Err(RecordError::Wrong(says));
        if self.score.is_some_and(|score| score > 100) {
            return wrong(format!("a score is 0 to 100, not {}", self.score.unwrap_or_default()));
        }
        if self.run.is_empty() || self.case.is_empty() || self.participant.id.is_empty() {
            return wrong("run, case and participant.id must not be empty".to_owned());
        }
        if self.run.len() > 100 || self.case.len() > 100 || self.participant.id.len() > 100 {
            return wrong("run, case and participant.id have 100 bytes at most".to_owned());
        }
        match wire::ScoreLine::find(&self.line) {
            Ok((_, line)) if Some(line.score) != self.score || line.case != self.case => {
                wrong("its score line says otherwise than its score".to_owned())
            }
            Err(error) if self.score.is_some() => wrong(error.to_string()),
            _ => Ok(()),
        }
    }
}

fn ending(ended: Ended) -> Ending {
    match ended {
        Ended::Completed => Ending::Completed,
        Ended::Stopped => Ending::Stopped,
        Ended::Failed => Ending::Failed,
        Ended::Interrupted => Ending::Interrupted,
    }
}

/// The word by which a unit is named in JSON.
fn word(unit: brownout_core::quantity::Unit) -> String {
    serde_json::to_value(unit).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn terms(score: &brownout_core::score::Score) -> Vec<TermData> {
    let term = |term: &brownout_core::score::TermScore| TermData {
        name: term.name.clone(),
        says: term.says.clone(),
        unit: word(term.unit),
        value: term.value,
        worthless: term.worthless,
        perfect: term.perfect,
        weight: term.weight,
        points: term.points,
        sentence: term.sentence.clone(),
    };
    score.terms.iter().map(term).collect()
}

fn criteria(run: &Run) -> Vec<CriterionData> {
    let states = run.finished.as_ref().map_or_else(|| criterion::judge(run), |finished| finished.criteria.clone());
    let planned = run.started.as_ref().map_or(&[][..], |started| &started.scenario.criteria);
    let data = states.into_iter().map(|state| CriterionData {
        held_s: planned.iter().find(|known| known.name == state.name).map_or(Vec::new(), |known| {
            criterion::held(known, run).into_iter().map(|span| (span.from, span.to)).collect()
        }),
        name: state.name,
        says: state.says,
        unit: word(state.unit),
        comparison: match state.comparison {
            Comparison::AtLeast => "≥".to_owned(),
            Comparison::AtMost => "≤".to_owned(),
        },
        target: state.target,
        value: state.value,
        met: state.met,
        hold_s: state.hold_s,
    });
    data.collect()
}

fn pairs(run: &Run, stream: &str) -> Vec<(u64, u64)> {
    let all = latencies(run, Some(stream));
    all.pairs().iter().map(|(bucket, count)| (upper_us(*bucket), u64::from(*count))).collect()
}

fn second(run: &Run, at: u32) -> Second {
    let place = at as usize;
    let sum = |of: &dyn Fn(&StreamFold) -> Option<u64>| run.streams.values().filter_map(of).sum::<u64>();
    let ended = |outcome: Outcome| sum(&|stream| Some(stream.ended.get(place)?[outcome.index()]));
    let due = run.latencies_due(None, at);
    let mut statuses = BTreeMap::new();
    for (status, line) in run.streams.values().flat_map(|stream| &stream.statuses) {
        if let Some(count) = line.get(place).filter(|count| **count > 0) {
            *statuses.entry(*status).or_insert(0) += count;
        }
    }
    let gauge = |(name, line): (&String, &Vec<Option<f64>>)| Some((name.clone(), line.get(place).copied().flatten()?));
    Second {
        second: at,
        scheduled: sum(&|stream| Some(stream.due.get(place)?.scheduled)),
        sent: sum(&|stream| stream.sent.get(place).copied()),
        ok: ended(Outcome::Ok),
        degraded: ended(Outcome::Degraded),
        rejected: ended(Outcome::Rejected),
        failed: ended(Outcome::Failed),
        timed_out: ended(Outcome::TimedOut),
        invalid: ended(Outcome::Invalid),
        dropped: ended(Outcome::Dropped),
        in_flight: sum(&|stream| stream.in_flight.get(place).copied()),
        p50_us: due.quantile(0.50),
        p95_us: due.quantile(0.95),
        p99_us: due.quantile(0.99),
        statuses,
        gauges: run.gauges.iter().filter_map(gauge).collect(),
    }
}
