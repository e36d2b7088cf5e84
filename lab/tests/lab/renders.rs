//! `GET /render` of the API: one document at a time, few that wait, and CPU time that does not depend on the machine.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{Lab, http::Open, process::Process, until};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// HMAC-SHA256 of `render:a-1:7` with this key, reckoned by another program.
const RECEIPT: &str = "52f46eb6292c2358f938b342e1fd12d8";

impl Lab {
    fn render(&self, doc: u64, id: &str) -> Open {
        self.api.get(&format!("/render?doc={doc}&id={id}"))
    }

    /// Documents that wait, and whether one is being rendered.
    fn renders(&self) -> (u64, u64) {
        (self.api.metric("lab_api_render_queue"), self.api.metric("lab_api_rendering"))
    }
}

#[test]
fn a_document_comes_with_its_receipt_after_50_ms() {
    let lab = Lab::start();
    let bare = lab.render(7, "a-1").answer();
    assert_eq!((bare.status, bare.header("x-receipt"), bare.json()), (200, None, json!({"doc": 7})));
    assert_eq!(lab.dep.put("/control/run", &json!({"run": "r-1", "key": KEY})).answer().status, 204);
    let began = Instant::now();
    let answer = lab.render(7, "a-1").answer();
    let took = began.elapsed();
    assert_eq!((answer.status, answer.header("x-receipt")), (200, Some(RECEIPT)));
    assert_eq!(answer.json(), json!({"doc": 7, "receipt": RECEIPT}));
    assert!(took >= Duration::from_millis(50) && took < Duration::from_millis(500), "{took:?}");
    assert_eq!(lab.dep.send("POST", "/sign?doc=7&id=a-1", "").answer().json(), json!({"receipt": RECEIPT}));
    let attempts = lab.dep.get("/control/attempts").answer().json();
    assert_eq!((&attempts["attempts"][0]["id"], &attempts["attempts"][0]["item"]), (&json!("a-1"), &json!(7)));
    assert_eq!(lab.api.metric("lab_api_answers_total{outcome=\"ok\"}"), 2);
}

#[test]
fn one_document_is_rendered_at_a_time() {
    let lab = Lab::start();
    let began = Instant::now();
    let documents: Vec<Open> = (0..8).map(|n| lab.render(n, "a")).collect();
    until("the first", || lab.dep.in_flight() == 1);
    let mut most = 0;
    until("the last", || {
        most = most.max(lab.dep.in_flight());
        lab.renders() == (0, 0)
    });
    let took = began.elapsed();
    assert_eq!(most, 1);
    assert!(took >= Duration::from_millis(8 * 50), "{took:?}");
    assert!(documents.into_iter().all(|document| document.answer().status == 200));
}

#[test]
fn forty_documents_may_wait_and_the_next_is_refused_at_once() {
    let lab = Lab::start();
    lab.dep.hang_everything(60_000);
    let first = lab.render(0, "first");
    until("the first", || lab.dep.in_flight() == 1);
    let waiting: Vec<Open> = (0..40).map(|n| lab.render(n, "waits")).collect();
    until("forty", || lab.renders() == (40, 1));
    let asked = Instant::now();
    let refused = lab.render(41, "late").answer();
    assert_eq!((refused.status, &refused.json()["error"]), (503, &json!("40 documents wait already; try again later")));
    assert!(asked.elapsed() < Duration::from_millis(300), "{:?}", asked.elapsed());
    assert_eq!(lab.api.metric("lab_api_answers_total{outcome=\"unavailable\"}"), 1);
    drop((first, waiting));
}

