//! Load is open and latency has an honest start.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use brownout_core::{arrival::Segment, outcome::Outcome};
use brownout_engine::{Ended, EngineEvent, Options, start};
use tokio::time::sleep;

use crate::{
    load::{burst, finish, run, run_with, stream, target},
    server::{Does, Server, answer},
};

#[tokio::test]
async fn every_second_has_the_arrivals_of_the_plan_and_all_are_sent() {
    let server = Server::fine();
    let run = run(vec![stream(500.0, 2_000_000)], target(&server.url)).await;
    assert_eq!((run.summary.scheduled, run.summary.sent, run.outcome(Outcome::Ok)), (1_000, 1_000, 1_000));
    assert_eq!(server.requests(), 1_000);
    assert_eq!(run.windows[0].streams["quotes"].scheduled, 500);
    assert_eq!(run.windows[1].streams["quotes"].scheduled, 500);
    // Within 1 % by the clock too, but for what the machine paused, which the run itself has measured.
    let missing = run.windows[0].streams["quotes"].sent.abs_diff(500);
    let paused = run.summary.lag.max_us * 500 / 1_000_000;
    assert!(u64::from(missing) <= 5 + paused, "{missing} were not sent in their second, pauses of {paused}");
    assert_eq!(run.summary.ended, Ended::Completed);
    assert!((1.9..4.0).contains(&run.summary.seconds), "{}", run.summary.seconds);
}

#[tokio::test]
async fn nothing_is_sent_before_its_instant_not_even_the_first() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let server = Server::start(move |request| {
        seen.lock().unwrap().push((request.query("n").parse::<u64>().unwrap(), Instant::now()));
        async { answer(200, &[], "ok") }
    });
    let mut stream = burst(20);
    stream.path = "/?n={n}".to_owned();
    stream.arrivals.segments.push(Segment::Constant { from_us: 1, to_us: 500_001, per_second: 100.0 });
    let running = start(vec![stream], 500_001, target(&server.url), Options::default()).unwrap();
    let zero = running.started;
    let run = finish(running).await;
    assert_eq!(run.outcome(Outcome::Ok), 70);
    assert!(run.summary.latency.quantile(0.0) > Some(0), "an answer before its request");
    for (n, at) in asked.lock().unwrap().iter() {
        let due = zero + Duration::from_millis(10 * n.saturating_sub(20));
        assert!(*at >= due, "arrival {n} came {:?} early", due - *at);
    }
}

#[tokio::test]
async fn workers_share_the_arrivals_without_loss() {
    let server = Server::fine();
    let run = run_with(vec![stream(1_000.0, 1_000_000)], target(&server.url), Options { workers: Some(3) }).await;
    assert_eq!((run.summary.scheduled, run.outcome(Outcome::Ok), server.requests()), (1_000, 1_000, 1_000));
}

#[tokio::test]
async fn a_stall_of_a_second_makes_a_hundred_answers_late_at_100_per_second() {
    let stalled = Arc::new(AtomicBool::new(false));
    let flag = stalled.clone();
    let server = Server::start(move |_| {
        let flag = flag.clone();
        async move {
            while flag.load(SeqCst) {
                sleep(Duration::from_millis(1)).await;
            }
            answer(200, &[], "ok")
        }
    });
    let mut running =
        start(vec![stream(100.0, 4_000_000)], 4_000_000, target(&server.url), Options::default()).unwrap();
    // The stall begins with the second second of the run and lasts for one.
    tokio::time::sleep_until((running.started + Duration::from_secs(1)).into()).await;
    stalled.store(true, SeqCst);
    let begun = Instant::now();
    let first = running.events.recv().await;
    assert!(matches!(first, Some(EngineEvent::Window(_))), "{first:?}");
    tokio::time::sleep_until((running.started + Duration::from_secs(2)).into()).await;
    stalled.store(false, SeqCst);
    let lasted = begun.elapsed();
    let mut late = 0;
    let mut longest = 0;
    while let Some(event) = running.events.recv().await {
        let EngineEvent::Window(window) = event else { break };
        for cell in &window.streams["quotes"].cells {
            assert_eq!(cell.outcome, Outcome::Ok);
            late += cell.latency.count() - cell.latency.within(50_000);
            longest = longest.max(cell.latency.quantile(1.0).unwrap());
        }
    }
    // An engine that waits for answers before it sends would show one late answer or a few.
    let due = lasted.as_millis() as u64 / 10;
    assert!((due * 85 / 100..=due * 130 / 100).contains(&late), "{late} answers were late in {lasted:?}");
    let whole = lasted.as_micros() as u64;
    assert!((whole * 80 / 100..whole + 600_000).contains(&longest), "the longest took {longest} µs of {lasted:?}");
    running.join().await;
}

