//! The simulator's log of attempts.

use serde_json::{Value, json};

use crate::{process::Process, until};

fn page(dep: &Process, query: &str) -> (u64, Vec<Value>) {
    let page = dep.get(&format!("/control/attempts{query}")).answer().json();
    (page["next"].as_u64().unwrap(), page["attempts"].as_array().unwrap().clone())
}

fn ask(dep: &Process, item: u64, id: &str) {
    assert_eq!(dep.get(&format!("/quote?item={item}&id={id}")).answer().status, 200);
}

#[test]
fn attempts_are_read_page_by_page_in_the_order_in_which_they_ended() {
    let dep = Process::start("dep", &[]);
    assert_eq!(page(&dep, ""), (0, vec![]));
    for n in 1..=5 {
        ask(&dep, n, &format!("call-{n}"));
    }
    let (next, all) = page(&dep, "");
    let seen: Vec<_> = all.iter().map(|one| (one["n"].as_u64(), one["id"].as_str(), one["item"].as_u64())).collect();
    let ids: Vec<String> = (1..=5).map(|n| format!("call-{n}")).collect();
    let expected: Vec<_> = (1..=5).zip(&ids).map(|(n, id)| (Some(n), Some(id.as_str()), Some(n))).collect();
    assert_eq!((next, seen), (5, expected));
    for one in &all {
        assert_eq!(one["outcome"], "answered");
        assert!(one["took_ms"].as_u64().unwrap() >= 12, "{one}");
    }
    assert_eq!(page(&dep, "?after=0&limit=2"), (2, all[..2].to_vec()));
    assert_eq!(page(&dep, "?after=2&limit=2"), (4, all[2..4].to_vec()));
    assert_eq!(page(&dep, "?after=4&limit=2"), (5, all[4..].to_vec()));
    assert_eq!(page(&dep, "?after=5"), (5, vec![]));
}

#[test]
fn a_run_has_only_its_own_attempts_and_counts() {
    let dep = Process::start("dep", &[]);
    dep.hang_everything(60_000);
    let early = dep.get("/quote?item=1&id=early");
    until("the early call", || dep.in_flight() == 1);
    dep.send("DELETE", "/control/fault", "").answer();
    assert_eq!(dep.put("/control/run", &json!({"run": "r-2", "key": "0".repeat(64)})).answer().status, 204);
    // It is still in progress and is seen, but when it ends it is no attempt of this run.
    assert_eq!(dep.in_flight(), 1);
    drop(early);
    until("the early call to end", || dep.in_flight() == 0);
    ask(&dep, 2, "mine");
    let (next, all) = page(&dep, "");
    assert_eq!((next, all.len(), &all[0]["id"]), (1, 1, &json!("mine")));
    let state = dep.state();
    assert_eq!(state["run"], "r-2");
    for (name, count) in [("calls_total", 1), ("answered_total", 1), ("left_total", 0), ("refused_total", 0)] {
        assert_eq!(state[name], count, "{name}");
    }
}
