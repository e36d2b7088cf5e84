//! An arrival that starts a job ends with it.

use std::time::{Duration, Instant};

use brownout_core::outcome::Outcome;
use brownout_engine::{Ended, EngineError, Options, start};
use tokio::time::sleep;

use crate::{
    load::{Run, finish, run, run_with, target},
    server::{Server, answer},
    works::{Plan, Says, Works, jobs},
};

/// Outcomes that are not 0.
fn outcomes(run: &Run) -> Vec<(Outcome, u64)> {
    Outcome::ALL.into_iter().zip(run.summary.outcomes).filter(|(_, count)| *count > 0).collect()
}

#[tokio::test]
async fn an_arrival_is_timed_from_its_instant_until_its_job_is_seen() {
    let works = Works::start(|_| Plan::ends_after(200));
    let run = run(vec![jobs(100.0, 1_000_000)], works.target()).await;
    assert_eq!(outcomes(&run), [(Outcome::Ok, 100)]);
    let (fastest, median) = (run.summary.latency.quantile(0.0).unwrap(), run.summary.latency.quantile(0.5).unwrap());
    assert!((200_000..300_000).contains(&fastest) && median < 400_000, "{fastest} and {median} µs");
    assert_eq!(run.summary.status.into_iter().collect::<Vec<_>>(), [(202, 100)]);
    let book = works.book.lock().unwrap();
    assert_eq!(book.asked, ["GET /completions HTTP/1.1"], "one connection, from now on");
    assert!(book.bodies.len() == 100 && book.bodies.iter().all(|body| body == r#"{"fast":1}"#));
}

#[tokio::test]
async fn a_body_goes_out_as_json_and_only_where_there_is_one() {
    let server = Server::start(|asked| async move {
        let head = asked.head.to_ascii_lowercase();
        let json = head.contains("content-type: application/json\r\n") && asked.body == "[1]";
        let bare = !head.contains("content-type") && asked.body.is_empty();
        answer(if json == asked.line.contains("/with") && bare != json { 200 } else { 400 }, &[], "")
    });
    let mut with = crate::load::stream(50.0, 200_000);
    (with.method, with.path, with.body) = ("POST".to_owned(), "/with".to_owned(), Some("[1]".to_owned()));
    let mut without = crate::load::stream(50.0, 200_000);
    (without.name, without.method) = ("others".to_owned(), "POST".to_owned());
    let run = run(vec![with, without], target(&server.url)).await;
    assert_eq!(outcomes(&run), [(Outcome::Ok, 20)]);
}

#[tokio::test]
async fn a_job_counts_only_with_its_own_receipt() {
    let works = Works::start(|n| Plan {
        says: [Says::Receipt, Says::WrongReceipt, Says::NoReceipt, Says::Failed][(n % 4) as usize],
        ..Plan::ends_after(10)
    });
    let with_key = run(vec![jobs(100.0, 400_000)], works.target()).await;
    assert_eq!(outcomes(&with_key), [(Outcome::Ok, 10), (Outcome::Rejected, 10), (Outcome::Invalid, 20)]);
    let mut keyless = works.target();
    keyless.receipt_key = None;
    keyless.run = "another".to_owned();
    let without = run(vec![jobs(100.0, 400_000)], keyless).await;
    assert_eq!(outcomes(&without), [(Outcome::Rejected, 10), (Outcome::Invalid, 30)]);
}

#[tokio::test]
async fn a_job_that_is_seen_before_its_request_is_answered_has_ended() {
    let works = Works::start(|_| Plan { answered_after: Duration::from_millis(600), ..Plan::ends_after(20) });
    let run = run(vec![jobs(50.0, 3_000_000)], works.target()).await;
    assert_eq!(outcomes(&run), [(Outcome::Ok, 150)]);
    let median = run.summary.latency.quantile(0.5).unwrap();
    assert!(median < 300_000, "{median} µs, as if the answer had been waited for");
    // Answers are read to their end all the same, so that connections are used again: of 150 arrivals 31 are needed at
    // 600 ms each, and more where the machine paused.
    assert!(works.server.connections() <= 1 + 100, "{} connections", works.server.connections());
}

#[tokio::test]
async fn a_request_that_is_refused_ends_its_arrival_at_once() {
    let works = Works::start(|n| Plan { status: if n % 2 == 0 { 202 } else { 503 }, ..Plan::ends_after(300) });
    let run = run(vec![jobs(100.0, 500_000)], works.target()).await;
    assert_eq!(outcomes(&run), [(Outcome::Ok, 25), (Outcome::Rejected, 25)]);
    assert_eq!(run.summary.status.into_iter().collect::<Vec<_>>(), [(202, 25), (503, 25)]);
    assert!(run.summary.latency.quantile(0.4) < Some(200_000), "refusals waited for their jobs");
}

#[tokio::test]
async fn patience_counts_until_the_job_has_ended() {
    let works = Works::start(|n| match n % 2 {
        0 => Plan { ended_after: None, ..Plan::ends_after(0) },
        _ => Plan::ends_after(1_500),
    });
    let mut stream = jobs(100.0, 500_000);
    stream.patience_us = 700_000;
    let run = run(vec![stream], works.target()).await;
    assert_eq!(outcomes(&run), [(Outcome::TimedOut, 50)]);
    assert_eq!(run.summary.latency.pairs(), [(brownout_core::latency::bucket(700_000), 50)]);
    assert!(run.summary.seconds < 2.5, "{} s", run.summary.seconds);
}

#[tokio::test]
async fn a_feed_that_breaks_off_is_taken_up_again_without_loss_or_double() {
    let works = Works::start(|n| Plan::ends_after(20 + n % 7 * 10));
    let running = start(vec![jobs(200.0, 3_000_000)], 3_000_000, works.target(), Options { workers: Some(2) }).unwrap();
    for _ in 0..6 {
        sleep(Duration::from_millis(300)).await;
        works.book.lock().unwrap().close();
        // Jobs end while nobody listens.
        sleep(Duration::from_millis(60)).await;
        works.book.lock().unwrap().closed = false;
    }
    let run = finish(running).await;
    assert_eq!(outcomes(&run), [(Outcome::Ok, 600)]);
    assert!(run.summary.latency.quantile(1.0) < Some(1_500_000), "{:?}", run.summary.latency.quantile(1.0));
    let book = works.book.lock().unwrap();
    assert_eq!(book.asked[0], "GET /completions HTTP/1.1");
    assert!(book.asked.len() >= 7 && book.asked[1..].iter().all(|line| line.contains("?after=")), "{:?}", book.asked);
}

#[tokio::test]
async fn streams_share_a_feed_and_workers_share_the_jobs() {
    let works = Works::start(|n| Plan::ends_after(n % 30));
    let (fast, mut slow) = (jobs(400.0, 1_000_000), jobs(100.0, 1_000_000));
    slow.name = "slow".to_owned();
    let run = run_with(vec![fast, slow], works.target(), Options { workers: Some(3) }).await;
    assert_eq!(outcomes(&run), [(Outcome::Ok, 500)]);
    assert_eq!(works.book.lock().unwrap().asked.len(), 1);
}

#[tokio::test]
async fn without_a_feed_the_run_goes_on_and_what_was_missed_is_asked_for() {
    let works = Works::start(|_| Plan::ends_after(20));
    works.book.lock().unwrap().closed = true;
    let (target, book) = (works.target(), works.book.clone());
    let began = Instant::now();
    let starting = tokio::task::spawn_blocking(move || {
        start(vec![jobs(100.0, 1_000_000)], 1_000_000, target, Options::default()).unwrap()
    });
    let running = starting.await.unwrap();
    assert!((1.5..5.0).contains(&began.elapsed().as_secs_f64()), "hello was waited for {:?}", began.elapsed());
    sleep(Duration::from_millis(500)).await;
    book.lock().unwrap().closed = false;
    let run = finish(running).await;
    assert_eq!(outcomes(&run), [(Outcome::Ok, 100)]);
}

#[tokio::test]
async fn stop_ends_jobs_that_are_waited_for() {
    let works = Works::start(|_| Plan { ended_after: None, ..Plan::ends_after(0) });
    let running = start(vec![jobs(100.0, 60_000_000)], 60_000_000, works.target(), Options::default()).unwrap();
    tokio::time::sleep_until((running.started + Duration::from_millis(1_200)).into()).await;
    let asked = Instant::now();
    running.stop();
    let run = finish(running).await;
    assert!(asked.elapsed() < Duration::from_secs(1), "stopping took {:?}", asked.elapsed());
    assert_eq!((run.summary.ended, outcomes(&run)), (Ended::Stopped, vec![]));
    assert_eq!(run.summary.unsettled(), run.summary.scheduled);
}

#[tokio::test]
async fn a_job_whose_name_leads_nowhere_is_said_before_anything_is_sent() {
    let begin = |change: fn(&mut brownout_core::scenario::Completion)| {
        let mut stream = jobs(1.0, 1);
        change(stream.completion.as_mut().unwrap());
        let mut to = target("http://127.0.0.1:9");
        to.worker = to.api.clone();
        start(vec![stream], 1, to, Options::default()).map(drop).unwrap_err()
    };
    assert!(matches!(begin(|rule| rule.job = "job".to_owned()), EngineError::Stream { what: "name of a job", .. }));
    assert!(matches!(begin(|rule| rule.feed = "done".to_owned()), EngineError::Stream { what: "path", .. }));
}