#[tokio::test]
async fn a_timeout_counts_as_the_patience_and_closes_its_socket_then() {
    let server = Server::start(|_| async { Does::Hangs });
    let mut stream = stream(20.0, 500_000);
    stream.patience_us = 300_000;
    let running = start(vec![stream], 500_000, target(&server.url), Options::default()).unwrap();
    let zero = running.started;
    let run = finish(running).await;
    assert_eq!(run.outcome(Outcome::TimedOut), 10);
    assert_eq!(run.summary.latency.pairs(), [(brownout_core::latency::bucket(300_000), 10)]);
    // The server sees each client leave soon after its patience.
    for _ in 0..300 {
        if server.seen.left.lock().unwrap().len() == 10 {
            break;
        }
        sleep(Duration::from_millis(1)).await;
    }
    let mut left = server.seen.left.lock().unwrap().clone();
    left.sort();
    assert_eq!(left.len(), 10);
    for (n, left) in left.iter().enumerate() {
        let due = zero + Duration::from_millis(50 * n as u64 + 300);
        assert!(*left >= due && left.duration_since(due) < Duration::from_millis(300), "client {n}");
    }
    assert_eq!(server.connections(), 10, "a connection with an unanswered call is not used again");
}

#[tokio::test]
async fn arrivals_beyond_the_most_in_flight_are_dropped_and_count_as_the_worst() {
    let server = Server::start(|_| async { Does::Hangs });
    let mut stream = stream(100.0, 500_000);
    stream.patience_us = 2_000_000;
    stream.most_in_flight = 7;
    let run = run(vec![stream], target(&server.url)).await;
    assert_eq!((run.outcome(Outcome::TimedOut), run.outcome(Outcome::Dropped)), (7, 43));
    assert_eq!((run.summary.sent, server.requests()), (7, 7));
    let worst = run.parts().flat_map(|part| &part.cells).find(|cell| cell.outcome == Outcome::Dropped).unwrap();
    assert_eq!(worst.latency.quantile(0.0), Some(brownout_core::latency::WORST_US));
    assert_eq!(run.windows[0].streams["quotes"].in_flight, 7);
}

#[tokio::test]
async fn a_reader_that_sleeps_delays_no_arrival_and_loses_no_window() {
    let server = Server::fine();
    let running = start(vec![stream(200.0, 3_000_000)], 3_000_000, target(&server.url), Options::default()).unwrap();
    tokio::time::sleep_until((running.started + Duration::from_millis(3_500)).into()).await;
    assert_eq!(server.requests(), 600, "nobody read an event, and all was sent");
    let run = finish(running).await;
    assert_eq!(run.windows.len(), 4.min(run.windows.len()).max(3));
    assert_eq!((run.summary.scheduled, run.outcome(Outcome::Ok)), (600, 600));
}

#[tokio::test]
async fn windows_go_on_until_the_plan_ends_though_load_ended_before() {
    let server = Server::fine();
    let running = start(vec![stream(50.0, 200_000)], 2_000_000, target(&server.url), Options::default()).unwrap();
    let run = finish(running).await;
    assert!(run.windows.len() >= 2 && run.summary.seconds >= 2.0, "{} s", run.summary.seconds);
    assert_eq!(run.summary.scheduled, 10);
}
