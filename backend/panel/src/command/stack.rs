//! The verbs of the stack, each a call to the panel.

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use brownout_core::{
    stack::{BuildState, BuildStatus, ServiceState, StackPhase, StackStatus},
    wire::{LiveItem, LiveMessage},
};
use clap::Args;
use futures::StreamExt;
use reqwest::Method;

use crate::{
    client::{Client, Refused},
    command::{
        EXIT_PRECONDITION, Place,
        progress::spinner,
        serve::{Ports, ensure},
    },
    near,
    stacks::{Ground, Kind, StackArgs},
};

/// Options of `up`.
#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    ports: Ports,
    #[command(flatten)]
    stack: StackArgs,
}

/// The panel that runs.
pub(super) async fn panel(place: &Place) -> anyhow::Result<Client> {
    let data_dir = place.data_dir()?;
    let found = Client::find(&data_dir).await;
    Ok(found.ok_or(NoPanel { data_dir })?)
}

/// No panel lives in the data directory.
#[derive(Debug, thiserror::Error)]
#[error("no panel runs for {}; start one with `make run` or `brownout up`", .data_dir.display())]
pub(super) struct NoPanel {
    data_dir: PathBuf,
}

/// `up`: idempotent.
pub(super) async fn up(place: &Place, Up { ports, stack }: Up) -> anyhow::Result<ExitCode> {
    let client = ensure(place, &ports, &stack).await?;
    let status = wait_for(&client, "/stack/up?wait=true", "Bringing the stack up").await?;
    print(place, &client, &status)
}

/// `dev`: build, deploy, say how long each step took.
pub(super) async fn dev(place: &Place) -> anyhow::Result<ExitCode> {
    let client = panel(place).await?;
    let started = Instant::now();
    let status = match wait_for(&client, "/stack/deploy?wait=true", "Building the lab").await {
        Ok(status) => status,
        Err(error) => {
            let status: StackStatus = client.get("/stack").await?;
            tell_failure(&error, &status.build);
            return Err(error);
        }
    };
    if place.json {
        println!("{}", serde_json::to_string_pretty(&status.build)?);
    } else {
        for step in &status.build.steps {
            println!("{:>7} ms  {}", step.took_ms, step.name);
        }
        println!("Build {} is live after {:.1} s.", status.build.live, started.elapsed().as_secs_f64());
    }
    Ok(ExitCode::SUCCESS)
}

/// Says whether the code did not compile or what it was compiled to did not start: the way to mend it differs.
fn tell_failure(error: &anyhow::Error, build: &BuildStatus) {
    match error.downcast_ref::<Refused>().map(|Refused(problem)| problem.kind.as_str()) {
        Some("build") => {
            eprint!("{}", build.output);
            for problem in &build.problems {
                eprintln!("{}:{}:{}: {}", problem.file, problem.line, problem.column, problem.message);
            }
        }
        Some("not-ready") => eprintln!("The lab compiles, and what came of it does not start."),
        _ => return,
    }
    if !build.live.is_empty() {
        eprintln!("The old build {} stays live.", build.live);
    }
}

/// `reset`: run-time state back to the seed.
pub(super) async fn reset(place: &Place) -> anyhow::Result<ExitCode> {
    let client = panel(place).await?;
    wait_for(&client, "/stack/reset?wait=true", "Resetting").await?;
    println!("Faults, counters and queues are back to the seed.");
    Ok(ExitCode::SUCCESS)
}

