//! `report`, `compare`, `export`, `runs` and `leaderboard`: what people keep and share of runs.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use brownout_core::{
    comparison::Comparison,
    leaderboard::{BroughtResults, Leaderboard},
    quantity::{Unit, clock},
    wire::{Page, PrunedRuns, ReportWritten, RunState, RunSummary},
};
use clap::{Args, Subcommand, ValueEnum};
use reqwest::Method;
use serde_json::json;

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
pub(super) async fn report(place: &Place, options: WriteReport) -> anyhow::Result<ExitCode> {
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
pub(super) async fn write_report(client: &Client, run: &str) -> anyhow::Result<ReportWritten> {
    let answer = client.call(Method::POST, &format!("/runs/{}/report", word(run)?), None).await?;
    answer.json().await.context("the panel's answer")
}

/// Says where a report is, and opens it where somebody looks.
pub(super) fn show_report(written: &ReportWritten, no_open: bool) {
    println!("Report: {}", written.path);
    if !no_open && std::io::stdout().is_terminal() {
        open_browser(&written.url);
    }
}

/// Opens a file where somebody looks.
pub(super) fn show_file(path: &Path, no_open: bool) {
    if !no_open && std::io::stdout().is_terminal() {
        open_browser(&path.display().to_string());
    }
}

/// An id goes into a path of the API.
fn word(run: &str) -> anyhow::Result<&str> {
    let fits = run.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_');
    anyhow::ensure!(fits && !run.is_empty(), "`{run}` is no id of a run; `brownout runs list` shows them");
    Ok(run)
}

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
pub(super) async fn compare(place: &Place, options: CompareRuns) -> anyhow::Result<ExitCode> {
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
pub(super) async fn export(place: &Place, options: ExportRun) -> anyhow::Result<ExitCode> {
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

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
}

/// Options of `runs`.
#[derive(Debug, Args)]
pub struct Runs {
    #[command(subcommand)]
    verb: RunsVerb,
}

/// What can be done with the runs that are kept.
#[derive(Debug, Subcommand)]
enum RunsVerb {
    /// List them, newest first.
    List {
        /// Only runs of this case.
        #[arg(long)]
        case: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// Make a ranked run the baseline of its case.
    Pin {
        /// The run: its id, or the last four characters of it or more.
        run: String,
    },
    /// Delete old runs with their reports; baselines and best runs stay.
    Prune {
        /// How many of the newest runs of each case stay.
        #[arg(long)]
        keep: u32,
        /// Only runs of this case.
        #[arg(long)]
        case: Option<String>,
        /// Say what would be deleted, and delete nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Lists, pins or prunes.
pub(super) async fn runs(place: &Place, options: Runs) -> anyhow::Result<ExitCode> {
    let client = panel(place).await?;
    match options.verb {
        RunsVerb::List { case, limit } => {
            let case = case.as_deref().map(word).transpose()?.map_or(String::new(), |case| format!("&scenario={case}"));
            let page: Page<RunSummary> = client.get(&format!("/runs?limit={limit}{case}")).await?;
            if place.json {
                println!("{}", serde_json::to_string_pretty(&page)?);
            } else {
                page.items.iter().for_each(print_run);
            }
        }
        RunsVerb::Pin { run } => {
            client.call(Method::PUT, &format!("/runs/{}/baseline", word(&run)?), None).await?;
            println!("Run {run} is the baseline of its case now.");
        }
        RunsVerb::Prune { keep, case, dry_run } => {
            let body = json!({"keep": keep, "scenario": case, "dry_run": dry_run});
            let answer = client.call(Method::POST, "/runs/prune", Some(body)).await?;
            let pruned: PrunedRuns = answer.json().await.context("the panel's answer")?;
            if place.json {
                println!("{}", serde_json::to_string_pretty(&pruned)?);
            } else {
                let verb = if dry_run { "would be" } else { "were" };
                println!("{} runs {verb} deleted, {} are left.", pruned.runs.len(), pruned.left);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print_run(run: &RunSummary) {
    let score = run.score.map_or("–".to_owned(), |score| score.to_string());
    let state = match (run.state, run.ranked) {
        (RunState::Running, _) => "goes on",
        (RunState::Completed, true) => "",
        (RunState::Completed, false) => "practice",
        (RunState::Stopped, _) => "stopped",
        (RunState::Failed, _) => "failed",
        (RunState::Interrupted, _) => "interrupted",
    };
    let star = if run.baseline { "★" } else { " " };
    println!("{}  {star} {:<13} {score:>3}  {state:<11} {}", run.short, run.scenario, run.id);
}

/// Options of `leaderboard`.
#[derive(Debug, Args)]
pub struct ShowLeaderboard {
    /// Write it as Markdown; LEADERBOARD.md unless named.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "LEADERBOARD.md")]
    markdown: Option<PathBuf>,
    /// Write it as CSV; leaderboard.csv unless named.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "leaderboard.csv")]
    csv: Option<PathBuf>,
    /// Take results of other machines first: data.json files, or text files with score lines.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    import: Vec<PathBuf>,
    /// Whose the score lines are that have no name before them.
    #[arg(long, requires = "import")]
    name: Option<String>,
}

/// Takes results, prints the board, and writes it where that was asked for.
pub(super) async fn leaderboard(place: &Place, options: ShowLeaderboard) -> anyhow::Result<ExitCode> {
    let client = panel(place).await?;
    let mut refused = false;
    for file in &options.import {
        let text = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let body = json!({"text": String::from_utf8_lossy(&text), "name": options.name});
        let answer = client.call(Method::POST, "/leaderboard/import", Some(body)).await?;
        let came: BroughtResults = answer.json().await.context("the panel's answer")?;
        eprintln!("{}: {} new, {} known", file.display(), came.taken, came.known);
        came.refused.iter().for_each(|why| eprintln!("  not taken: {why}"));
        refused |= !came.refused.is_empty();
    }
    for (format, file) in [("markdown", &options.markdown), ("csv", &options.csv)] {
        let Some(file) = file else { continue };
        let path = format!("/leaderboard/export?format={format}");
        let bytes = client.call(Method::GET, &path, None).await?.bytes().await.context("the panel's answer")?;
        write(file, &bytes)?;
        eprintln!("Written: {}", file.display());
    }
    let board: Leaderboard = client.get("/leaderboard").await?;
    if place.json {
        println!("{}", serde_json::to_string_pretty(&board)?);
    } else if options.markdown.is_none() && options.csv.is_none() {
        print_board(&board);
    }
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn print_board(board: &Leaderboard) {
    if board.rows.is_empty() {
        println!("No ranked run has ended yet.");
        return;
    }
    for (at, row) in board.rows.iter().enumerate() {
        println!("{:>2}  {:>3}  {} {}", at + 1, row.total, row.name, row.tag);
        for (case, cell) in board.cases.iter().zip(&row.cells) {
            let Some(cell) = cell else { continue };
            let took = cell.to_best_ms.map_or(String::new(), |ms| format!(" after {}", clock(ms * 1_000)));
            let hints = match cell.hints {
                0 => String::new(),
                1 => ", 1 hint".to_owned(),
                count => format!(", {count} hints"),
            };
            println!("     {:>3}  {}{took}{hints}", cell.score, case.title);
        }
    }
}
