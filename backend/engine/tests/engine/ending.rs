//! However a run ends, it ends soon and loses nothing.

use std::time::{Duration, Instant};

use brownout_core::{arrival::Segment, outcome::Outcome};
use brownout_engine::{Ended, EngineError, EngineEvent, Options, start};

use crate::{
    load::{finish, run, stream, target},
    server::{Does, Server},
};

#[tokio::test]
async fn stop_closes_open_calls_and_counts_them_as_unsettled() {
    let server = Server::start(|_| async { Does::Hangs });
    let mut stream = stream(100.0, 60_000_000);
    stream.patience_us = 10_000_000;
    let mut running = start(vec![stream], 60_000_000, target(&server.url), Options::default()).unwrap();
    let first = running.events.recv().await;
    assert!(matches!(first, Some(EngineEvent::Window(_))), "{first:?}");
    let asked = Instant::now();
    running.stop();
    let mut unsettled = None;
    while let Some(event) = running.events.recv().await {
        if let EngineEvent::Done(summary) = event {
            assert_eq!((summary.ended, summary.outcomes), (Ended::Stopped, [0; 7]));
            assert_eq!(summary.unsettled(), summary.scheduled);
            unsettled = Some(summary.unsettled());
        }
    }
    assert!(asked.elapsed() < Duration::from_secs(1), "stopping took {:?}", asked.elapsed());
    assert!(unsettled.is_some_and(|unsettled| (100..300).contains(&unsettled)), "{unsettled:?} unsettled");
    running.join().await;
    // What was asked has been left.
    for _ in 0..1_000 {
        if server.seen.left.lock().unwrap().len() as u64 == server.requests() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{} of {} calls were left", server.seen.left.lock().unwrap().len(), server.requests());
}

#[tokio::test]
async fn a_stop_before_the_first_instant_gives_an_empty_summary() {
    let server = Server::fine();
    let mut later = stream(10.0, 0);
    later.arrivals.segments = vec![Segment::Constant { from_us: 10_000_000, to_us: 20_000_000, per_second: 10.0 }];
    let running = start(vec![later], 20_000_000, target(&server.url), Options::default()).unwrap();
    running.stop();
    let run = finish(running).await;
    assert_eq!((run.summary.ended, run.summary.scheduled, server.connections()), (Ended::Stopped, 0, 0));
}

#[tokio::test]
async fn a_server_that_dies_makes_failures_and_no_more() {
    let server = Server::fine();
    let mut running =
        start(vec![stream(100.0, 3_000_000)], 3_000_000, target(&server.url), Options::default()).unwrap();
    let first = running.events.recv().await;
    assert!(matches!(first, Some(EngineEvent::Window(_))), "{first:?}");
    drop(server);
    let mut outcomes = [0; 7];
    while let Some(event) = running.events.recv().await {
        if let EngineEvent::Done(summary) = event {
            assert_eq!((summary.ended, summary.scheduled, summary.unsettled()), (Ended::Completed, 300, 0));
            outcomes = summary.outcomes;
        }
    }
    assert!(outcomes[Outcome::Ok.index()] >= 90, "{outcomes:?}");
    assert!(outcomes[Outcome::Failed.index()] >= 100, "{outcomes:?}");
    assert_eq!(outcomes.iter().sum::<u64>(), 300);
    running.join().await;
}

#[tokio::test]
async fn nobody_listening_makes_every_arrival_fail() {
    // The port was free a moment ago, and the run is short.
    let address = Server::fine().address;
    let run = run(vec![stream(100.0, 300_000)], target(&format!("http://{address}"))).await;
    assert_eq!(run.outcome(Outcome::Failed), 30);
}

#[tokio::test]
async fn dropping_a_run_ends_its_threads() {
    let server = Server::start(|_| async { Does::Hangs });
    let mut running =
        start(vec![stream(50.0, 60_000_000)], 60_000_000, target(&server.url), Options::default()).unwrap();
    let _ = running.events.recv().await;
    drop(running);
    for _ in 0..3_000 {
        if server.seen.left.lock().unwrap().len() as u64 == server.requests() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("calls are still open");
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_before_anything_is_sent() {
    let begin = |change: fn(&mut brownout_core::scenario::Stream), url: &str| {
        let mut stream = stream(1.0, 1);
        change(&mut stream);
        start(vec![stream], 1, target(url), Options::default()).map(drop).unwrap_err()
    };
    let url = "http://127.0.0.1:9";
    assert!(matches!(begin(|s| s.method = "GE T".to_owned(), url), EngineError::Stream { what: "method", .. }));
    assert!(matches!(begin(|s| s.path = "no slash".to_owned(), url), EngineError::Stream { what: "path", .. }));
    let header = begin(|s| s.degraded_header = Some("x y".to_owned()), url);
    assert!(matches!(header, EngineError::Stream { what: "header", .. }), "{header}");
    assert!(matches!(begin(|_| (), "https://127.0.0.1:9"), EngineError::Url { .. }));
    assert!(matches!(begin(|_| (), ""), EngineError::Url { .. }));
}
