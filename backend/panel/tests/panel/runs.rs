//! `/api/v1/runs`: what stops, what was interrupted, what is kept.

use std::time::{Duration, Instant};

use brownout_core::{
    event::{RunEnvelope, RunEvent},
    score::Unranked,
    wire::{LiveItem, LiveMessage, Page, RunStarted, RunState, RunSummary},
};
use brownout_panel::server::{self, Panel, ServeOptions};
use futures::StreamExt;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::time::timeout;

use super::{
    history::History,
    lab::{Lab, reasons},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_ends_at_once_is_not_ranked_and_leaves_the_lab_as_it_was() {
    let lab = Lab::up().await;
    let run = lab.start_run().await;
    let asked = Instant::now();
    assert!(lab.post(&format!("/runs/{run}/stop"), json!({})).await.status().is_success());
    let detail = lab.finish(&run).await;
    assert!(asked.elapsed() < Duration::from_secs(10), "stopping took {:?}", asked.elapsed());
    assert_eq!(reasons(&detail), [Unranked::Incomplete]);
    assert_eq!((detail.state, detail.score), (RunState::Stopped, None));
    // Stopping again is harmless, and the next run may start.
    assert!(lab.post(&format!("/runs/{run}/stop"), json!({})).await.status().is_success());
    let next = lab.start_run().await;
    let page: Page<RunSummary> = lab.get("/runs").await;
    assert_eq!(page.items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), [next.as_str(), run.as_str()]);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_while_a_run_begins_leaves_room_for_the_next() {
    let lab = Lab::up().await;
    for after_ms in [0, 1, 2, 4, 8, 16, 32, 64] {
        let asked = lab.post("/runs", json!({"scenario": "timeouts"}));
        // Dropped, the request is cut off wherever it was.
        let _ = timeout(Duration::from_millis(after_ms), asked).await;
        let free = timeout(Duration::from_secs(30), async {
            loop {
                let answer = lab.post("/runs", json!({"scenario": "timeouts"})).await;
                if answer.status() == StatusCode::CREATED {
                    return answer.json::<RunStarted>().await.expect("an id").id;
                }
                let going: Page<RunSummary> = lab.get("/runs?state=running").await;
                for run in going.items {
                    lab.post(&format!("/runs/{}/stop", run.id), json!({})).await;
                    lab.finish(&run.id).await;
                }
            }
        });
        let run = free.await.unwrap_or_else(|_| panic!("no run can begin after one was left after {after_ms} ms"));
        lab.post(&format!("/runs/{run}/stop"), json!({})).await;
        lab.finish(&run).await;
    }
    // Other screens are told when runs are gone.
    let mut live = lab.live("").await;
    assert!(matches!(live.next().await, Some(LiveMessage::Hello { .. })));
    let page: Page<RunSummary> = lab.get("/runs").await;
    let gone = lab.send(Method::DELETE, &format!("/runs/{}", page.items[0].id), None).await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    let told = timeout(Duration::from_secs(30), async {
        while let Some(message) = live.next().await {
            if matches!(message, LiveMessage::Item { item, .. } if matches!(*item, LiveItem::History)) {
                return;
            }
        }
        panic!("the feed ended");
    });
    told.await.expect("the feed tells of it");
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_the_panel_left_in_the_middle_is_shown_as_interrupted() {
    let lab = Lab::up().await;
    let run = lab.start_run().await;
    let data_dir = lab.root.join(".brownout");
    // What a killed panel leaves: a log without its last event. The copy is opened by another panel.
    let killed = tempfile::tempdir().expect("a temporary directory");
    for file in ["history.sqlite", "history.sqlite-wal", "history.sqlite-shm"] {
        let _ = std::fs::copy(data_dir.join(file), killed.path().join(file));
    }
    let panel = server::start(ServeOptions {
        root: lab.root.clone(),
        data_dir: killed.path().to_owned(),
        port: 0,
        api_port: 0,
        worker_port: 0,
        allowed_hosts: Vec::new(),
        lab_target_dir: None,
        stack: brownout_panel::stacks::StackArgs::default(),
        hub_ca: None,
    })
    .await
    .expect("the next panel starts");
    let summary = panel.app.store.run_summary(&run).await.expect("read").expect("the run is there");
    assert_eq!((summary.state, summary.ranked), (RunState::Interrupted, false));
    panel.app.stop.cancel();
    Panel::run(panel).await.expect("an orderly end");
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_that_is_stopped_in_the_middle_of_a_run_ends_the_run_first() {
    let lab = Lab::up().await;
    let run = lab.start_run().await;
    let events = lab.http.get(lab.url(&format!("/api/v1/runs/{run}/events"))).send().await.expect("an answer");
    assert_eq!(events.headers()["content-type"], "application/x-ndjson");
    let first = events.text().await.expect("text").lines().next().expect("a line").to_owned();
    let first: RunEnvelope = serde_json::from_str(&first).expect("an event");
    assert!(matches!(first.body.known(), Some(RunEvent::Started(started)) if started.run == run));
    let history = lab.root.join(".brownout/history.sqlite");
    let copy = tempfile::tempdir().expect("a temporary directory");
    let kept = copy.path().join("history.sqlite");
    // `down` removes the scratch copy; what is in the history is looked at through a hard link of it.
    std::fs::hard_link(&history, &kept).expect("linked");
    lab.down().await;
    let store = brownout_store::Store::open(&kept).await.expect("opened").store;
    let summary = store.run_summary(&run).await.expect("read").expect("the run is there");
    assert_eq!(summary.state, RunState::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_narrowed_by_case_and_state_and_says_what_it_knows() {
    let lab = Lab::start(None).await;
    let history = History::of(&lab).await;
    for (id, wall_ms) in [("a", 1_000), ("b", 2_000), ("c", 3_000)] {
        history.completed(id, wall_ms, 50).await;
    }
    history.started("d", 4_000).await;
    let ids = async |query: &str| {
        let page: Page<RunSummary> = lab.get(&format!("/runs{query}")).await;
        (page.items.into_iter().map(|run| run.id).collect::<Vec<_>>().join(""), page.next)
    };
    assert_eq!(ids("").await, ("dcba".to_owned(), None));
    assert_eq!(ids("?state=completed&limit=2").await, ("cb".to_owned(), Some("b".to_owned())));
    assert_eq!(ids("?state=completed&limit=2&before=b").await, ("a".to_owned(), None));
    assert_eq!(ids("?state=running&scenario=timeouts").await, ("d".to_owned(), None));
    assert_eq!(ids("?scenario=bulkheads").await, (String::new(), None));
    for (query, says) in [
        ("?state=lost", "`running`, `completed`, `stopped`, `failed`, `interrupted`"),
        ("?limit=0", "from 1 to 500"),
        ("?limit=many", "limit"),
        ("?before=gone", "no run `gone`"),
    ] {
        let problem = Lab::problem(lab.send(Method::GET, &format!("/runs{query}"), None).await).await;
        assert_eq!((problem.status, problem.kind.as_str()), (400, "bad-query"), "{query}");
        assert!(problem.detail.contains(says), "{query}: {}", problem.detail);
    }
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_has_ended_can_be_deleted_and_one_that_goes_on_cannot() {
    let lab = Lab::start(None).await;
    let history = History::of(&lab).await;
    history.completed("a", 1_000, 50).await;
    history.started("b", 2_000).await;
    let delete = |id: &'static str| lab.send(Method::DELETE, id, None);
    assert_eq!(delete("/runs/a").await.status(), StatusCode::NO_CONTENT);
    for path in ["/runs/a", "/runs/none"] {
        assert_eq!(Lab::problem(delete(path).await).await.status, 404, "{path}");
    }
    assert_eq!(lab.send(Method::GET, "/runs/a/events", None).await.status(), StatusCode::NOT_FOUND);
    let problem = Lab::problem(delete("/runs/b").await).await;
    assert_eq!((problem.status, problem.kind.as_str()), (409, "run-active"));
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_longer_changes_is_sent_once() {
    let lab = Lab::start(None).await;
    let history = History::of(&lab).await;
    history.completed("a", 1_000, 50).await;
    history.started("b", 2_000).await;
    let get = |path: &str, known: Option<&str>| {
        let request = lab.http.get(lab.url(path));
        known.map_or(lab.http.get(lab.url(path)), |tag| request.header("if-none-match", tag)).send()
    };
    for path in ["/api/v1/runs/a", "/api/v1/runs/a/events", "/api/v1/scenarios", "/api/openapi.json", "/api/docs"] {
        let first = get(path, None).await.expect("an answer");
        assert_eq!(first.status(), StatusCode::OK, "{path}");
        let tag = first.headers()["etag"].to_str().expect("text").to_owned();
        assert!(!first.bytes().await.expect("a body").is_empty(), "{path}");
        let again = get(path, Some(&tag)).await.expect("an answer");
        assert_eq!((again.status(), again.headers()["etag"].to_str().ok()), (StatusCode::NOT_MODIFIED, Some(&*tag)));
        assert!(again.bytes().await.expect("no body").is_empty(), "{path}");
        assert_eq!(get(path, Some("\"other\"")).await.expect("an answer").status(), StatusCode::OK, "{path}");
    }
    // What goes on has another content each time.
    let going_on = get("/api/v1/runs/b/events", None).await.expect("an answer");
    assert!(going_on.status() == StatusCode::OK && !going_on.headers().contains_key("etag"));
    lab.down().await;
}
