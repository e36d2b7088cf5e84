//! Only the dependency can issue a receipt, for one request of one run.

use serde_json::{Value, json};

use crate::{Lab, process::Process};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// HMAC-SHA256 of `quote:a-1:7` with this key, reckoned by another program.
const RECEIPT: &str = "0773fad2eb4c029ce0dcf39b3359911f";

fn begin(dep: &Process, key: &str) {
    assert_eq!(dep.put("/control/run", &json!({"run": "r-1", "key": key})).answer().status, 204);
}

#[test]
fn a_receipt_is_the_hmac_of_the_request_with_the_runs_key() {
    let lab = Lab::start();
    begin(&lab.dep, KEY);
    let answer = lab.ask(7, "a-1").answer();
    assert_eq!((answer.status, answer.header("x-receipt")), (200, Some(RECEIPT)));
    assert_eq!(answer.header("x-degraded"), None);
    assert_eq!(answer.json(), json!({"item": 7, "price_cents": 507, "receipt": RECEIPT}));
    assert_eq!(lab.dep.get("/quote?item=7&id=a-1").answer().json()["receipt"], RECEIPT);
    for (item, id) in [(8, "a-1"), (7, "a-2")] {
        assert_ne!(lab.ask(item, id).answer().header("x-receipt"), Some(RECEIPT), "{item} {id}");
    }
    begin(&lab.dep, &KEY.replace("1f", "20"));
    assert_ne!(lab.ask(7, "a-1").answer().header("x-receipt"), Some(RECEIPT));
}

#[test]
fn without_a_key_there_is_no_receipt() {
    let lab = Lab::start();
    let bare = |when: &str| {
        let answer = lab.ask(7, "a-1").answer();
        assert_eq!((answer.status, answer.header("x-receipt")), (200, None), "{when}");
        assert_eq!(answer.json(), json!({"item": 7, "price_cents": 507}), "{when}");
    };
    bare("at first");
    begin(&lab.dep, KEY);
    assert_eq!(lab.dep.send("POST", "/control/reset", "").answer().status, 204);
    bare("after a reset");
    assert_eq!(lab.dep.state()["run"], Value::Null);
}

#[test]
fn a_wrong_key_is_refused_with_the_reason() {
    let dep = Process::start("dep", &[]);
    let plus = format!("+{}", &KEY[1..]);
    for key in ["", "00", &KEY[1..], &plus, &KEY.replace('f', "g"), &"é".repeat(32)] {
        let answer = dep.put("/control/run", &json!({"run": "r-1", "key": key})).answer();
        assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("key must be 64 hex digits")), "{key}");
    }
    let answer = dep.put("/control/run", &json!({"run": "r-1"})).answer();
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("missing field `key`"), "{}", answer.body);
}
