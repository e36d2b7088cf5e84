//! `check`, `schema`, `openapi`, `seal` and `reindex`: work on files, need no panel.

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use anyhow::Context;
use brownout_core::author::{self, Severity};
use brownout_store::Store;
use clap::Args;

use crate::{
    catalog::Catalog,
    command::Place,
    record::Claim,
    seal::{self, Seal},
};

/// Options of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Scenario files; all of the repository by default.
    files: Vec<PathBuf>,
}

/// Prints every mistake of every file.
pub(super) fn check(place: &Place, options: Check) -> anyhow::Result<ExitCode> {
    let files = if options.files.is_empty() { Catalog::new(&place.root()?).files()? } else { options.files };
    anyhow::ensure!(!files.is_empty(), "there is no scenario file in scenarios/; name one");
    let mut errors = 0;
    let mut all = serde_json::Map::new();
    for path in files {
        let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let name = path.display().to_string();
        let text = String::from_utf8_lossy(&bytes);
        let parsed = author::parse(&name, &text);
        errors += parsed.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        if place.json {
            all.insert(name, serde_json::to_value(&parsed.diagnostics)?);
        } else if parsed.diagnostics.is_empty() {
            println!("{name}: no mistakes");
        } else {
            let color = std::io::stderr().is_terminal();
            eprint!("{}", author::render(&name, &text, &parsed.diagnostics, color));
        }
    }
    if place.json {
        println!("{}", serde_json::to_string_pretty(&all)?);
    } else if errors > 0 {
        eprintln!("{errors} {}", if errors == 1 { "mistake" } else { "mistakes" });
    }
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints the JSON Schema of scenario files, of run sheets, or of the data of runs.
pub(super) fn schema(run_data: bool, workshop: bool) -> anyhow::Result<ExitCode> {
    let schema = match (run_data, workshop) {
        (true, _) => brownout_report::schema(),
        (_, true) => author::workshop_schema(),
        _ => author::schema(),
    };
    println!("{}", serde_json::to_string_pretty(&schema)?);
    Ok(ExitCode::SUCCESS)
}

/// Writes the seal of the working copy.
pub(super) fn seal(place: &Place) -> anyhow::Result<ExitCode> {
    let root = place.root()?;
    let seal = Seal::write(&root).with_context(|| format!("{} cannot be written", root.join(seal::FILE).display()))?;
    println!("{} files are sealed in {}.", seal.files.len(), seal::FILE);
    Ok(ExitCode::SUCCESS)
}

/// Prints the OpenAPI document of the panel or of the hub.
pub(super) fn openapi(hub: bool) -> anyhow::Result<ExitCode> {
    print!("{}", if hub { crate::hub::openapi::text()? } else { crate::openapi::text()? });
    Ok(ExitCode::SUCCESS)
}

/// Rebuilds the rows that lists read.
pub(super) async fn reindex(place: &Place) -> anyhow::Result<ExitCode> {
    let data_dir = place.data_dir()?;
    let _claim = Claim::take(&data_dir).context("stop the panel first: `brownout down`")?;
    let opened = Store::open(&data_dir.join("history.sqlite")).await?;
    println!("{} runs indexed anew.", opened.store.reindex().await?);
    Ok(ExitCode::SUCCESS)
}