/// `down`: panel and stack end; waits until they have.
pub(super) async fn down(place: &Place, stack: StackArgs) -> anyhow::Result<ExitCode> {
    let data_dir = place.data_dir()?;
    let Some(client) = Client::find(&data_dir).await else {
        // A killed panel may have left its lab behind; one that is just starting holds the directory.
        if data_dir.exists()
            && let Ok(_claim) = crate::record::Claim::take(&data_dir)
        {
            if stack.stack != Kind::Local {
                let ground = Ground {
                    root: place.root()?,
                    data_dir: data_dir.clone(),
                    api_port: 0,
                    worker_port: 0,
                    lab_target_dir: None,
                };
                let bar = spinner("Removing the lab from the cluster");
                let removed = stack.open(ground).await?.down().await;
                bar.finish_and_clear();
                removed?;
            }
            let dir = data_dir.clone();
            tokio::task::spawn_blocking(move || brownout_stack::sweep(&dir)).await??;
        }
        println!("Nothing runs for {}.", data_dir.display());
        return Ok(ExitCode::SUCCESS);
    };
    client.call(Method::POST, "/panel/stop", None).await?;
    let deadline = Instant::now() + Duration::from_secs(20);
    // The panel frees its data directory last.
    while crate::record::Claim::take(&data_dir).is_err() {
        let pid = client.record().pid;
        anyhow::ensure!(Instant::now() < deadline, "the panel (pid {pid}) has not ended within 20 s; its log says why");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("Panel and lab have stopped. History is kept in {}.", data_dir.display());
    Ok(ExitCode::SUCCESS)
}

/// `status`: what runs.
pub(super) async fn status(place: &Place) -> anyhow::Result<ExitCode> {
    let client = panel(place).await?;
    let status: StackStatus = client.get("/stack").await?;
    print(place, &client, &status)
}

/// `smoke`: API and worker answer, asked directly and not through the panel.
pub(super) async fn smoke(place: &Place) -> anyhow::Result<ExitCode> {
    let client = panel(place).await?;
    let status: StackStatus = client.get("/stack").await?;
    let http = near::client();
    let mut healthy = true;
    for service in status.services.iter().filter(|service| !service.address.is_empty()) {
        let url = format!("{}/readyz", service.address);
        let asked = Instant::now();
        match http.get(&url).timeout(Duration::from_secs(2)).send().await {
            Ok(answer) if answer.status().is_success() => {
                let build = answer.headers().get("x-lab-build").and_then(|value| value.to_str().ok()).unwrap_or("?");
                println!("ok    {url}  {} ms  build {build}", asked.elapsed().as_millis());
            }
            Ok(answer) => {
                healthy = false;
                println!("fails {url}  {}; see {}", answer.status(), service.log);
            }
            Err(error) => {
                healthy = false;
                println!("fails {url}  {error}; is the stack up? `brownout up`");
            }
        }
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::from(EXIT_PRECONDITION) })
}

/// Calls a route that answers when it is done, and shows meanwhile what the stack does.
async fn wait_for(client: &Client, path: &str, doing: &str) -> anyhow::Result<StackStatus> {
    let bar = spinner(doing);
    let mut live = client.live().await?;
    let call = client.call(Method::POST, path, None);
    tokio::pin!(call);
    let answer = loop {
        tokio::select! {
            answer = &mut call => break answer,
            Some(message) = live.next() => if let LiveMessage::Item { item, .. } = message {
                match *item {
                    LiveItem::BuildLine(line) => bar.set_message(format!("{doing}: {}", line.trim())),
                    LiveItem::Stack(status) if !status.doing.is_empty() => bar.set_message(status.doing),
                    _ => {}
                }
            }
        }
    };
    bar.finish_and_clear();
    answer?;
    client.get("/stack").await
}

fn print(place: &Place, client: &Client, status: &StackStatus) -> anyhow::Result<ExitCode> {
    if place.json {
        println!("{}", serde_json::to_string_pretty(status)?);
    } else {
        println!("panel     {} (pid {})", client.record().url, client.record().pid);
        for service in &status.services {
            let state = match service.state {
                ServiceState::Ready => "ready",
                ServiceState::Starting => "starting",
                ServiceState::Unready => "not ready",
                ServiceState::BackingOff => "backing off",
                ServiceState::Stopped => "stopped",
            };
            let replicas = format!("{}/{}", service.ready, service.desired);
            println!("{:<9} {state:<11} {replicas:<5} {} {}", service.name, service.address, service.message);
        }
        let word = match status.build.state {
            BuildState::Live => "live build is the working copy",
            BuildState::Edited => "edited since: run `make dev`",
            BuildState::Building => "building",
            // Without errors of the compiler, cargo itself was in the way.
            BuildState::Failed if status.build.problems.is_empty() => "the working copy could not be built",
            BuildState::Failed => "the working copy does not compile; the old build stays live",
            BuildState::Unknown => "not known yet",
        };
        println!("build     {} ({word})", if status.build.live.is_empty() { "none" } else { &status.build.live });
        status.notices.iter().for_each(|notice| println!("note      {notice}"));
    }
    let up = status.phase == StackPhase::Ready;
    Ok(if up { ExitCode::SUCCESS } else { ExitCode::from(EXIT_PRECONDITION) })
}
