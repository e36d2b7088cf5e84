//! `/api/v1/leaderboard`.

use brownout_core::leaderboard::Leaderboard;

use super::{history::History, lab::Lab};

#[tokio::test(flavor = "multi_thread")]
async fn the_best_ranked_runs_stand_in_the_order_of_the_catalog_best_total_first() {
    let lab = Lab::start(None).await;
    let empty: Leaderboard = lab.get("/leaderboard").await;
    assert_eq!(empty.rows, []);
    assert_eq!(empty.cases[0].scenario, "timeouts");
    let history = History::of(&lab).await;
    history.completed("a", 1_000, 22).await;
    history.completed("b", 5_000, 97).await;
    history.started("c", 9_000).await;
    history.completed_by("0190aaaa", "d", 3_000, 100).await;
    let board: Leaderboard = lab.get("/leaderboard").await;
    let rows: Vec<_> = board.rows.iter().map(|row| (row.name.as_str(), row.total)).collect();
    assert_eq!(rows, [("Participant aaaa", 100), ("You", 97)]);
    assert_eq!(board.rows[1].cells.len(), board.cases.len());
    assert_eq!(board.rows[1].cells[0].as_ref().expect("a run of timeouts").run, "b");
    lab.down().await;
}
