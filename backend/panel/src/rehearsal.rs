//! The whole workshop, done unattended: every command that `docs/LAB.md` tells a participant to type, in its order, in a
//! scratch copy of the repository against a panel of its own. The participant's working copy is read, never written.

mod script;

use std::{
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context;
use brownout_core::{scenario::Scenario, score::Unranked};
use brownout_store::RunFilter;
use serde::Serialize;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

pub use script::{Chapter, chapters};

use crate::{
    catalog::Catalog,
    prove::{Outcome, outcome, scratch},
    server::{self, Panel, ServeOptions},
};

/// How often a run is repeated that this machine could not send on time.
const TRIES: u32 = 3;

/// How a rehearsal is done.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// The repository.
    pub repository: PathBuf,
    /// Where the scratch copy and its data go; its history stays there.
    pub scratch: PathBuf,
    /// Where the lab is built.
    pub lab_target_dir: PathBuf,
    /// The program `brownout`.
    pub program: PathBuf,
    /// Cases by id; all when empty.
    pub cases: Vec<String>,
    /// Ends the rehearsal, with its stack.
    pub stop: CancellationToken,
}

/// One command with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Typed {
    /// As it stands in the document.
    pub command: String,
    /// How long it took, ms.
    pub took_ms: u64,
    /// The score, when it was a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<u32>,
}

/// One case, from its first command to its last.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Act {
    /// Id of the scenario.
    pub scenario: String,
    /// Minutes that the workshop gives it.
    pub minutes: u32,
    /// What was typed.
    pub typed: Vec<Typed>,
    /// Why it did not go as it should; empty when it did.
    pub problems: Vec<String>,
}

impl Act {
    /// How long it took in all, ms.
    pub fn took_ms(&self) -> u64 {
        self.typed.iter().map(|typed| typed.took_ms).sum()
    }
}

impl Rehearsal {
    /// Does the workshop; tells of each command as soon as it has ended.
    ///
    /// # Errors
    /// When the document or a scenario cannot be read, or the panel does not start.
    pub async fn rehearse(&self, tell: impl Fn(&str, &Typed)) -> anyhow::Result<Vec<Act>> {
        let root = self.scratch.join("workshop");
        let given = self.repository.join("lab/given");
        scratch::lay_out(&self.repository, &root, &[given])
            .with_context(|| format!("the scratch copy in {} could not be made", root.display()))?;
        let document = self.repository.join("docs/LAB.md");
        let text =
            std::fs::read_to_string(&document).with_context(|| format!("{} cannot be read", document.display()))?;
        let chapters = chapters(&text);
        let scenarios = Catalog::new(&root).chosen(&self.cases)?;
        let panel =
            server::start(ServeOptions::scratch(&root, &self.lab_target_dir, crate::stacks::StackArgs::default()))
                .await?;
        let acts = async {
            panel.app.stack.up().await.context("the stack does not come up")?;
            let mut acts = Vec::new();
            for scenario in scenarios {
                let chapter = chapters.iter().find(|chapter| chapter.number == scenario.order);
                let chapter = chapter.with_context(|| format!("docs/LAB.md has no chapter {}", scenario.order))?;
                acts.push(self.act(&panel, &root, &scenario, chapter, &tell).await?);
            }
            Ok(acts)
        };
        let acts = self.stop.run_until_cancelled(acts).await;
        let acts = acts.unwrap_or_else(|| Err(anyhow::anyhow!("the rehearsal was interrupted")));
        panel.app.stop.cancel();
        // Followed to its end by its own tasks; what was typed has ended before.
        let ended = panel.run().await;
        acts.and_then(|acts| ended.map(|()| acts))
    }

    async fn act(
        &self,
        panel: &Panel,
        root: &Path,
        scenario: &Scenario,
        chapter: &Chapter,
        tell: &impl Fn(&str, &Typed),
    ) -> anyhow::Result<Act> {
        let mut act =
            Act { scenario: scenario.id.clone(), minutes: scenario.minutes, typed: Vec::new(), problems: Vec::new() };
        for command in &chapter.commands {
            let before = newest(panel, &scenario.id).await?;
            let mut tries = TRIES;
            let (status, output, took, run) = loop {
                tries -= 1;
                let begun = Instant::now();
                let (status, output) = self.call(root, command).await?;
                let took = begun.elapsed();
                let run = match newest(panel, &scenario.id).await?.filter(|run| Some(run) != before.as_ref()) {
                    Some(run) => Some(outcome(&panel.app, &run).await?),
                    None => None,
                };
                if !run.as_ref().is_some_and(Outcome::busy) || tries == 0 {
                    break (status, output, took, run);
                }
            };
            if !status.success() {
                act.problems.push(format!("`{command}` ended with {status}: {}", output.trim()));
            }
            if let Some(run) = run.as_ref().filter(|run| !run.unranked.is_empty()) {
                let why: Vec<_> = run.unranked.iter().map(Unranked::sentence).collect();
                act.problems.push(format!("the run of `{command}` is not ranked: {}", why.join(" ")));
            }
            let score = run.map(|run| run.score.total);
            let typed = Typed { command: command.clone(), took_ms: took.as_millis() as u64, score };
            tell(&scenario.id, &typed);
            act.typed.push(typed);
        }
        judge(&mut act, scenario);
        Ok(act)
    }

    /// Types one command and waits for it. What it prints is kept for the case that it fails.
    async fn call(&self, root: &Path, command: &str) -> anyhow::Result<(ExitStatus, String)> {
        let mut words = command.split_whitespace();
        let program = words.next().context("an empty command")?;
        let mut call = match program {
            "brownout" => Command::new(&self.program),
            _ => {
                let mut call = Command::new(program);
                call.arg("-C").arg(&self.repository);
                call
            }
        };
        call.args(words)
            .env("BROWNOUT_PROGRAM", &self.program)
            .env("BROWNOUT_ROOT", root)
            .env("BROWNOUT_DATA_DIR", root.join(".brownout"))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = call.output().await.with_context(|| format!("`{command}` cannot be started"))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status, String::from_utf8_lossy(&said).into_owned()))
    }
}

/// The first run must be in the band of the broken code, the last in that of the solved one.
fn judge(act: &mut Act, scenario: &Scenario) {
    let scores: Vec<u32> = act.typed.iter().filter_map(|typed| typed.score).collect();
    let bands = scenario.bands;
    match scores.as_slice() {
        [first, .., last] => {
            if *first > bands.broken_at_most {
                act.problems.push(format!("the first run has {first} points; at most {} fit", bands.broken_at_most));
            }
            if *last < bands.solved_at_least {
                act.problems.push(format!("the last run has {last} points; at least {} fit", bands.solved_at_least));
            }
        }
        other => act.problems.push(format!("the chapter has {} runs; it should have two", other.len())),
    }
    if act.took_ms() > Duration::from_secs(u64::from(scenario.minutes) * 60).as_millis() as u64 {
        act.problems.push(format!("it took longer than its {} minutes", scenario.minutes));
    }
}

/// Id of the newest run of a case.
async fn newest(panel: &Panel, scenario: &str) -> anyhow::Result<Option<String>> {
    let filter = RunFilter { scenario: Some(scenario.to_owned()), limit: 1, ..RunFilter::default() };
    Ok(panel.app.store.run_summaries(filter).await?.items.into_iter().next().map(|run| run.id))
}
