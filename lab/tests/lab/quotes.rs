//! `GET /quote` of the API.

use serde_json::Value;

use crate::{Lab, process::Process, until};

#[test]
fn bad_input_is_refused_with_the_reason() {
    let lab = Lab::start();
    let (longest, too_long) = ("x".repeat(64), "x".repeat(65));
    let id = "id must have 1 to 64 letters, digits or dashes";
    let cases = [
        ("item=1", "missing field `id`"),
        ("id=a", "missing field `item`"),
        ("", "missing field"),
        ("item=&id=a", "item: "),
        ("item=-1&id=a", "item: invalid digit"),
        ("item=1.5&id=a", "item: invalid digit"),
        ("item=18446744073709551616&id=a", "item: number too large"),
        ("item=1&item=2&id=a", "duplicate field `item`"),
        ("item=1&id=", id),
        ("item=1&id=a_b", id),
        ("item=1&id=a%20b", id),
        ("item=1&id=%C3%A9", id),
        (&format!("item=1&id={too_long}"), id),
    ];
    for (query, why) in cases {
        for service in [&lab.api, &lab.dep] {
            let answer = service.get(&format!("/quote?{query}")).answer();
            assert_eq!(answer.status, 400, "{query}");
            assert!(answer.body.contains(why), "{query}: {}", answer.body);
        }
    }
    assert_eq!(lab.api.metric("lab_api_answers_total{outcome=\"invalid\"}"), 13);
    assert_eq!(lab.dep.state()["calls_total"], 0);
    for (item, id) in [(0, "a"), (u64::MAX, "0-Z"), (1, &longest)] {
        assert_eq!(lab.ask(item, id).answer().status, 200, "{item} {id}");
    }
    assert_eq!(lab.api.metric("lab_api_answers_total{outcome=\"ok\"}"), 3);
}

#[test]
fn the_dependency_may_come_later_and_come_back() {
    // A port that was free a moment ago.
    let address = Process::start("dep", &[]).address.clone();
    let api = Process::start("api", &[("DEP_URL", &format!("http://{address}"))]);
    assert_eq!(api.get("/readyz").answer().status, 200);
    let answer = api.get("/quote?item=1&id=early").answer();
    assert_eq!(answer.status, 503);
    let why = answer.json()["error"].as_str().unwrap().to_owned();
    assert!(why.starts_with("the dependency cannot be reached: ") && why.contains("refused"), "{why}");

    let first = Process::start("dep", &[("LAB_LISTEN", &address)]);
    assert_eq!(api.get("/quote?item=1&id=first").answer().status, 200);
    drop(first);
    let _second = Process::start("dep", &[("LAB_LISTEN", &address)]);
    // A connection of the first life may still be in the pool.
    until("an answer from the second life", || api.get("/quote?item=1&id=second").answer().status == 200);
}

#[test]
fn an_address_that_is_none_is_named() {
    let api = Process::start("api", &[("DEP_URL", "nowhere land")]);
    let answer = api.get("/quote?item=1&id=a").answer();
    assert_eq!(answer.status, 503);
    assert!(matches!(&answer.json()["error"], Value::String(why) if why.contains("`nowhere land`")), "{}", answer.body);
}
