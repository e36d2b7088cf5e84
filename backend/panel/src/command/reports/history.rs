//! `runs`.

use std::process::ExitCode;

use anyhow::Context;
use brownout_core::wire::{Page, PrunedRuns, RunSummary};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;

use super::word;
use crate::command::{Place, stack::panel};

/// Options of `runs`.
#[derive(Debug, Args)]
pub struct Runs {
    #[command(subcommand)]
    verb: RunsVerb,
}

/// What can be done with the runs that are kept.
#[derive(Debug, Subcommand)]
enum RunsVerb {
    /// List them, newest first.
    #[command(after_help = "Examples:\n  brownout runs list --case timeouts\n  brownout runs list --limit 5 --json")]
    List {
        /// Only runs of this case.
        #[arg(long)]
        case: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// Make a ranked run the baseline of its case.
    #[command(after_help = "Example:\n  brownout runs pin 7f3a")]
    Pin {
        /// The run: its id, or the last four characters of it or more.
        run: String,
    },
    /// Delete old runs with their reports; baselines and best runs stay.
    #[command(
        after_help = "Examples:\n  brownout runs prune --keep 50 --dry-run\n  brownout runs prune --keep 5 --case timeouts"
    )]
    Prune {
        /// How many of the newest runs of each case stay.
        #[arg(long)]
        keep: u32,
        /// Only runs of this case.
        #[arg(long)]
        case: Option<String>,
        /// Say what would be deleted, and delete nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Lists, pins or prunes.
pub(in crate::command) async fn runs(place: &Place, options: Runs) -> anyhow::Result<ExitCode> {
    let client = panel(place).await?;
    match options.verb {
        RunsVerb::List { case, limit } => {
            let case = case.as_deref().map(word).transpose()?.map_or(String::new(), |case| format!("&scenario={case}"));
            let page: Page<RunSummary> = client.get(&format!("/runs?limit={limit}{case}")).await?;
            if place.json {
                println!("{}", serde_json::to_string_pretty(&page)?);
            } else {
                page.items.iter().for_each(print_run);
            }
        }
        RunsVerb::Pin { run } => {
            client.call(Method::PUT, &format!("/runs/{}/baseline", word(&run)?), None).await?;
            println!("Run {run} is the baseline of its case now.");
        }
        RunsVerb::Prune { keep, case, dry_run } => {
            let body = json!({"keep": keep, "scenario": case, "dry_run": dry_run});
            let answer = client.call(Method::POST, "/runs/prune", Some(body)).await?;
            let pruned: PrunedRuns = answer.json().await.context("the panel's answer")?;
            if place.json {
                println!("{}", serde_json::to_string_pretty(&pruned)?);
            } else {
                let verb = if dry_run { "would be" } else { "were" };
                println!("{} runs {verb} deleted, {} are left.", pruned.runs.len(), pruned.left);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print_run(run: &RunSummary) {
    let score = run.score.map_or("–".to_owned(), |score| score.to_string());
    let state = run.note();
    let star = if run.baseline { "★" } else { " " };
    println!("{}  {star} {:<13} {score:>3}  {state:<11} {}", run.short, run.scenario, run.id);
}
