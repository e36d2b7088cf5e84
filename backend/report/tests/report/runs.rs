//! Runs with their rows, as the panel would hand them over.

use std::collections::BTreeMap;

use brownout_core::{
    criterion,
    event::{CodeFile, Ended, Finished},
    fold::Run,
    score::{self, Unranked},
    wire::{self, RunState, RunSummary},
};
use brownout_report::Told;

use crate::sample::{self, Code};

/// A run with everything around it.
pub(crate) struct Kept {
    pub(crate) summary: RunSummary,
    pub(crate) run: Run,
    pub(crate) name: String,
    pub(crate) given: BTreeMap<String, String>,
}

impl Kept {
    pub(crate) fn told(&self) -> Told<'_> {
        Told { summary: &self.summary, run: &self.run, name: &self.name, machine: "linux x86_64", given: &self.given }
    }

    /// A run of the timeouts case to its end.
    pub(crate) fn timeouts(code: Code) -> Kept {
        let mut run = sample::run(code, u32::MAX);
        let started = run.started.as_mut().expect("it started");
        let path = "lab/src/cases/timeouts.rs".to_owned();
        let text = if code == Code::Broken { "call().await\n" } else { "timeout(DEADLINE, call()).await\n" };
        started.code = vec![CodeFile { path, text: text.to_owned() }];
        started.run = format!("01890000-0000-7000-8000-00000000{}", if code == Code::Broken { "b0b0" } else { "7f3a" });
        Kept::ended(run, Ended::Completed)
    }

    /// A run as its end leaves it.
    pub(crate) fn ended(mut run: Run, ended: Ended) -> Kept {
        let score = (ended == Ended::Completed).then(|| score::score(&run)).flatten();
        let unranked = if score.is_some() { Vec::new() } else { vec![Unranked::Incomplete] };
        let criteria = criterion::judge(&run);
        run.finished = Some(Finished { ended, criteria, score, unranked, lag_p99_us: 400, because: String::new() });
        Kept::of(run)
    }

    pub(crate) fn of(run: Run) -> Kept {
        let id = run.started.as_ref().map_or("none".to_owned(), |started| started.run.clone());
        let score = run.finished.as_ref().and_then(|finished| finished.score.as_ref()).map(|score| score.total);
        let scenario = run.started.as_ref().map_or("timeouts".to_owned(), |started| started.scenario.id.clone());
        let summary = RunSummary {
            short: wire::short(&id).to_owned(),
            id,
            scenario,
            state: if score.is_some() { RunState::Completed } else { RunState::Stopped },
            started_ms: 1_795_282_927_500,
            ended_ms: Some(1_795_282_997_500),
            score,
            ranked: score.is_some(),
            build: "3f2a".to_owned(),
            stack: "local".to_owned(),
            baseline: false,
            line: score.map_or(String::new(), |total| wire::score_line(&run, total)),
            because: String::new(),
            hints: 0,
        };
        let given = BTreeMap::from([("lab/src/cases/timeouts.rs".to_owned(), "call().await\n".to_owned())]);
        Kept { summary, run, name: "Ada".to_owned(), given }
    }
}
