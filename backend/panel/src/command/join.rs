//! `join`: what the page does, for those who live in a terminal.

use std::process::ExitCode;

use brownout_core::{
    hub::{membership::HubMembership, view::JoinHub},
    setup::{NAMELESS, Settings},
};
use clap::Args;
use reqwest::Method;

use crate::command::{Place, stack};

/// Options of `join`.
#[derive(Debug, Args)]
pub struct Join {
    /// Address of the hub, or the join link.
    address: String,
    /// The join code; a join link has it behind its `#`.
    code: Option<String>,
    /// What to be called there; by default the name in the panel's settings.
    #[arg(long)]
    name: Option<String>,
}

/// Takes a seat.
pub(super) async fn join(place: &Place, wanted: Join) -> anyhow::Result<ExitCode> {
    let client = stack::panel(place).await?;
    let name = match wanted.name {
        Some(name) => name,
        None => client.get::<Settings>("/settings").await?.name,
    };
    anyhow::ensure!(name != NAMELESS, "say what you want to be called: --name NAME");
    let of_link = wanted.address.split_once('#').map(|(_, code)| code.to_owned());
    let Some(code) = wanted.code.or(of_link) else {
        anyhow::bail!("say the join code, too: brownout join {} CODE", wanted.address)
    };
    let body = serde_json::to_value(JoinHub { hub: wanted.address, code, name })?;
    let joined: HubMembership = client.call(Method::POST, "/hub/join", Some(body)).await?.json().await?;
    if place.json {
        println!("{}", serde_json::to_string_pretty(&joined)?);
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(hub) = joined.hub {
        println!("You are {} in {}, at {}.", hub.name, hub.workshop, hub.hub);
        println!("Recovery code: {}   write it down: it brings the seat back on another laptop.", joined.recovery);
    }
    Ok(ExitCode::SUCCESS)
}
