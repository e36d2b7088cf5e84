//! `GET /completions` of the worker: who follows misses nothing.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{until, works::Works};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// HMAC-SHA256 of `job:a-1.0:fast` with this key, reckoned by another program.
const RECEIPT: &str = "9ef24642f36284040ebf8302f2684393";

#[test]
fn a_job_is_seen_with_its_receipt_as_soon_as_it_has_ended() {
    let works = Works::start();
    assert_eq!(works.dep.put("/control/run", &json!({"run": "r-1", "key": KEY})).answer().status, 204);
    let (mut feed, hello) = works.worker.follow("");
    assert_eq!(hello, 0);
    let submitted = Instant::now();
    works.submit("a-1", 1, 0);
    let seen = feed.next();
    let took = submitted.elapsed();
    assert_eq!(seen, json!({"seq": 1, "job": "a-1.0", "kind": "fast", "receipt": RECEIPT}));
    // 10 ms of work, 50 ms until it is seen, and room for a busy machine.
    assert!(took >= Duration::from_millis(10) && took < Duration::from_millis(300), "{took:?}");
    works.submit("a-2", 0, 1);
    let slow = feed.next();
    assert_eq!((&slow["seq"], &slow["job"], &slow["kind"]), (&json!(2), &json!("a-2.0"), &json!("slow")));
    assert!(submitted.elapsed() >= Duration::from_secs(1) && slow["receipt"] != RECEIPT);
}

#[test]
fn without_a_run_there_is_no_receipt() {
    let works = Works::start();
    let (mut feed, _) = works.worker.follow("");
    works.submit("a-1", 1, 0);
    assert_eq!(feed.next(), json!({"seq": 1, "job": "a-1.0", "kind": "fast"}));
}

#[test]
fn a_follower_takes_up_where_it_left_off() {
    let works = Works::start();
    works.submit("early", 5, 0);
    until("five jobs", || works.report("early")["done"] == 5);
    let after = |query: &str, count: usize| {
        let (mut feed, hello) = works.worker.follow(query);
        let seqs = feed.take(count).iter().map(|one| one["seq"].as_u64().unwrap()).collect::<Vec<_>>();
        (hello, seqs)
    };
    assert_eq!(after("?after=0", 5), (5, vec![1, 2, 3, 4, 5]));
    assert_eq!(after("?after=3", 2), (5, vec![4, 5]));
    // A number that is yet to come is of another life of the worker.
    assert_eq!(after("?after=4000", 5), (5, vec![1, 2, 3, 4, 5]));
    let (mut upto_date, _) = works.worker.follow("?after=5");
    let (mut from_now_on, hello) = works.worker.follow("");
    assert_eq!(hello, 5);
    works.submit("late", 1, 0);
    for feed in [&mut upto_date, &mut from_now_on] {
        assert_eq!(feed.next(), json!({"seq": 6, "job": "late.0", "kind": "fast"}));
    }
    for query in ["?after=", "?after=-1", "?after=x", "?after=1.5"] {
        assert_eq!(works.worker.get(&format!("/completions{query}")).answer().status, 400, "{query}");
    }
}

#[test]
fn an_empty_line_comes_every_second() {
    let works = Works::start();
    let (mut feed, _) = works.worker.follow("");
    let began = Instant::now();
    feed.beat();
    feed.beat();
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(1_500) && took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn a_follower_that_leaves_is_forgotten() {
    let works = Works::start();
    let (mut stays, _) = works.worker.follow("");
    let (leaves, _) = works.worker.follow("");
    until("two followers", || works.worker.metric("lab_worker_feeds") == 2);
    drop(leaves);
    until("one follower", || works.worker.metric("lab_worker_feeds") == 1);
    works.submit("a", 3, 0);
    assert_eq!(stays.take(3).len(), 3);
}

#[test]
fn a_worker_that_was_told_to_stop_ends_its_feeds_and_is_not_cut() {
    let mut works = Works::start();
    works.dep.hang_everything(60_000);
    works.submit("hangs", 1, 1);
    until("two jobs", || works.dep.in_flight() == 2);
    let (feed, _) = works.worker.follow("");
    works.worker.terminate();
    feed.end();
    works.worker.event("stopped");
    assert_eq!(works.worker.ended().code(), Some(0));
    until("the jobs to be cancelled", || works.dep.in_flight() == 0);
}
