//! `prove`: the right fix wins and a wrong one does not, shown for every variant.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;

use crate::{
    command::{EXIT_INTERRUPTED, Place, interrupt::Interrupt, progress::spinner},
    prove::{Kind, Proof, Verdict, claims},
    stacks::{self, StackArgs},
};

/// Options of `prove`.
#[derive(Debug, Args)]
pub struct Prove {
    /// Cases to prove; all by default.
    cases: Vec<String>,
    /// Which variants.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "broken,solved,right,mistakes")]
    variants: Vec<Kind>,
    /// Runs of each variant.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    repeat: u32,
    /// Stacks side by side; more finish sooner and ask more of the machine.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    beside: u8,
    /// Where the lab is built; lab/target by default.
    #[arg(long, value_name = "DIR", env = "BROWNOUT_LAB_TARGET_DIR")]
    lab_target_dir: Option<PathBuf>,
    #[command(flatten)]
    stack: StackArgs,
}

/// Proves and prints the matrix; fails when a score leaves its band.
pub(super) async fn prove(place: &Place, options: Prove) -> anyhow::Result<ExitCode> {
    let repository = place.root()?;
    let claims = claims(&repository, &options.cases, &options.variants)?;
    anyhow::ensure!(!claims.is_empty(), "no variant is of the kinds that were asked for");
    let interrupt = Interrupt::watch("Ending the stacks …")?;
    let proof = Proof {
        lab_target_dir: options.lab_target_dir.unwrap_or_else(|| repository.join("lab/target")),
        scratch: place.data_dir()?.join("prove"),
        repository,
        // A cluster has each node port once.
        beside: if options.stack.stack == stacks::Kind::Local { usize::from(options.beside) } else { 1 },
        repeat: options.repeat,
        stack: options.stack,
        stop: interrupt.token.clone(),
    };
    let wide = claims.iter().map(|claim| claim.name.len()).max().unwrap_or(0);
    let count = claims.len();
    if !place.json {
        println!("{:<13} {:<wide$}  {:>8}  min  med  max", "case", "variant", "band");
    }
    let bar = spinner(&format!("0 of {count} variants"));
    let mut done = 0;
    let (told, mut verdicts) = tokio::sync::mpsc::channel(count);
    let proving = proof.prove(claims, move |verdict| {
        // There is room for every verdict; nobody listens once the command has been ended.
        let _ = told.try_send(verdict.clone());
    });
    let printing = async {
        while let Some(verdict) = verdicts.recv().await {
            done += 1;
            bar.set_message(format!("{done} of {count} variants"));
            if !place.json && !interrupt.token.is_cancelled() {
                bar.suspend(|| print(&verdict, wide));
            }
        }
    };
    let (all, ()) = tokio::join!(proving, printing);
    bar.finish_and_clear();
    if interrupt.token.is_cancelled() {
        return Ok(ExitCode::from(EXIT_INTERRUPTED));
    }
    if place.json {
        println!("{}", serde_json::to_string_pretty(&all).context("the verdicts")?);
    }
    let wrong = all.iter().filter(|verdict| !verdict.holds).count();
    if wrong > 0 {
        eprintln!("{wrong} of {count} variants are out of their bands.");
        return Ok(ExitCode::FAILURE);
    }
    if !place.json {
        println!("All {count} variants are in their bands.");
    }
    Ok(ExitCode::SUCCESS)
}

fn print(verdict: &Verdict, wide: usize) {
    let band = format!("{}..{}", verdict.band.0, verdict.band.1);
    let spread = verdict
        .spread()
        .map_or("  –    –    –".to_owned(), |(low, middle, high)| format!("{low:>3}  {middle:>3}  {high:>3}"));
    let mark = if verdict.holds { "holds" } else { "OUT OF ITS BAND" };
    println!("{:<13} {:<wide$}  {band:>8}  {spread}  {mark}", verdict.scenario, verdict.variant);
    if !verdict.holds {
        verdict.problems.iter().chain(&verdict.lost).for_each(|why| println!("{:<13} {why}", ""));
    }
}
