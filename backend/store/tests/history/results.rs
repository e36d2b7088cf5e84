//! Baselines that are pinned, runs that are pruned, results that are brought, and the best of all.

use brownout_core::score::Unranked;
use brownout_store::{BroughtResult, Pinned};

use crate::{History, recording::completed};

#[tokio::test]
async fn the_best_of_everybody_says_how_long_it_took() {
    let history = History::new().await;
    assert_eq!(history.store.best_runs().await.expect("reads"), []);
    for (id, case, wall_ms, score) in [
        ("a1", "timeouts", 10_000, 22),
        ("a2", "timeouts", 60_000, 97),
        ("a3", "timeouts", 90_000, 97),
        ("b1", "bulkheads", 95_000, 5),
    ] {
        history.append(&completed(id, case, wall_ms, score, &[])).await;
    }
    history.append(&completed("c1", "caching", 99_000, 100, &[Unranked::Disturbed])).await;
    let best = history.store.best_runs().await.expect("reads");
    let told: Vec<_> =
        best.iter().map(|best| (best.scenario.as_str(), best.cell.run.as_str(), best.cell.to_best_ms)).collect();
    // The first of equals; from the start of the first run to the end of the best.
    assert_eq!(told, [("bulkheads", "b1", Some(2_000)), ("timeouts", "a2", Some(52_000))]);
}

#[tokio::test]
async fn a_ranked_run_can_be_pinned_and_what_is_pinned_is_not_pruned() {
    let history = History::new().await;
    for (id, score) in [("r1", 10), ("r2", 20), ("r3", 90), ("r4", 30), ("r5", 40)] {
        history.append(&completed(id, "timeouts", 1_000, score, &[])).await;
    }
    history.append(&completed("p1", "timeouts", 1_000, 50, &[Unranked::Disturbed])).await;
    let store = &history.store;
    for (id, pinned) in [("r2", Pinned::Done), ("p1", Pinned::NotRanked), ("none", Pinned::NoRun)] {
        assert_eq!(store.pin_baseline(id).await.expect("answers"), pinned, "{id}");
    }
    let baseline = store.scenario_record("timeouts").await.expect("reads").baseline;
    assert_eq!(baseline.map(|run| run.id).as_deref(), Some("r2"));
    let prunable = store.prunable_runs(1, None).await.expect("reads");
    assert_eq!(prunable.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["r1", "r4", "r5"]);
    store.delete_pruned(&prunable).await.expect("deletes");
    assert_eq!(store.run_count().await.expect("counts"), 3);
    assert_eq!(store.run_events("r4", 0).await.expect("reads"), []);
    assert_eq!(store.prunable_runs(1, None).await.expect("reads"), []);
    // Anew from the logs it is the same.
    assert_eq!(store.reindex().await.expect("rebuilds"), 3);
    let baseline = store.scenario_record("timeouts").await.expect("reads").baseline;
    assert_eq!(baseline.map(|run| run.id).as_deref(), Some("r2"));
}

#[tokio::test]
async fn the_end_of_an_id_names_a_run() {
    let history = History::new().await;
    for id in ["0190-aaaa-7f3a", "0190-bbbb-7f3a", "0190-cccc-1111"] {
        history.append(&completed(id, "timeouts", 1_000, 10, &[])).await;
    }
    let ending = async |with: &str| history.store.runs_ending(with).await.expect("reads");
    assert_eq!(ending("7f3a").await, ["0190-bbbb-7f3a", "0190-aaaa-7f3a"]);
    assert_eq!(ending("a-7f3a").await, ["0190-aaaa-7f3a"]);
    for none in ["", "1", "%111", "_111", "0000"] {
        assert_eq!(ending(none).await, [] as [&str; 0], "{none}");
    }
}

#[tokio::test]
async fn a_result_counts_once_and_data_takes_the_place_of_its_line() {
    let history = History::new().await;
    let result = |participant: &str, run: &str, by_line| BroughtResult {
        participant: participant.to_owned(),
        scenario: "timeouts".to_owned(),
        run: run.to_owned(),
        name: "Ada".to_owned(),
        score: 92,
        started_ms: 5,
        hints: 1,
        by_line,
    };
    let store = &history.store;
    let line = result("line:ada", "7f3a", true);
    assert!(store.bring_result(&line).await.expect("keeps"));
    assert!(!store.bring_result(&line).await.expect("keeps"), "twice is once");
    let data = result("0190-aaaa", "0190-7f3a", false);
    assert!(!store.bring_result(&data).await.expect("keeps"), "its line told of it");
    assert_eq!(store.brought_results().await.expect("reads"), std::slice::from_ref(&data));
    let renamed = BroughtResult { name: "Ada L.".to_owned(), ..data.clone() };
    assert!(!store.bring_result(&renamed).await.expect("keeps"));
    assert_eq!(store.brought_results().await.expect("reads"), [renamed]);
    assert!(store.forget_results("0190-aaaa").await.expect("forgets"));
    assert!(!store.forget_results("0190-aaaa").await.expect("forgets"));
    assert_eq!(store.brought_results().await.expect("reads"), []);
}
