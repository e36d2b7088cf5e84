//! `report`, `compare`, `export`, `runs` and `leaderboard`: what people keep and share of runs.

mod board;
mod comparing;
mod exporting;
mod history;
mod writing;

use std::{io::IsTerminal, path::Path};

use anyhow::Context;

pub(super) use board::{ShowLeaderboard, leaderboard};
pub(super) use comparing::{CompareRuns, compare};
pub(super) use exporting::{ExportRun, export};
pub(super) use history::{Runs, runs};
pub(super) use writing::{WriteReport, report, show_report, write_report};

use super::serve::open_browser;

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

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
}
