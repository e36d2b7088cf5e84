//! Shows that the right fix wins and a wrong one does not: every variant of the lab, built in a scratch copy, run on a
//! stack of its own, its score held against the band that the scenario gives it.
//!
//! [`claims`] says what must hold, [`Proof::prove`] shows it. The participant's working copy is read, never written.

mod claim;
pub(crate) mod scratch;
mod verdict;

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use brownout_core::fold::Run;
use futures::{StreamExt, stream};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

pub use claim::{Claim, Kind, claims};
pub use verdict::{Outcome, Verdict};

use crate::{
    app::App,
    run::Conductor,
    server::{self, Panel, ServeOptions},
    stacks::StackArgs,
};

/// What is said of a variant that was not run to its end.
const INTERRUPTED: &str = "it was interrupted";
/// How often a run is tried that this machine could not send on time.
const TRIES: u32 = 3;

/// How claims are proved.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The repository.
    pub repository: PathBuf,
    /// Where scratch copies and their data go.
    pub scratch: PathBuf,
    /// Where the lab is built.
    pub lab_target_dir: PathBuf,
    /// Stacks side by side.
    pub beside: usize,
    /// Runs of each variant.
    pub repeat: u32,
    /// Where the lab runs.
    pub stack: StackArgs,
    /// Ends everything that is being proved, with its stacks; what was not run by then fails.
    pub stop: CancellationToken,
}

impl Proof {
    /// Proves each claim and tells of each verdict as soon as it is known; the verdicts come in the order of the claims.
    /// Alone at the end are run those that must be, and those that could not be judged beside others because the machine
    /// was too busy to send on time.
    pub async fn prove(&self, claims: Vec<Claim>, tell: impl Fn(&Verdict)) -> Vec<Verdict> {
        let quiet = Proof { beside: 1, ..self.clone() };
        if self.beside <= 1 {
            return self.pass(claims, tell).await;
        }
        let tell_judged = |verdict: &Verdict| {
            if !verdict.busy {
                tell(verdict);
            }
        };
        let together: Vec<Claim> = claims.iter().filter(|claim| !claim.alone).cloned().collect();
        let mut judged = self.pass(together, tell_judged).await.into_iter();
        let mut verdicts = Vec::with_capacity(claims.len());
        for claim in claims {
            let verdict = if claim.alone { None } else { judged.next().filter(|verdict| !verdict.busy) };
            match verdict {
                Some(verdict) => verdicts.push(verdict),
                None => verdicts.extend(quiet.pass(vec![claim], &tell).await),
            }
        }
        verdicts
    }

    async fn pass(&self, claims: Vec<Claim>, tell: impl Fn(&Verdict)) -> Vec<Verdict> {
        let free: Arc<Mutex<Vec<usize>>> = Arc::new(Mutex::new((0..self.beside.max(1)).collect()));
        let mut verdicts: Vec<(usize, Verdict)> = stream::iter(claims.into_iter().enumerate())
            .map(|(at, claim)| {
                let free = free.clone();
                async move {
                    let slot = free.lock().await.pop().unwrap_or_default();
                    let outcomes = self.outcomes(&claim, slot).await;
                    free.lock().await.push(slot);
                    (at, Verdict::of(claim, outcomes))
                }
            })
            .buffer_unordered(self.beside.max(1))
            .inspect(|(_, verdict)| tell(verdict))
            .collect()
            .await;
        verdicts.sort_by_key(|(at, _)| *at);
        verdicts.into_iter().map(|(_, verdict)| verdict).collect()
    }

    /// All runs of one claim on one stack.
    async fn outcomes(&self, claim: &Claim, slot: usize) -> anyhow::Result<Vec<Outcome>> {
        anyhow::ensure!(!self.stop.is_cancelled(), INTERRUPTED);
        let root = self.scratch.join(slot.to_string());
        scratch::lay_out(&self.repository, &root, &claim.overlays)
            .with_context(|| format!("the scratch copy in {} could not be made", root.display()))?;
        let panel = server::start(ServeOptions::scratch(&root, &self.lab_target_dir, self.stack.clone())).await?;
        let outcomes = self.stop.run_until_cancelled(self.runs(&panel, claim)).await;
        let outcomes = outcomes.unwrap_or_else(|| Err(anyhow::anyhow!(INTERRUPTED)));
        panel.app.stop.cancel();
        panel.run().await.context("the stack of the variant did not end")?;
        outcomes
    }

    async fn runs(&self, panel: &Panel, claim: &Claim) -> anyhow::Result<Vec<Outcome>> {
        panel.app.stack.up().await.with_context(|| format!("{} does not come up", claim.name))?;
        let mut outcomes = Vec::new();
        for _ in 0..self.repeat.max(1) {
            let mut tries = if self.beside > 1 { 1 } else { TRIES };
            let outcome = loop {
                tries -= 1;
                let outcome = one(panel, &claim.scenario).await?;
                // A machine that was too busy says so and is asked again; it never gives a wrong verdict.
                if !outcome.busy() || tries == 0 {
                    break outcome;
                }
            };
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }
}

/// One run to its end.
async fn one(panel: &Panel, scenario: &str) -> anyhow::Result<Outcome> {
    let app = &panel.app;
    let id = Conductor::start(app, scenario, false).await?;
    app.conductor.ended(&id).await;
    outcome(app, &id).await
}

/// What came of a run that has ended.
pub(crate) async fn outcome(app: &App, id: &str) -> anyhow::Result<Outcome> {
    let run = Run::of(&app.store.run_events(id, 0).await?);
    let finished = run.finished.context("the run has no end")?;
    anyhow::ensure!(finished.because.is_empty(), "the run failed: {}", finished.because);
    let score = finished.score.context("the run has no score")?;
    let line = app.store.run_summary(id).await?.map(|summary| summary.line).unwrap_or_default();
    Ok(Outcome { score, unranked: finished.unranked, line })
}
