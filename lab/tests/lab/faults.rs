//! A shard that hangs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Lab, process::Process, until};

fn hang(shard: u64, shards: u64, expires_ms: u64) -> Value {
    json!({"kind": "hang", "shard": shard, "shards": shards, "hang_ms": 60_000, "expires_ms": expires_ms})
}

#[test]
fn exactly_one_item_in_ten_hangs() {
    let dep = Process::start("dep", &[]);
    let order = hang(3, 10, 90_000);
    assert_eq!(dep.fault(&order).status, 204);
    assert_eq!(dep.state()["fault"], order);
    // Four times ten items: as many as the dependency takes at once.
    let calls: Vec<_> = (0..40).map(|item| dep.get(&format!("/quote?item={item}&id=i-{item}"))).collect();
    let (hanging, healthy): (Vec<_>, Vec<_>) = calls.into_iter().enumerate().partition(|(item, _)| item % 10 == 3);
    for (item, call) in healthy {
        assert_eq!(call.answer().status, 200, "item {item}");
    }
    assert_eq!((dep.metric("lab_dep_in_flight"), dep.metric("lab_dep_hanging")), (4, 4));
    drop(hanging);
    until("the hanging calls to end", || dep.in_flight() == 0);
    let attempts = dep.get("/control/attempts").answer().json();
    let left = attempts["attempts"].as_array().unwrap().iter().filter(|attempt| attempt["outcome"] == "left");
    let mut left: Vec<u64> = left.map(|attempt| attempt["item"].as_u64().unwrap()).collect();
    left.sort_unstable();
    assert_eq!(left, [3, 13, 23, 33]);
    assert_eq!(dep.metric("lab_dep_hanging"), 0);
}

#[test]
fn a_fault_ends_by_itself_when_it_expires() {
    let dep = Process::start("dep", &[]);
    dep.fault(&hang(0, 1, 2_000));
    let call = dep.get("/quote?item=1&id=early");
    until("a call that hangs", || dep.metric("lab_dep_hanging") == 1);
    until("the fault to expire", || dep.state()["fault"].is_null());
    assert_eq!(dep.get("/quote?item=1&id=late").answer().status, 200);
    // Who began to hang goes on: a shard that is back does not answer what it had forgotten.
    assert!(!call.answered_within(Duration::from_millis(50)));
    assert_eq!(dep.metric("lab_dep_hanging"), 1);
}

#[test]
fn a_fault_can_be_ended_twice() {
    let dep = Process::start("dep", &[]);
    dep.fault(&hang(0, 1, 90_000));
    for time in ["first", "second"] {
        assert_eq!(dep.send("DELETE", "/control/fault", "").answer().status, 204, "{time}");
        assert_eq!(dep.state()["fault"], Value::Null, "{time}");
    }
    assert_eq!(dep.get("/quote?item=1&id=a").answer().status, 200);
}

#[test]
fn a_call_that_hung_its_time_is_answered() {
    let lab = Lab::start();
    lab.dep.hang_everything(100);
    assert_eq!(lab.ask(1, "a").answer().status, 200);
    let attempts = lab.dep.get("/control/attempts").answer().json();
    assert!(attempts["attempts"][0]["took_ms"].as_u64().unwrap() >= 100, "{attempts}");
}

#[test]
fn a_new_run_leaves_the_fault_and_a_reset_ends_it() {
    let dep = Process::start("dep", &[]);
    dep.fault(&hang(0, 1, 90_000));
    assert_eq!(dep.put("/control/run", &json!({"run": "r", "key": "0".repeat(64)})).answer().status, 204);
    assert!(!dep.state()["fault"].is_null());
    dep.send("POST", "/control/reset", "").answer();
    assert!(dep.state()["fault"].is_null());
}

#[test]
fn a_wrong_order_is_refused_with_the_reason() {
    let dep = Process::start("dep", &[]);
    let mut odd = hang(0, 1, 1);
    odd["kind"] = "slow".into();
    let mut bare = hang(0, 1, 1);
    bare.as_object_mut().unwrap().remove("hang_ms");
    let cases = [
        (odd, "kind is `slow`; the only kind is `hang`"),
        (hang(10, 10, 1), "shard 10 is none of 10 shards; they count from 0"),
        (hang(0, 0, 1), "shard 0 is none of 0 shards; they count from 0"),
        (bare, "missing field `hang_ms`"),
        (json!("hang"), "invalid type"),
    ];
    for (order, why) in cases {
        let answer = dep.fault(&order);
        assert_eq!(answer.status, 400, "{order}");
        assert!(answer.json()["error"].as_str().unwrap().contains(why), "{order}: {}", answer.body);
    }
    assert_eq!(dep.state()["fault"], Value::Null);
}
