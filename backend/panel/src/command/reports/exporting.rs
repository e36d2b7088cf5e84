//! `export`.

use std::{io::Write, path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Args, ValueEnum};
use reqwest::Method;

use super::{word, write};
use crate::command::{Place, stack::panel};

/// Options of `export`.
#[derive(Debug, Args)]
pub struct ExportRun {
    /// The run: its id, or the last four characters of it or more.
    run: String,
    /// The form.
    #[arg(long, value_enum)]
    format: Format,
    /// Where to write it; standard output by default.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Forms of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A row a second, for spreadsheets.
    Csv,
    /// Everything, as docs/run-data.schema.json says.
    Json,
    /// The latencies as a log that the tools of HdrHistogram read.
    Hdr,
}

/// Writes a run for other tools.
pub(in crate::command) async fn export(place: &Place, options: ExportRun) -> anyhow::Result<ExitCode> {
    let client = panel(place).await?;
    let format = match options.format {
        Format::Csv => "csv",
        Format::Json => "json",
        Format::Hdr => "hdr",
    };
    let path = format!("/runs/{}/export?format={format}", word(&options.run)?);
    let bytes = client.call(Method::GET, &path, None).await?.bytes().await.context("the panel's answer")?;
    match options.output {
        Some(file) => write(&file, &bytes)?,
        None => std::io::stdout().write_all(&bytes).context("standard output cannot be written")?,
    }
    Ok(ExitCode::SUCCESS)
}
