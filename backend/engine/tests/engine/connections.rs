//! Connections are kept, retired, and replaced when the server has closed them.

use brownout_core::outcome::Outcome;

use crate::{
    load::{burst, run, stream, target},
    server::{Does, Server, answer},
};

#[tokio::test]
async fn connections_are_kept() {
    let server = Server::fine();
    let run = run(vec![stream(100.0, 1_000_000)], target(&server.url)).await;
    assert_eq!(run.outcome(Outcome::Ok), 100);
    // One, or a few when the machine paused and several arrivals were due at once.
    assert!(server.connections() <= 30, "{} connections", server.connections());
}

#[tokio::test]
async fn a_connection_is_retired_after_its_requests() {
    let server = Server::start(|asked| async move {
        let last = asked.head.to_ascii_lowercase().contains("connection: close");
        answer(if asked.nth < 5 && last == (asked.nth == 4) { 200 } else { 500 }, &[], "")
    });
    let mut stream = stream(100.0, 1_000_000);
    stream.requests_per_connection = Some(5);
    let run = run(vec![stream], target(&server.url)).await;
    assert_eq!(run.outcome(Outcome::Ok), 100);
    assert!(server.connections() >= 20, "{} connections", server.connections());
}

#[tokio::test]
async fn one_request_per_connection_means_a_new_connection_each() {
    let server = Server::fine();
    let mut stream = stream(200.0, 500_000);
    stream.requests_per_connection = Some(1);
    let run = run(vec![stream], target(&server.url)).await;
    assert_eq!((run.outcome(Outcome::Ok), server.connections()), (100, 100));
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_replaced_unseen() {
    // Each connection serves one request and closes on the next without a byte, as a restarting server may.
    let server =
        Server::start(|asked| async move { if asked.nth == 0 { answer(200, &[], "ok") } else { Does::Closes } });
    let run = run(vec![stream(50.0, 1_000_000)], target(&server.url)).await;
    assert_eq!((run.outcome(Outcome::Ok), run.outcome(Outcome::Failed)), (50, 0));
    assert_eq!((run.summary.sent, run.summary.scheduled), (50, 50));
}

#[tokio::test]
async fn an_order_that_may_have_been_taken_is_not_sent_twice() {
    let server =
        Server::start(|asked| async move { if asked.nth == 0 { answer(200, &[], "ok") } else { Does::Closes } });
    let mut stream = stream(50.0, 1_000_000);
    stream.method = "POST".to_owned();
    let run = run(vec![stream], target(&server.url)).await;
    assert_eq!(server.requests(), 50, "every arrival is asked once");
    assert_eq!(run.outcome(Outcome::Ok) + run.outcome(Outcome::Failed), 50);
    assert!(run.outcome(Outcome::Failed) > 0);
}

#[tokio::test]
async fn a_new_connection_that_closes_is_a_failure_not_a_retry() {
    let server = Server::start(|_| async { Does::Closes });
    let run = run(vec![stream(50.0, 500_000)], target(&server.url)).await;
    assert_eq!((run.outcome(Outcome::Failed), server.requests()), (25, 25));
}

#[tokio::test]
async fn a_broken_head_is_a_failure_not_a_retry() {
    let server = Server::start(|asked| async move {
        if asked.nth == 0 { answer(200, &[], "ok") } else { Does::AnswersAndCloses("HTTP/1.1 2".to_owned()) }
    });
    let run = run(vec![stream(50.0, 1_000_000)], target(&server.url)).await;
    assert_eq!(server.requests(), 50);
    assert!(run.outcome(Outcome::Failed) > 0);
}

#[tokio::test]
async fn a_burst_opens_as_many_connections_as_it_needs() {
    let server = Server::start(|_| async {
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        answer(200, &[], "ok")
    });
    let run = run(vec![burst(100)], target(&server.url)).await;
    assert_eq!((run.outcome(Outcome::Ok), server.connections()), (100, 100));
}
