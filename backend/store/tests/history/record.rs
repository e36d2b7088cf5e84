//! Rows: lists, baseline and best of a case, runs left open, rebuilding.

use brownout_core::{
    event::{Ended, RunEvent},
    score::Unranked,
    wire::{RunState, RunSummary},
};
use brownout_store::{RunFilter, StoreError};

use crate::{
    History,
    recording::{completed, finished, started, window},
};

fn ids(runs: &[RunSummary]) -> Vec<&str> {
    runs.iter().map(|run| run.id.as_str()).collect()
}

async fn all(history: &History) -> Vec<RunSummary> {
    history.store.run_summaries(RunFilter { limit: 500, ..RunFilter::default() }).await.expect("lists").items
}

#[tokio::test]
async fn a_run_is_listed_from_its_first_event_and_scored_with_its_last() {
    let history = History::new().await;
    let run = completed("run-7f3a", "timeouts", 1_000, 22, &[]);
    history.append(&run[..2]).await;
    let summary = history.store.run_summary("run-7f3a").await.expect("reads").expect("is listed");
    assert_eq!((summary.state, summary.score, summary.ended_ms), (RunState::Running, None, None));
    history.append(&run[2..]).await;
    let summary = history.store.run_summary("run-7f3a").await.expect("reads").expect("is listed");
    let expected = RunSummary {
        id: "run-7f3a".to_owned(),
        short: "7f3a".to_owned(),
        scenario: "timeouts".to_owned(),
        state: RunState::Completed,
        started_ms: 1_000,
        ended_ms: Some(3_000),
        score: Some(22),
        ranked: true,
        build: "b1d0".to_owned(),
        stack: "local".to_owned(),
        baseline: true,
        line: "SCORE timeouts 22/100 p95=2000ms ok=90.0% drop=0 stack=local run=7f3a".to_owned(),
        because: String::new(),
        hints: 0,
    };
    assert_eq!(summary, expected);
    assert_eq!(history.store.run_summary("none").await.expect("reads"), None);
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_oldest_even_when_the_clock_was_set_back() {
    let history = History::new().await;
    for (id, scenario, wall_ms) in
        [("a", "timeouts", 9_000), ("b", "bulkheads", 8_000), ("c", "timeouts", 1_000), ("d", "timeouts", 7_000)]
    {
        history.append(&completed(id, scenario, wall_ms, 50, &[])).await;
    }
    let page = |scenario: Option<&str>, before: Option<String>| {
        let scenario = scenario.map(str::to_owned);
        history.store.run_summaries(RunFilter { scenario, before, limit: 2, ..RunFilter::default() })
    };
    let first = page(None, None).await.expect("lists");
    assert_eq!(ids(&first.items), ["d", "c"]);
    let second = page(None, first.next).await.expect("lists");
    assert_eq!((ids(&second.items), &second.next), (vec!["b", "a"], &None));
    let first = page(Some("timeouts"), None).await.expect("lists");
    assert_eq!(ids(&first.items), ["d", "c"]);
    let second = page(Some("timeouts"), first.next).await.expect("lists");
    assert_eq!((ids(&second.items), second.next), (vec!["a"], None));
    let of_state = |state| RunFilter { state: Some(state), limit: 3, ..RunFilter::default() };
    let completed = history.store.run_summaries(of_state(RunState::Completed)).await.expect("lists");
    assert_eq!((ids(&completed.items), completed.next.as_deref()), (vec!["d", "c", "b"], Some("b")));
    let running = RunFilter { scenario: Some("timeouts".to_owned()), ..of_state(RunState::Running) };
    assert_eq!(history.store.run_summaries(running).await.expect("lists").items, []);
    let error = page(None, Some("gone".to_owned())).await.expect_err("is refused");
    assert!(matches!(error, StoreError::Cursor { .. }), "{error}");
}

#[tokio::test]
async fn the_first_ranked_run_of_a_case_is_its_baseline_and_the_first_of_the_highest_its_best() {
    let history = History::new().await;
    let empty = history.store.scenario_record("timeouts").await.expect("reads");
    assert_eq!(empty, brownout_store::ScenarioRecord::default());

    history.append(&completed("practice", "timeouts", 1_000, 99, &[Unranked::Practice { files: Vec::new() }])).await;
    history.append(&completed("first", "timeouts", 2_000, 22, &[])).await;
    history.append(&completed("good", "timeouts", 3_000, 97, &[])).await;
    history.append(&completed("as-good", "timeouts", 4_000, 97, &[])).await;
    history.append(&completed("other", "bulkheads", 5_000, 100, &[])).await;
    let stopped = finished("stopped", 2, 7_000, Ended::Stopped, Some(100), &[Unranked::Incomplete]);
    history.append(&[started("stopped", "timeouts", 6_000), stopped]).await;
    history.append(&[started("running", "timeouts", 8_000)]).await;

    let record = history.store.scenario_record("timeouts").await.expect("reads");
    assert_eq!(record.baseline.map(|run| run.id).as_deref(), Some("first"));
    assert_eq!(record.best.map(|run| run.id).as_deref(), Some("good"));
    assert_eq!(record.last.map(|run| run.id).as_deref(), Some("running"));
    assert_eq!(record.attempts, [99, 22, 97, 97]);
    let runs = all(&history).await;
    let baselines: Vec<RunSummary> = runs.into_iter().filter(|run| run.baseline).collect();
    assert_eq!(ids(&baselines), ["other", "first"]);
}

#[tokio::test]
async fn a_run_that_was_left_open_is_closed_as_interrupted_once() {
    let history = History::new().await;
    history.append(&completed("whole", "timeouts", 1_000, 50, &[])).await;
    history.append(&[started("open", "timeouts", 5_000), window("open", 2, 0), window("open", 3, 1)]).await;
    let history = history.reopened().await;

    assert_eq!(history.store.close_interrupted(9_000).await.expect("closes"), ["open"]);
    assert_eq!(history.store.close_interrupted(9_500).await.expect("closes"), Vec::<String>::new());

    let summary = history.store.run_summary("open").await.expect("reads").expect("is listed");
    assert_eq!((summary.state, summary.score, summary.ranked), (RunState::Interrupted, None, false));
    assert_eq!((summary.ended_ms, summary.line.as_str()), (Some(9_000), ""));
    let last = history.store.run_events("open", 3).await.expect("reads").pop().expect("an end was written");
    let Some(RunEvent::Finished(finished)) = last.body.known() else { panic!("{last:?} is no end") };
    assert_eq!((finished.ended, &finished.score), (Ended::Interrupted, &None));
    assert_eq!(finished.unranked, [Unranked::Incomplete]);
    assert_eq!(finished.criteria.len(), 1, "what was measured is judged");
    assert_eq!(finished.lag_p99_us, 400);
}

#[tokio::test]
async fn rebuilt_rows_are_those_that_were_written_live() {
    let history = History::new().await;
    history.append(&completed("first", "timeouts", 1_000, 22, &[])).await;
    history.append(&completed("practice", "timeouts", 2_000, 99, &[Unranked::Disturbed])).await;
    history.append(&completed("good", "bulkheads", 3_000, 97, &[])).await;
    history.append(&[started("running", "timeouts", 8_000), window("running", 2, 0)]).await;
    let live = all(&history).await;

    assert_eq!(history.store.reindex().await.expect("rebuilds"), 4);
    assert_eq!(all(&history).await, live);

    // Rows that are lost, wrong, without a log or of another version come right.
    let file = sqlx::SqlitePool::connect(&format!("sqlite://{}", history.path().display())).await.expect("connects");
    for damage in [
        "DELETE FROM runs WHERE id = 'first'",
        "UPDATE runs SET score = 1, ranked = TRUE, fold_version = 0",
        "DELETE FROM baselines",
        "INSERT INTO baselines (scenario, run) VALUES ('timeouts', 'practice')",
        "INSERT INTO runs SELECT 900, 'ghost', participant, scenario, state, started_ms, ended_ms, score, ranked, build, \
         stack, line, fold_version, because, hints FROM runs WHERE id = 'good'",
    ] {
        sqlx::query(damage).execute(&file).await.expect("damages");
    }
    file.close().await;
    history.store.close().await;
    let opened = brownout_store::Store::open(&history.path()).await.expect("opens");
    let [notice] = opened.notices.as_slice() else { panic!("{:?} is not one notice", opened.notices) };
    assert!(notice.contains("brownout reindex"), "{notice}");
    let history = History { store: opened.store, ..history };
    assert_eq!(history.store.reindex().await.expect("rebuilds"), 4);
    assert_eq!(all(&history).await, live);
    assert_eq!(history.reopened().await.store.scenario_record("timeouts").await.expect("reads").attempts, [22, 99]);
}
