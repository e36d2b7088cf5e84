//! `data.json`: a run as data, for other tools and for whoever collects results.
//!
//! Version 1. A field may be added in this version; nothing is renamed, removed or given another meaning without a new
//! number. `docs/run-data.schema.json` is its JSON Schema.

mod judged;
mod second;

use std::collections::BTreeMap;

use brownout_core::{event::Ended, fold::Run, latency::upper_us, score::Unranked, wire};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use judged::{CriterionData, TermData, criteria, terms};
pub use second::Second;
use second::second;

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

fn pairs(run: &Run, stream: &str) -> Vec<(u64, u64)> {
    let all = latencies(run, Some(stream));
    all.pairs().iter().map(|(bucket, count)| (upper_us(*bucket), u64::from(*count))).collect()
}
