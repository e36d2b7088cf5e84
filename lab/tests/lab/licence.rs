//! Ten sessions: who counts them, who is refused, and who waits for whom.

use serde_json::{Value, json};

use crate::{http::Open, solved, until, works::Works};

#[test]
fn bad_jobs_are_refused_by_the_dependency() {
    let works = Works::start();
    for (query, why) in [
        ("kind=fast", "missing field `job`"),
        ("job=a.0", "missing field `kind`"),
        ("job=a.0&kind=medium", "unknown variant `medium`"),
        ("job=a&kind=fast", "`a` is no job; a job is <batch id>.<number>"),
        ("job=a.&kind=fast", "`a.` is no job"),
        ("job=a.-1&kind=fast", "`a.-1` is no job"),
        ("job=.0&kind=fast", "id must have 1 to 64 letters"),
        ("job=a.0.0&kind=fast", "id must have 1 to 64 letters"),
    ] {
        let answer = works.dep.send("POST", &format!("/perform?{query}"), "").answer();
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.body.contains(why), "{query}: {}", answer.body);
    }
    assert_eq!(works.dep.state()["calls_total"], 0);
}

#[test]
fn an_eleventh_session_is_refused_by_the_dependency() {
    let works = Works::start();
    works.dep.hang_everything(60_000);
    let mut others: Vec<Open> = (0..10).map(|n| works.perform(&format!("other.{n}"), "slow")).collect();
    until("ten sessions", || works.dep.metric("lab_dep_licence_in_use") == 10);
    let refused = works.perform("other.10", "fast").answer();
    assert_eq!((refused.status, &refused.json()["error"]), (429, &json!("the licence allows 10 sessions")));
    let (mut feed, _) = works.worker.follow("");
    works.submit("a", 1, 1);
    let mut seen = feed.take(2);
    seen.sort_by_key(|one| one["job"].to_string());
    for (one, (job, kind)) in seen.iter().zip([("a.0", "fast"), ("a.1", "slow")]) {
        assert_eq!((&one["job"], &one["kind"]), (&json!(job), &json!(kind)));
        assert_eq!((&one["failed"], &one["receipt"]), (&json!("the licence allows 10 sessions"), &Value::Null));
    }
    let report = works.report("a");
    assert_eq!((&report["failed"], &report["waiting"], &report["done"]), (&json!(2), &json!(0), &json!(0)));
    // Other kinds of calls need no licence.
    works.dep.send("DELETE", "/control/fault", "").answer();
    assert_eq!(works.dep.get("/quote?item=1&id=a").answer().status, 200);
    others.pop();
    until("a free session", || works.dep.metric("lab_dep_licence_in_use") == 9);
    assert_eq!(works.perform("a.1", "fast").answer().status, 200);
}

#[test]
fn a_burst_of_slow_jobs_holds_up_fast_ones_until_it_has_places_of_its_own() {
    for (works, slow_at_once) in [(Works::start(), 10), (Works::with(solved::program()), 4)] {
        let (mut feed, _) = works.worker.follow("");
        works.dep.hang_everything(2_000);
        works.submit("burst", 0, 24);
        until("the burst", || works.gauges() == [0, 24 - slow_at_once, 0, slow_at_once]);
        works.dep.send("DELETE", "/control/fault", "").answer();
        works.submit("fast", 20, 0);
        // Who ends first tells who waited for whom.
        let (first, count) = if slow_at_once == 10 { ("burst.", 10) } else { ("fast.", 20) };
        let ended = feed.jobs(count);
        assert!(ended.iter().all(|job| job.starts_with(first)), "{ended:?}");
    }
}

#[test]
fn a_dependency_that_is_gone_fails_the_job() {
    let mut works = Works::start();
    works.dep.terminate();
    works.dep.ended();
    let (mut feed, _) = works.worker.follow("");
    works.submit("a", 1, 0);
    let why = feed.next()["failed"].as_str().unwrap().to_owned();
    assert!(why.starts_with("the dependency cannot be reached: "), "{why}");
}
