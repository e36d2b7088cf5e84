//! `compare`.

use std::{path::PathBuf, process::ExitCode};

use brownout_core::{comparison::Comparison, quantity::Unit, wire::RunSummary};
use clap::Args;

use super::{word, write};
use crate::command::{Place, stack::panel};

/// Options of `compare`.
#[derive(Debug, Args)]
pub struct CompareRuns {
    /// The run that is compared with.
    base: String,
    /// The run that is compared.
    run: String,
    /// Also write a page with curves and code.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Says what changed between two runs.
pub(in crate::command) async fn compare(place: &Place, options: CompareRuns) -> anyhow::Result<ExitCode> {
    let client = panel(place).await?;
    let query = format!("?base={}&run={}", word(&options.base)?, word(&options.run)?);
    let comparison: Comparison = client.get(&format!("/compare{query}")).await?;
    if place.json {
        println!("{}", serde_json::to_string_pretty(&comparison)?);
    } else {
        print_comparison(&comparison);
    }
    if let Some(file) = options.html {
        let page = client.page(&format!("/compare{query}")).await?;
        write(&file, page.as_bytes())?;
        eprintln!("Written: {}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn print_comparison(comparison: &Comparison) {
    let score = |run: &RunSummary| run.score.map_or("no score".to_owned(), |score| format!("{score}/100"));
    let (base, run) = (&comparison.base, &comparison.run);
    println!("{} {} ({}) against {} ({})", run.scenario, run.short, score(run), base.short, score(base));
    println!("{}", comparison.changed.headline);
    comparison.changed.warnings.iter().for_each(|warning| println!("note: {warning}"));
    println!();
    let show = |unit: Unit, value: Option<f64>| value.map_or("–".to_owned(), |value| unit.show(value));
    let wide = comparison.changed.lines.iter().map(|line| line.says.chars().count()).max().unwrap_or(0);
    for line in &comparison.changed.lines {
        let (before, after) = (show(line.unit, line.before), show(line.unit, line.after));
        println!("  {:<wide$}  {before:>9} → {after:<9}  {}", line.says, line.words);
    }
    for change in &comparison.code {
        println!("  {} +{} −{}", change.path, change.added, change.removed);
    }
}
