//! `report`.

use std::{io::IsTerminal, process::ExitCode};

use anyhow::Context;
use brownout_core::wire::ReportWritten;
use clap::Args;
use reqwest::Method;

use super::word;
use crate::{
    client::Client,
    command::{Place, serve::open_browser, stack::panel},
};

/// Options of `report`.
#[derive(Debug, Args)]
pub struct WriteReport {
    /// The run: its id, or the last four characters of it or more.
    run: String,
    /// Do not open it in a browser.
    #[arg(long)]
    no_open: bool,
}

/// Writes the report of a run anew and opens it.
pub(in crate::command) async fn report(place: &Place, options: WriteReport) -> anyhow::Result<ExitCode> {
    let client = panel(place).await?;
    let written = write_report(&client, &options.run).await?;
    if place.json {
        println!("{}", serde_json::to_string_pretty(&written)?);
    } else {
        show_report(&written, options.no_open);
    }
    Ok(ExitCode::SUCCESS)
}

/// Has the report of a run written.
pub(in crate::command) async fn write_report(client: &Client, run: &str) -> anyhow::Result<ReportWritten> {
    let answer = client.call(Method::POST, &format!("/runs/{}/report", word(run)?), None).await?;
    answer.json().await.context("the panel's answer")
}

/// Says where a report is, and opens it where somebody looks.
pub(in crate::command) fn show_report(written: &ReportWritten, no_open: bool) {
    println!("Report: {}", written.path);
    if !no_open && std::io::stdout().is_terminal() {
        open_browser(&written.url);
    }
}
