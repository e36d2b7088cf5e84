//! The leaderboard: the best ranked runs of this history, and those that were brought from other machines.

use std::collections::BTreeMap;

use brownout_core::{
    leaderboard::{Leaderboard, LeaderboardCase, LeaderboardCell, LeaderboardRow},
    name::nameless,
};
use brownout_store::StoreError;

use crate::{app::App, bring, catalog::CatalogError, settings};

/// Why the board cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// The history cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The scenarios cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// What is known of one participant.
#[derive(Debug, Default)]
struct Reached {
    name: String,
    brought: bool,
    cells: BTreeMap<String, LeaderboardCell>,
}

/// The board as of now, best total first.
///
/// # Errors
/// When history or scenarios cannot be read.
pub async fn board(app: &App) -> Result<Leaderboard, BoardError> {
    let (entries, _) = app.catalog.all()?;
    let case =
        |entry: crate::catalog::Entry| LeaderboardCase { scenario: entry.scenario.id, title: entry.scenario.title };
    let cases: Vec<LeaderboardCase> = entries.into_iter().map(case).collect();
    let mut all: BTreeMap<String, Reached> = BTreeMap::new();
    for result in app.store.brought_results().await? {
        let reached = all.entry(result.participant).or_default();
        (reached.name, reached.brought) = (result.name, true);
        let cell = LeaderboardCell {
            score: result.score,
            run: result.run,
            started_ms: result.started_ms,
            hints: result.hints,
            to_best_ms: None,
        };
        take(&mut reached.cells, result.scenario, cell);
    }
    for run in app.store.best_runs().await? {
        let reached = all.entry(run.participant).or_default();
        reached.brought = false;
        take(&mut reached.cells, run.scenario, run.cell);
    }
    let own_name = settings::name(&app.store).await?;
    let rows = all.into_iter().filter_map(|(participant, mut reached)| {
        let cells: Vec<_> = cases.iter().map(|case| reached.cells.remove(&case.scenario)).collect();
        // Somebody with runs of cases alone that are no longer in the catalog has nothing to show.
        let total = cells.iter().flatten().map(|cell| cell.score).reduce(|sum, score| sum + score)?;
        let name = match participant == app.session.participant() {
            true => own_name.clone(),
            false if reached.name.is_empty() => nameless(&participant),
            false => reached.name,
        };
        let tag = tag(&participant);
        Some(LeaderboardRow { participant, name, tag, brought: reached.brought, cells, total })
    });
    let mut board = Leaderboard { rows: rows.collect(), cases };
    board.sort();
    Ok(board)
}

/// The better of two runs of a case; of equal ones the earlier.
fn take(cells: &mut BTreeMap<String, LeaderboardCell>, scenario: String, cell: LeaderboardCell) {
    let better = cells.get(&scenario).is_none_or(|known| {
        cell.score > known.score || (cell.score == known.score && cell.started_ms < known.started_ms)
    });
    if better {
        cells.insert(scenario, cell);
    }
}

/// The end of a participant's id; somebody of whom lines alone are known has none.
fn tag(participant: &str) -> String {
    match participant.strip_prefix(bring::BY_LINE) {
        Some(_) => String::new(),
        None => brownout_core::wire::short(participant).to_owned(),
    }
}
