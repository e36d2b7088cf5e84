//! The whole workshop in ten minutes, unattended: every case broken and solved, and one page that sets each pair side by
//! side. In a scratch copy against a panel of its own; the participant's working copy is read, never written.

use std::path::PathBuf;

use anyhow::Context;
use brownout_core::{scenario::Scenario, wire::RunSummary};
use brownout_report::{Pair, comparison};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::{
    catalog::Catalog,
    library::{Kept, put},
    prove::{outcome, scratch},
    run::Conductor,
    server::{self, Panel, ServeOptions},
};

/// How often a run is tried that this machine could not send on time.
const TRIES: u32 = 2;

/// How the demo is done.
#[derive(Debug, Clone)]
pub struct Demo {
    /// The repository.
    pub repository: PathBuf,
    /// Where the scratch copy and its data go; its history stays there.
    pub scratch: PathBuf,
    /// Where the lab is built.
    pub lab_target_dir: PathBuf,
    /// Cases by id; all when empty.
    pub cases: Vec<String>,
    /// The page that is written.
    pub page: PathBuf,
    /// Ends the demo, with its stack.
    pub stop: CancellationToken,
}

/// One case, broken and solved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// Id of the scenario.
    pub scenario: String,
    /// The run of the code as it was given.
    pub broken: RunSummary,
    /// The run of the solution.
    pub solved: RunSummary,
    /// What changed, in one sentence.
    pub headline: String,
    /// What did not go as it should; empty when all did.
    pub problems: Vec<String>,
}

/// What goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The lab is built, or made live.
    Deploys(String),
    /// A run goes on, of which this sentence tells.
    Runs(String),
    /// A run has ended, with its line.
    Ran(String),
}

impl Demo {
    /// Runs every case twice and writes the page; tells of each step as it begins or ends.
    ///
    /// # Errors
    /// When a scenario cannot be read, the stack does not come up, or the page cannot be written.
    pub async fn show(&self, tell: impl Fn(Step)) -> anyhow::Result<Vec<Shown>> {
        let root = self.scratch.join("demo");
        self.lay_out(0)?;
        let scenarios = Catalog::new(&self.repository).chosen(&self.cases)?;
        let panel =
            server::start(ServeOptions::scratch(&root, &self.lab_target_dir, crate::stacks::StackArgs::default()))
                .await?;
        let shown = self.stop.run_until_cancelled(self.cases(&panel, &scenarios, &tell)).await;
        let shown = shown.unwrap_or_else(|| Err(anyhow::anyhow!("the demo was interrupted")));
        panel.app.stop.cancel();
        let ended = panel.run().await;
        shown.and_then(|shown| ended.map(|()| shown))
    }

    /// The code as it was given with the solution of one step; of none for 0.
    fn lay_out(&self, step: u32) -> anyhow::Result<()> {
        let lab = self.repository.join("lab");
        let solution = (step > 0).then(|| lab.join(format!("solutions/step-{step}")));
        let overlays: Vec<PathBuf> = std::iter::once(lab.join("given")).chain(solution).collect();
        let root = self.scratch.join("demo");
        scratch::lay_out(&self.repository, &root, &overlays)
            .with_context(|| format!("the scratch copy in {} could not be made", root.display()))
    }

    async fn cases(&self, panel: &Panel, scenarios: &[Scenario], tell: &impl Fn(Step)) -> anyhow::Result<Vec<Shown>> {
        tell(Step::Deploys("building the lab and bringing the stack up".to_owned()));
        panel.app.stack.up().await.context("the stack does not come up")?;
        let (mut broken, mut solved) = (Vec::new(), Vec::new());
        // The code as it was given serves the first runs of all cases, so it is built once.
        for scenario in scenarios {
            tell(Step::Runs(format!("{}, the code as it was given", scenario.title)));
            broken.push(run(panel, scenario, tell).await?);
        }
        for scenario in scenarios {
            tell(Step::Deploys(format!("{}: making the solution live", scenario.title)));
            self.lay_out(scenario.order)?;
            panel
                .app
                .stack
                .deploy()
                .await
                .with_context(|| format!("the solution of {} is not live", scenario.title))?;
            tell(Step::Runs(format!("{}, solved", scenario.title)));
            solved.push(run(panel, scenario, tell).await?);
        }
        let pairs: Vec<Pair<'_>> =
            broken.iter().zip(&solved).map(|(base, run)| Pair { base: base.told(), run: run.told() }).collect();
        put(&self.page, comparison(&pairs).as_bytes())?;
        let shown = scenarios.iter().zip(broken.iter().zip(&solved));
        Ok(shown.map(|(scenario, (broken, solved))| judge(scenario, broken, solved)).collect())
    }
}

/// One run to its end.
async fn run(panel: &Panel, scenario: &Scenario, tell: &impl Fn(Step)) -> anyhow::Result<Kept> {
    let app = &panel.app;
    let mut tries = TRIES;
    let id = loop {
        tries -= 1;
        let id = Conductor::start(app, &scenario.id, false).await?;
        app.conductor.ended(&id).await;
        if tries == 0 || !outcome(app, &id).await?.busy() {
            break id;
        }
    };
    let summary = app.store.run_summary(&id).await?.context("the run is not in the history")?;
    tell(Step::Ran(summary.line.clone()));
    Ok(Kept::read(app, summary).await?)
}

fn judge(scenario: &Scenario, broken: &Kept, solved: &Kept) -> Shown {
    let bands = scenario.bands;
    let mut problems = Vec::new();
    for (kept, low, high, which) in [
        (broken, 0, bands.broken_at_most, "the code as it was given"),
        (solved, bands.solved_at_least, 100, "the solution"),
    ] {
        match kept.summary.score {
            Some(score) if !(low..=high).contains(&score) => {
                problems.push(format!("{which} has {score} points; {low} to {high} were expected"));
            }
            Some(_) if kept.summary.ranked => {}
            _ => problems.push(format!("the run of {which} is not ranked: {}", kept.summary.because)),
        }
    }
    Shown {
        scenario: scenario.id.clone(),
        broken: broken.summary.clone(),
        solved: solved.summary.clone(),
        headline: brownout_core::comparison::compare(&broken.run, &solved.run).headline,
        problems,
    }
}
