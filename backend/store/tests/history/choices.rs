//! What is kept beside the runs: clocks, choices, deletions, the board.

use brownout_core::{score::Unranked, setup::Editor};
use brownout_store::{RunFilter, StoreError};

use crate::{
    History,
    recording::{completed, started},
};

#[tokio::test]
async fn clocks_and_choices_are_there_after_a_restart() {
    let history = History::new().await;
    history.store.set_clock("timeouts", 5_000).await.expect("stored");
    history.store.set_clock("timeouts", 10_000).await.expect("stored");
    let zed = Editor { kind: "zed".into(), command: String::new() };
    history.store.set_setting("editor", &zed).await.expect("stored");
    let history = history.reopened().await;
    assert_eq!(history.store.clocks().await.expect("reads"), [("timeouts".to_owned(), 10_000)].into());
    assert_eq!(history.store.setting::<Editor>("editor").await.expect("reads"), Some(zed));
    assert_eq!(history.store.setting::<Editor>("other").await.expect("reads"), None);
}

/// A seat's secret is in it, once its participant has joined a workshop.
#[tokio::test]
async fn the_file_is_for_its_owner_alone_also_when_an_earlier_version_has_made_it() {
    use std::os::unix::fs::PermissionsExt;
    let history = History::new().await;
    let path = history.path();
    let mode = || std::fs::metadata(&path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("changed");
    let _history = history.reopened().await;
    assert_eq!(mode(), 0o600);
}

#[tokio::test]
async fn a_deleted_run_is_gone_and_the_next_ranked_one_becomes_the_baseline() {
    let history = History::new().await;
    history.append(&completed("a", "timeouts", 1_000, 20, &[])).await;
    history.append(&completed("b", "timeouts", 2_000, 30, &[Unranked::Disturbed])).await;
    history.append(&completed("c", "timeouts", 3_000, 90, &[])).await;
    history.append(&[started("d", "timeouts", 4_000)]).await;
    assert!(history.store.delete_run("a").await.expect("deletes"));
    assert!(!history.store.delete_run("a").await.expect("asked twice"));
    assert!(history.store.run_events("a", 0).await.expect("reads").is_empty());
    let record = history.store.scenario_record("timeouts").await.expect("reads");
    assert_eq!((record.baseline.map(|run| run.id).as_deref(), record.attempts), (Some("c"), vec![30, 90]));
    assert!(matches!(history.store.delete_run("d").await, Err(StoreError::GoesOn { .. })));
    let left = history.store.run_summaries(RunFilter { limit: 10, ..RunFilter::default() }).await.expect("lists");
    assert_eq!(left.items.len(), 3);
    assert_eq!(left.items[1].because, "", "c is ranked");
    assert_eq!(left.items[2].because, Unranked::Disturbed.sentence());
}

#[tokio::test]
async fn the_board_has_the_best_ranked_run_of_each_case() {
    let history = History::new().await;
    history.append(&completed("a", "timeouts", 1_000, 90, &[])).await;
    history.append(&completed("b", "timeouts", 2_000, 90, &[])).await;
    history.append(&completed("c", "timeouts", 3_000, 100, &[Unranked::Disturbed])).await;
    history.append(&completed("d", "bulkheads", 4_000, 20, &[])).await;
    let best = history.store.best_runs().await.expect("reads");
    let best: Vec<_> =
        best.iter().map(|best| (best.scenario.as_str(), best.cell.run.as_str(), best.cell.score)).collect();
    assert_eq!(best, [("bulkheads", "d", 20), ("timeouts", "a", 90)]);
}
