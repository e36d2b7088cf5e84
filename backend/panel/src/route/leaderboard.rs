//! Who has reached what.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use brownout_core::leaderboard::{Leaderboard, LeaderboardCase, LeaderboardCell, LeaderboardRow};

use super::scenarios::of_catalog;
use crate::{app::App, problem::Answer, settings};

/// The best ranked run of every participant in every case of the catalog, best total first.
#[utoipa::path(get, path = "/leaderboard", operation_id = "get_leaderboard", tag = "leaderboard", responses(
    (status = 200, description = "Rows of those who have a ranked run", body = Leaderboard),
))]
pub(super) async fn board(State(app): State<App>) -> Answer<Json<Leaderboard>> {
    let (entries, _) = app.catalog.all().map_err(of_catalog)?;
    let cases: Vec<LeaderboardCase> = entries
        .into_iter()
        .map(|entry| LeaderboardCase { scenario: entry.scenario.id, title: entry.scenario.title })
        .collect();
    let mut best: BTreeMap<String, BTreeMap<String, LeaderboardCell>> = BTreeMap::new();
    for run in app.store.best_runs().await? {
        best.entry(run.participant).or_default().insert(run.scenario, run.cell);
    }
    let own_name = settings::name(&app.store).await?;
    let rows = best.into_iter().filter_map(|(participant, mut reached)| {
        let cells: Vec<_> = cases.iter().map(|case| reached.remove(&case.scenario)).collect();
        // Somebody with runs of cases alone that are no longer in the catalog has nothing to show.
        let total = cells.iter().flatten().map(|cell| cell.score).reduce(|sum, score| sum + score)?;
        let name = if participant == app.session.participant() { own_name.clone() } else { nameless(&participant) };
        Some(LeaderboardRow { participant, name, cells, total })
    });
    let mut board = Leaderboard { rows: rows.collect(), cases };
    board.sort();
    Ok(Json(board))
}

/// What somebody is called whose name is not known here.
fn nameless(participant: &str) -> String {
    format!("Participant {}", participant.chars().take(4).collect::<String>())
}
