//! `POST /batches` of the worker: what is taken, in which order it is performed, and what is known of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{until, works::Works};

#[test]
fn bad_input_is_refused_with_the_reason() {
    let works = Works::start();
    let id = "id must have 1 to 64 letters, digits or dashes";
    let too_long = "x".repeat(65);
    let cases = [
        ("?id=a", "{\"fast\":-1}", "invalid value: integer `-1`"),
        ("?id=a", "{\"fast\":1.5}", "invalid type: floating point `1.5`"),
        ("?id=a", "{\"fast\":10001}", "10001 jobs are too many for a batch; it may have 10000"),
        ("?id=a", "{\"fast\":5000,\"slow\":5001}", "10001 jobs are too many"),
        ("?id=a", "{\"fast\":18446744073709551615,\"slow\":18446744073709551615}", "are too many"),
        ("?id=a", "{\"fast\":18446744073709551616}", "invalid type"),
        ("?id=a", "{}", "there is neither `fast` nor `slow`"),
        ("?id=a", "{\"fast\":0,\"slow\":0}", "it has at least one job"),
        ("?id=a", "{\"fats\":1}", "unknown field `fats`"),
        ("?id=a", "{\"fast\":1,\"fast\":1}", "duplicate field `fast`"),
        ("?id=a", "{\"fast\":\"1\"}", "invalid type: string"),
        ("?id=a", "fast=1", "expected ident"),
        ("?id=a", "", "EOF"),
        ("?id=a", "[]", "a batch is like {\"fast\": 3, \"slow\": 1}: "),
        ("?id=", "{\"fast\":1}", id),
        ("?id=a.0", "{\"fast\":1}", id),
        (&format!("?id={too_long}"), "{\"fast\":1}", id),
    ];
    for (query, body, why) in cases {
        let answer = works.worker.send("POST", &format!("/batches{query}"), body).answer();
        assert_eq!(answer.status, 400, "{query} {body}");
        let said = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(said.contains(why), "{query} {body}: {said}");
    }
    assert_eq!((works.gauges(), &works.dep.state()["calls_total"]), ([0; 4], &json!(0)));
    assert_eq!(works.worker.get("/batches/a").answer().status, 404);
}

