//! `preflight`: what this machine has and lacks.

use std::process::ExitCode;

use brownout_core::setup::{Check, CheckState, Preflight, Settings};
use clap::Args;

use crate::{
    client::Client,
    command::{Place, serve::Ports},
    preflight::{self, PATIENCE, ThisMachine, Wanted, port_of},
    ui,
};

/// Options of `preflight`.
#[derive(Debug, Args)]
pub struct Asked {
    #[command(flatten)]
    ports: Ports,
    /// Fail when this stack cannot run here, whatever the other can.
    #[arg(long, value_name = "STACK", value_parser = ["local", "k3d"])]
    stack: Option<String>,
}

/// Prints all checks; fails when no stack can run here, or not the one that was asked for.
pub(super) async fn preflight(place: &Place, asked: Asked) -> anyhow::Result<ExitCode> {
    let ports = asked.ports;
    let (root, data_dir) = (place.root()?, place.data_dir()?);
    let mut wanted = Wanted {
        ports: [ports.port, ports.api_port, ports.worker_port],
        data_dir,
        panel: None,
        ui_built: ui::is_built(),
        patience: PATIENCE,
    };
    // The ports that a running panel holds are the ones to look at.
    if let Some(client) = Client::find(&wanted.data_dir).await {
        wanted.panel = Some(client.record().pid);
        let settings: Settings = client.get("/settings").await?;
        wanted.ports = [&settings.panel, &settings.api, &settings.worker].map(|url| port_of(url));
    }
    let found = preflight::preflight(&ThisMachine::at(&root), &wanted).await;
    if place.json {
        println!("{}", serde_json::to_string_pretty(&found)?);
    } else {
        print(&found);
    }
    let wanted = |kind: &str| asked.stack.as_deref().is_none_or(|stack| stack == kind);
    let any = found.stacks.iter().any(|stack| stack.can_run && wanted(&stack.kind));
    Ok(if any { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(found: &Preflight) {
    let wide = found.checks.iter().map(|check| check.title.chars().count()).max().unwrap_or(0);
    for Check { title, state, says, fix, .. } in &found.checks {
        let word = match state {
            CheckState::Ok => "ok",
            CheckState::Warning => "warning",
            CheckState::Missing => "missing",
        };
        println!("{word:<8} {title:<wide$}  {says}");
        if let Some(fix) = fix {
            println!("{:<8} {:<wide$}  → {fix}", "", "");
        }
    }
    println!();
    for stack in &found.stacks {
        println!("{:<8} {:<wide$}  {}", stack.kind, if stack.can_run { "can run" } else { "cannot run" }, stack.says);
    }
}
