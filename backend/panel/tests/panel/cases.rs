//! Cases: state, clock and hints, as the server keeps them.

use std::fs;

use brownout_core::{
    case::{CaseProgress, CaseState, HintState},
    wire::{LiveItem, LiveMessage, RunStarted},
};
use futures::StreamExt;
use reqwest::StatusCode;
use serde_json::json;

use super::lab::{Lab, ready};

/// Hints that come at once, so that nobody waits for two minutes.
fn hasten(lab: &Lab) {
    let path = lab.root.join("scenarios/timeouts.yaml");
    let text = fs::read_to_string(&path).expect("read");
    assert!(text.contains("after: 2m"));
    fs::write(&path, text.replace("after: 2m", "after: 1s")).expect("written");
}

async fn timeouts(lab: &Lab) -> CaseProgress {
    let cases: Vec<CaseProgress> = lab.get("/cases").await;
    cases.into_iter().find(|case| case.scenario == "timeouts").expect("the timeouts case")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_arrives_by_the_case_clock_and_is_kept_over_a_restart() {
    let lab = Lab::start(None).await;
    hasten(&lab);
    let before = timeouts(&lab).await;
    assert_eq!((before.state, before.ticking, before.clock_ms), (CaseState::NotStarted, false, 0));
    assert!(before.hints.iter().all(|hint| hint.says.is_empty()), "no hint is told before it is shown");

    let mut live = lab.live("").await;
    assert!(lab.post("/cases/timeouts/open", json!({})).await.status().is_success());
    let shown = loop {
        let Some(message) = live.next().await else { panic!("the feed ended") };
        if let LiveMessage::Item { item, .. } = message
            && let LiveItem::Case(case) = *item
            && case.hints[0].state == HintState::Shown
        {
            break case;
        }
    };
    assert!(shown.clock_ms >= 1_000 && shown.ticking, "{shown:?}");
    assert!(shown.hints[0].says.contains("Nine shards"));
    assert_eq!((shown.hints[0].cost, shown.hints_cost), (0, 0));

    // One that waits for a failed run cannot be had; one with a price can.
    let ahead = lab.post("/cases/timeouts/hints/what-to-notice", json!({})).await;
    assert_eq!(ahead.status(), StatusCode::CONFLICT);
    assert_eq!(Lab::problem(ahead).await.kind, "hint-ahead");
    let bought: CaseProgress =
        lab.post("/cases/timeouts/hints/what-to-change", json!({})).await.json().await.expect("the case");
    assert_eq!((bought.hints_cost, bought.hints[2].state), (15, HintState::Shown));
    // Asking twice costs once.
    lab.post("/cases/timeouts/hints/what-to-change", json!({})).await;
    assert_eq!(timeouts(&lab).await.hints_cost, 15);
    let unknown = lab.post("/cases/timeouts/hints/none", json!({})).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);

    let lab = lab.restarted().await;
    let after = timeouts(&lab).await;
    assert_eq!((after.hints_cost, after.ticking), (15, false), "nobody has opened it since");
    assert!(after.clock_ms >= 1_000, "the clock was stored: {}", after.clock_ms);
    assert_eq!(after.hints[0].state, HintState::Shown);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_not_met_cannot_be_completed_before_its_time_is_over() {
    let lab = Lab::start(None).await;
    let answer = lab.post("/cases/timeouts/complete", json!({})).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let problem = Lab::problem(answer).await;
    assert!(problem.detail.contains("12 minutes") && problem.detail.contains("not started"), "{}", problem.detail);
    assert_eq!(lab.post("/cases/none/open", json!({})).await.status(), StatusCode::NOT_FOUND);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anyway_does_not_wait() {
    let lab = Lab::start(None).await;
    // The stack is down: only a person can mend that, so the run is refused at once.
    let refused = lab.post("/runs", json!({"scenario": "timeouts"})).await;
    assert_eq!(refused.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(lab.post("/runs/waiting/stop", json!({})).await.status(), StatusCode::CONFLICT);
    let before = tokio::time::Instant::now();
    let started = lab.post("/runs", json!({"scenario": "timeouts", "anyway": true})).await;
    assert_eq!(started.status(), StatusCode::CREATED);
    assert!(before.elapsed() < std::time::Duration::from_secs(5), "it did not wait");
    let run = started.json::<brownout_core::wire::RunStarted>().await.expect("an id").id;
    let detail = lab.finish(&run).await;
    assert_eq!(detail.state, brownout_core::wire::RunState::Failed);
    assert!(!detail.summary.ranked && !detail.summary.because.is_empty(), "{:?}", detail.summary);
    // Whoever runs a case works on it.
    assert!(timeouts(&lab).await.ticking);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_until_the_lab_can_be_whole_and_can_be_called_off_or_hurried() {
    let lab = Lab::start(None).await;
    // A cluster whose pods do not find each other looks like this: all are ready, and no code earns anything.
    let manifest = lab.root.join("deploy/k8s/api.yaml");
    let text = fs::read_to_string(&manifest).expect("the manifest");
    let lost = text.replace("http://dep:8082", "http://127.0.0.1:1");
    assert_ne!(text, lost, "the manifest names the dependency otherwise now");
    fs::write(&manifest, lost).expect("written");
    lab.bring_up().await;
    lab.until(ready).await;
    let mut live = lab.live("").await;
    let mut told = async || loop {
        let Some(message) = live.next().await else { panic!("the feed ended") };
        if let LiveMessage::Item { item, .. } = message
            && let LiveItem::Waiting(Some(waiting)) = *item
            && waiting.says.starts_with("Waiting: api says that the dependency cannot be reached")
        {
            break waiting.says;
        }
    };
    let ask = json!({"scenario": "timeouts"});
    let (answer, says) = tokio::join!(lab.post("/runs", ask.clone()), async {
        let says = told().await;
        assert!(lab.post("/runs/waiting/stop", json!({})).await.status().is_success());
        says
    });
    assert_eq!(Lab::problem(answer).await.kind, "called-off");
    assert!(says.contains("http://127.0.0.1:1"), "{says}");

    let (first, hurried) = tokio::join!(lab.post("/runs", ask), async {
        told().await;
        lab.post("/runs", json!({"scenario": "timeouts", "anyway": true})).await
    });
    let [first, hurried]: [RunStarted; 2] = [first.json().await.expect("an id"), hurried.json().await.expect("an id")];
    assert_eq!(first.id, hurried.id, "one run came of both");
    assert!(lab.post(&format!("/runs/{}/stop", first.id), json!({})).await.status().is_success());
    let summary = lab.finish(&first.id).await.summary;
    assert!(!summary.ranked, "{summary:?}");
    lab.down().await;
}
