//! `prefetch`: everything that a session needs is brought here, so that it needs no network afterwards.

use std::{
    path::{Path, PathBuf},
    process::{ExitCode, Stdio},
    time::Instant,
};

use anyhow::Context;
use brownout_stack::k3d::K3d;
use clap::Args;
use serde::Serialize;
use tokio::{
    process::Command,
    sync::broadcast::{self, error::RecvError},
};

use crate::{
    command::{Place, progress::spinner},
    prefetched,
};

/// Lines of a failure that are shown.
const LINES: usize = 15;

/// Options of `prefetch`.
#[derive(Debug, Args)]
pub struct Prefetch {
    /// Where the lab is built; lab/target by default.
    #[arg(long, value_name = "DIR", env = "BROWNOUT_LAB_TARGET_DIR")]
    lab_target_dir: Option<PathBuf>,
    /// For which stack; k3d also pulls and saves the cluster's images and builds the lab's image once.
    #[arg(long, value_name = "STACK", default_value = "local", value_parser = ["local", "k3d"])]
    stack: String,
}

/// One thing that is brought, with the call of cargo that brings it.
struct Step {
    says: &'static str,
    folder: PathBuf,
    arguments: &'static [&'static str],
}

/// How a step went.
#[derive(Debug, Serialize)]
struct Done {
    step: &'static str,
    ok: bool,
    took_ms: u64,
    /// What was said when it went wrong.
    why: String,
}

/// Fetches and builds, says how long each step took, and fails naming what could not be had.
pub(super) async fn prefetch(place: &Place, options: Prefetch) -> anyhow::Result<ExitCode> {
    let root = place.root()?;
    let target = options.lab_target_dir.unwrap_or_else(|| root.join("lab/target"));
    let target = std::path::absolute(&target).with_context(|| format!("{} is no usable path", target.display()))?;
    let lab = root.join("lab");
    let mut all = Vec::new();
    for step in [
        Step { says: "crates of the lab", folder: lab.clone(), arguments: &["fetch", "--locked"] },
        Step { says: "crates of panel and UI", folder: root.clone(), arguments: &["fetch", "--locked"] },
        Step { says: "the lab, built", folder: lab.clone(), arguments: &["build", "--locked", "--bin", "lab"] },
        Step {
            says: "the lab, built without a network",
            folder: lab.clone(),
            arguments: &["build", "--offline", "--locked", "--bin", "lab"],
        },
    ] {
        let bar = spinner(step.says);
        let begun = Instant::now();
        let why = cargo(&step, &target).await.err().unwrap_or_default();
        bar.finish_and_clear();
        tell(place, &mut all, Done { step: step.says, ok: why.is_empty(), took_ms: ms(begun), why });
    }
    let begun = Instant::now();
    // The cluster brings a Postgres of its own.
    let (step, why) = if options.stack == "k3d" {
        ("images of the cluster, and the lab's image", images(place, &root).await?)
    } else {
        let found = tokio::task::spawn_blocking(brownout_stack::postgres_programs).await.context("the search")?;
        ("Postgres", found.err().map(|error| error.to_string()).unwrap_or_default())
    };
    tell(place, &mut all, Done { step, ok: why.is_empty(), took_ms: ms(begun), why });
    if place.json {
        println!("{}", serde_json::to_string_pretty(&all)?);
    }
    let lacking: Vec<&str> = all.iter().filter(|done| !done.ok).map(|done| done.step).collect();
    if !lacking.is_empty() {
        eprintln!("error: could not be had: {}. Why stands above.", lacking.join(", "));
        return Ok(ExitCode::FAILURE);
    }
    // The facilitator's readiness wall goes by it.
    prefetched::mark(&root, &place.data_dir()?, &options.stack)?;
    if !place.json {
        println!("Everything is here: the stack {} needs no network from now on.", options.stack);
    }
    Ok(ExitCode::SUCCESS)
}

/// Fills the store of images, with what Docker says beside the spinner. Why not, if not.
async fn images(place: &Place, root: &Path) -> anyhow::Result<String> {
    let bar = spinner("images of the cluster");
    let (lines, mut heard) = broadcast::channel::<String>(64);
    let shown = bar.clone();
    let show = tokio::spawn(async move {
        loop {
            match heard.recv().await {
                Ok(line) => shown.set_message(format!("images of the cluster: {}", line.trim())),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
    let filled = K3d::of_workshop(root, &place.data_dir()?, 0, 0).prefetch(&lines).await;
    drop(lines);
    show.await.context("the progress")?;
    bar.finish_and_clear();
    Ok(filled.err().map(|error| error.to_string()).unwrap_or_default())
}

fn ms(begun: Instant) -> u64 {
    begun.elapsed().as_millis() as u64
}

fn tell(place: &Place, all: &mut Vec<Done>, done: Done) {
    if !place.json {
        println!("{:<6} {:>6.1} s  {}", if done.ok { "ok" } else { "fails" }, done.took_ms as f64 / 1e3, done.step);
        done.why.lines().for_each(|line| println!("       {line}"));
    }
    all.push(done);
}

/// Runs cargo as the stack would; the error is what it said last.
async fn cargo(step: &Step, target: &Path) -> Result<(), String> {
    let mut command = Command::new("cargo");
    command.args(step.arguments).current_dir(&step.folder).stdin(Stdio::null()).kill_on_drop(true);
    command.env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");
    if step.arguments.contains(&"build") {
        command.env("CARGO_TARGET_DIR", target);
    }
    let output = match command.output().await {
        Ok(output) => output,
        Err(error) => return Err(format!("cargo cannot be started: {error}; install Rust from https://rustup.rs")),
    };
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.trim().lines().collect();
    let last = lines[lines.len().saturating_sub(LINES)..].join("\n");
    Err(if last.is_empty() { format!("cargo ended with {}", output.status) } else { last })
}
