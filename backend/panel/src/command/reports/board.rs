//! `leaderboard`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use brownout_core::{
    leaderboard::{BroughtResults, Leaderboard},
    quantity::clock,
};
use clap::Args;
use reqwest::Method;
use serde_json::json;

use super::write;
use crate::command::{Place, stack::panel};

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
pub(in crate::command) async fn leaderboard(place: &Place, options: ShowLeaderboard) -> anyhow::Result<ExitCode> {
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
        println!("{:>2}  {:>3}  {}", at + 1, row.total, format!("{} {}", row.name, row.tag).trim_end());
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