#[test]
fn who_leaves_frees_the_place_and_is_not_rendered() {
    let lab = Lab::start();
    lab.dep.hang_everything(3_000);
    let first = lab.render(0, "first");
    until("the first", || lab.dep.in_flight() == 1);
    let mut waiting: Vec<Open> = (0..40).map(|n| lab.render(n, &format!("waits-{n}"))).collect();
    until("forty", || lab.renders() == (40, 1));
    lab.dep.send("DELETE", "/control/fault", "").answer();
    let stays = waiting.pop().unwrap();
    drop(waiting);
    until("an empty queue but for one", || lab.renders().0 <= 1);
    let next = lab.render(1, "next");
    for document in [first, stays, next] {
        assert_eq!(document.answer().status, 200);
    }
    let attempts = lab.dep.get("/control/attempts").answer().json();
    let ids: Vec<&str> = attempts["attempts"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids.len(), 3, "{ids:?}");
    assert!(ids.contains(&"first") && ids.contains(&"next"), "{ids:?}");
}

#[test]
fn a_document_under_way_is_finished_though_its_client_left() {
    let lab = Lab::start();
    lab.dep.hang_everything(3_000);
    let leaves = lab.render(0, "leaves");
    until("the call", || lab.dep.in_flight() == 1);
    drop(leaves);
    until("the client to be gone", || lab.api.metric("lab_api_in_flight") == 0);
    assert_eq!(lab.renders(), (0, 1));
    until("the end", || lab.renders() == (0, 0));
    let state = lab.dep.state();
    assert_eq!((&state["answered_total"], &state["left_total"]), (&json!(1), &json!(0)));
}

#[test]
fn a_busy_replica_uses_a_fifth_of_a_core() {
    let lab = Lab::start();
    assert_eq!(lab.render(0, "warm").answer().status, 200);
    let before = lab.api.cpu();
    let documents: Vec<Open> = (0..30).map(|n| lab.render(n, "a")).collect();
    assert!(documents.into_iter().all(|document| document.answer().status == 200));
    let used = lab.api.cpu() - before;
    // 30 × 10 ms, and what serving them takes in this build.
    assert!(used >= Duration::from_millis(290) && used < Duration::from_millis(450), "{used:?}");
}

#[test]
fn a_dependency_that_is_gone_is_said_and_the_next_document_comes() {
    let address = Process::start("dep", &[]).address.clone();
    let api = Process::start("api", &[("DEP_URL", &format!("http://{address}"))]);
    let answer = api.get("/render?doc=1&id=a").answer();
    let why = answer.json()["error"].as_str().unwrap().to_owned();
    assert!(answer.status == 503 && why.starts_with("the dependency cannot be reached: "), "{why}");
    let _dep = Process::start("dep", &[("LAB_LISTEN", &address)]);
    assert_eq!(api.get("/render?doc=1&id=a").answer().status, 200);
}

#[test]
fn a_replica_that_is_told_to_stop_finishes_its_queue() {
    let mut lab = Lab::start();
    let documents: Vec<Open> = (0..12).map(|n| lab.render(n, "a")).collect();
    until("a queue", || lab.renders().0 >= 9);
    lab.api.terminate();
    assert!(documents.into_iter().all(|document| document.answer().status == 200));
    lab.api.event("stopped");
    assert_eq!(lab.api.ended().code(), Some(0));
}

#[test]
fn bad_documents_are_refused_with_the_reason() {
    let lab = Lab::start();
    let id = "id must have 1 to 64 letters, digits or dashes";
    for (query, why) in [
        ("doc=1", "missing field `id`"),
        ("id=a", "missing field `doc`"),
        ("doc=-1&id=a", "doc: invalid digit"),
        ("doc=1.5&id=a", "doc: invalid digit"),
        ("doc=1&id=a_b", id),
        ("doc=1&id=", id),
    ] {
        for answer in [
            lab.api.get(&format!("/render?{query}")).answer(),
            lab.dep.send("POST", &format!("/sign?{query}"), "").answer(),
        ] {
            assert_eq!(answer.status, 400, "{query}");
            assert!(answer.body.contains(why), "{query}: {}", answer.body);
        }
    }
    assert_eq!(lab.dep.state()["calls_total"], 0);
}
