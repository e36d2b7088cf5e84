//! `outbox`: what waits for the hub, and the same as a file.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use brownout_core::hub::{
    membership::{HubMembership, OutboxStatus},
    view::{HubView, LinkState},
};
use clap::Subcommand;
use reqwest::{Method, header::CONTENT_DISPOSITION};

use crate::command::{Place, stack};

/// What can be asked of the outbox.
#[derive(Debug, Subcommand)]
pub enum Outbox {
    /// Say what waits, and why.
    #[command(after_help = "Example:\n  brownout outbox status --json | jq .outbox.results")]
    Status,
    /// Write everything that would be sent into a signed file, for `brownout hub import`.
    #[command(
        after_help = "Example:\n  brownout outbox export -o ada.brownout.gz   # and send the file to the facilitator"
    )]
    Export {
        /// The file; by default one that is named after the seat.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Does it.
pub(super) async fn outbox(place: &Place, wanted: Outbox) -> anyhow::Result<ExitCode> {
    match wanted {
        Outbox::Status => status(place).await,
        Outbox::Export { output } => export(place, output).await,
    }
}

async fn status(place: &Place) -> anyhow::Result<ExitCode> {
    let membership: HubMembership = stack::panel(place).await?.get("/hub").await?;
    if place.json {
        println!("{}", serde_json::to_string_pretty(&membership)?);
        return Ok(ExitCode::SUCCESS);
    }
    match membership.hub {
        Some(hub) => lines(&hub, &membership.outbox).iter().for_each(|line| println!("{line}")),
        None => println!("No workshop was joined: `brownout join ADDRESS CODE`."),
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(hub: &HubView, outbox: &OutboxStatus) -> Vec<String> {
    let mut lines = vec![format!("{} in {}, at {}", hub.name, hub.workshop, hub.hub)];
    lines.push(match hub.link {
        LinkState::Connected => "connected".to_owned(),
        _ => hub.why.clone(),
    });
    let events = outbox.last.saturating_sub(outbox.have);
    lines.push(match (events, outbox.records) {
        (0, 0) => "everything is sent".to_owned(),
        (events, records) => {
            format!("waiting: {} results, {events} events, {records} records of runs", outbox.results)
        }
    });
    if !outbox.notice.is_empty() && outbox.notice != hub.why {
        lines.push(outbox.notice.clone());
    }
    lines
}

async fn export(place: &Place, output: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let answer = stack::panel(place).await?.call(Method::GET, "/hub/export", None).await?;
    let says = answer.headers().get(CONTENT_DISPOSITION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let named = says.split('"').nth(1).filter(|name| !name.contains('/')).unwrap_or("outbox.brownout.gz").to_owned();
    let path = output.unwrap_or_else(|| PathBuf::from(named));
    let bytes = answer.bytes().await.context("the panel's answer broke off")?;
    std::fs::write(&path, &bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    if place.json {
        println!("{}", serde_json::json!({ "file": path.display().to_string(), "bytes": bytes.len() }));
    } else {
        println!("{} ({} kB): send it to the facilitator.", path.display(), bytes.len().div_ceil(1_000));
    }
    Ok(ExitCode::SUCCESS)
}
