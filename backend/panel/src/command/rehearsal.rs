//! `rehearsal`: the whole workshop unattended, with a table of times.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;

use crate::{
    command::{EXIT_INTERRUPTED, Place, interrupt::Interrupt, progress::spinner},
    rehearsal::{Act, Rehearsal},
};

/// Options of `rehearsal`.
#[derive(Debug, Args)]
pub struct Rehearse {
    /// Cases to rehearse; all by default.
    cases: Vec<String>,
    /// Where the lab is built; lab/target by default.
    #[arg(long, value_name = "DIR", env = "BROWNOUT_LAB_TARGET_DIR")]
    lab_target_dir: Option<PathBuf>,
}

/// Rehearses and prints what was typed and how long it took; fails when a case did not go as docs/LAB.md says.
pub(super) async fn rehearse(place: &Place, options: Rehearse) -> anyhow::Result<ExitCode> {
    let repository = place.root()?;
    let interrupt = Interrupt::watch("Ending the stack …")?;
    let rehearsal = Rehearsal {
        scratch: place.data_dir()?.join("rehearsal"),
        lab_target_dir: options.lab_target_dir.unwrap_or_else(|| repository.join("lab/target")),
        program: std::env::current_exe().context("this program's own path")?,
        repository,
        cases: options.cases,
        stop: interrupt.token.clone(),
    };
    let bar = spinner("bringing the stack up");
    let acts = rehearsal
        .rehearse(|case, typed| {
            bar.set_message(case.to_owned());
            if !place.json {
                let score = typed.score.map_or_else(String::new, |score| format!("  {score} points"));
                bar.suspend(|| println!("{:>7}  {case:<13} {}{score}", minutes(typed.took_ms), typed.command));
            }
        })
        .await;
    bar.finish_and_clear();
    if interrupt.token.is_cancelled() {
        return Ok(ExitCode::from(EXIT_INTERRUPTED));
    }
    let acts = acts?;
    if place.json {
        println!("{}", serde_json::to_string_pretty(&acts)?);
    } else {
        table(&acts);
    }
    let failed = acts.iter().any(|act| !act.problems.is_empty());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn table(acts: &[Act]) {
    println!("\n{:<13} {:>7} {:>7}  first  last", "case", "took", "of");
    for act in acts {
        let scores: Vec<u32> = act.typed.iter().filter_map(|typed| typed.score).collect();
        let show = |score: Option<&u32>| score.map_or("–".to_owned(), u32::to_string);
        println!(
            "{:<13} {:>7} {:>7}  {:>5}  {:>4}",
            act.scenario,
            minutes(act.took_ms()),
            minutes(u64::from(act.minutes) * 60_000),
            show(scores.first()),
            show(scores.last())
        );
        act.problems.iter().for_each(|problem| println!("{:<13} {problem}", ""));
    }
    let all = |of: fn(&Act) -> u64| acts.iter().map(of).sum();
    println!(
        "{:<13} {:>7} {:>7}",
        "all",
        minutes(all(Act::took_ms)),
        minutes(all(|act| u64::from(act.minutes) * 60_000))
    );
}

/// `2:07`
fn minutes(ms: u64) -> String {
    let seconds = (ms + 500) / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