#[test]
fn a_batch_says_how_far_it_is() {
    let works = Works::start();
    works.submit("a", 3, 1);
    until("the fast jobs", || works.report("a")["fast"]["done"] == 3);
    let report = works.report("a");
    assert_eq!(
        (&report["batch_id"], &report["total"], &report["done"], &report["failed"], &report["waiting"]),
        (&json!("a"), &json!(4), &json!(3), &json!(0), &json!(1))
    );
    assert_eq!(report["slow"], json!({"done": 0, "p50_ms": null, "p95_ms": null}));
    let p95 = report["fast"]["p95_ms"].as_f64().unwrap();
    assert!((10.0..300.0).contains(&p95), "{p95}");
    until("the slow job", || works.report("a")["done"] == 4);
    let slow = works.report("a")["slow"]["p50_ms"].as_f64().unwrap();
    assert!((1_000.0..1_500.0).contains(&slow), "{slow}");
    // Jobs fast and slow, each once, and dep knows them by name.
    let attempts = works.dep.get("/control/attempts").answer().json();
    let mut ids: Vec<_> = attempts["attempts"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    ids.sort_by_key(Value::to_string);
    assert_eq!(ids, ["a.0", "a.1", "a.2", "a.3"]);
}

#[test]
fn an_id_is_taken_once_and_made_up_when_there_is_none() {
    let works = Works::start();
    works.submit("a", 1, 0);
    let again = works.try_submit("a", 1, 0);
    assert_eq!((again.status, &again.json()["error"]), (409, &json!("there is a batch `a` already")));
    let ids: Vec<String> = (0..2)
        .map(|_| {
            let answer = works.worker.send("POST", "/batches", "{\"fast\":1}").answer();
            assert_eq!(answer.status, 202);
            answer.json()["batch_id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_ne!(ids[0], ids[1]);
    until("both", || ids.iter().all(|id| works.report(id)["done"] == 1));
}

#[test]
fn who_came_first_goes_first() {
    let works = Works::start();
    // Nine of the ten places are taken for as long as this lasts: jobs go one by one.
    works.dep.hang_everything(60_000);
    works.submit("holders", 0, 9);
    until("nine holders", || works.dep.in_flight() == 9);
    works.dep.send("DELETE", "/control/fault", "").answer();
    let (mut feed, _) = works.worker.follow("");
    works.submit("one", 60, 0);
    works.submit("two", 1, 0);
    works.submit("three", 60, 0);
    let mut expected: Vec<String> = (0..60).map(|k| format!("one.{k}")).collect();
    expected.push("two.0".to_owned());
    expected.extend((0..60).map(|k| format!("three.{k}")));
    assert_eq!(feed.jobs(121), expected);
}

#[test]
fn jobs_that_wait_are_counted_and_aged() {
    let works = Works::start();
    works.dep.hang_everything(60_000);
    works.submit("slow", 0, 12);
    until("ten in progress", || works.gauges() == [0, 2, 0, 10]);
    works.submit("fast", 5, 0);
    assert_eq!(works.gauges(), [5, 2, 0, 10]);
    assert_eq!(works.dep.metric("lab_dep_licence_in_use"), 10);
    until("age", || works.oldest_seconds("slow") > 0.1);
    let (fast, slow) = (works.oldest_seconds("fast"), works.oldest_seconds("slow"));
    assert!(fast > 0.0 && slow > fast && slow < 5.0, "{fast} {slow}");
    works.worker.send("POST", "/control/reset", "").answer();
    assert_eq!((works.oldest_seconds("fast"), works.oldest_seconds("slow")), (0.0, 0.0));
}

#[test]
fn a_reset_ends_what_waits_and_what_is_in_progress() {
    let works = Works::start();
    works.submit("early", 2, 0);
    until("two jobs", || works.report("early")["done"] == 2);
    works.dep.hang_everything(60_000);
    works.submit("stuck", 10, 20);
    until("ten sessions", || works.gauges() == [0, 20, 10, 0]);
    let (mut feed, hello) = works.worker.follow("?after=2");
    let asked = Instant::now();
    assert_eq!(works.worker.send("POST", "/control/reset", "").answer().status, 204);
    assert_eq!(works.gauges(), [0; 4]);
    for id in ["early", "stuck"] {
        assert_eq!(works.worker.get(&format!("/batches/{id}")).answer().status, 404, "{id}");
    }
    until("the dependency to notice", || works.dep.in_flight() == 0);
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    works.dep.send("DELETE", "/control/fault", "").answer();
    // All places are free, numbers go on, and nothing of before is in the feed.
    works.submit("stuck", 1, 0);
    assert_eq!((hello, feed.next()), (2, json!({"seq": 3, "job": "stuck.0", "kind": "fast"})));
    assert_eq!(works.worker.follow("?after=0").0.next()["seq"], 3);
}

#[test]
fn no_more_than_20_000_jobs_wait() {
    let works = Works::start();
    works.dep.hang_everything(60_000);
    works.submit("first", 0, 10);
    until("ten sessions", || works.gauges() == [0, 0, 0, 10]);
    works.submit("second", 10_000, 0);
    works.submit("third", 0, 10_000);
    assert_eq!(works.gauges(), [10_000, 10_000, 0, 10]);
    let refused = works.try_submit("fourth", 1, 0);
    assert_eq!(refused.status, 503);
    assert_eq!(refused.json()["error"], "20000 jobs wait and 20000 may; there is no room for 1 more");
    assert_eq!(works.worker.get("/batches/fourth").answer().status, 404);
    works.worker.send("POST", "/control/reset", "").answer();
    works.dep.send("DELETE", "/control/fault", "").answer();
    works.submit("fourth", 1, 0);
    until("the job", || works.report("fourth")["done"] == 1);
}

#[test]
fn the_latest_thousand_batches_are_kept() {
    let works = Works::start();
    for n in 0..=1_000 {
        works.submit(&format!("b-{n}"), 1, 0);
    }
    assert_eq!(works.worker.get("/batches/b-0").answer().status, 404);
    for id in ["b-1", "b-1000"] {
        assert_eq!(works.report(id)["total"], 1, "{id}");
    }
}
