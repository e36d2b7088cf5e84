//! What an answer counts as.

use std::fmt::Write;

use brownout_core::{outcome::Outcome, scenario::ReceiptRule};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    load::{run, stream, target},
    server::{Does, Server, answer},
};

pub(crate) const KEY: [u8; 32] = [7; 32];

pub(crate) fn receipt(message: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).unwrap();
    mac.update(message.as_bytes());
    let mut hex = String::new();
    mac.finalize().into_bytes()[..16].iter().for_each(|byte| write!(hex, "{byte:02x}").unwrap());
    hex
}

#[tokio::test]
async fn answers_are_counted_by_status_and_only_2xx_is_ok() {
    let server = Server::start(|asked| async move {
        let n: u64 = asked.query("n").parse().unwrap();
        answer([200, 201, 302, 404, 503][(n % 5) as usize], &[], "")
    });
    let mut stream = stream(100.0, 500_000);
    stream.path = "/?n={n}".to_owned();
    let run = run(vec![stream], target(&server.url)).await;
    assert_eq!((run.outcome(Outcome::Ok), run.outcome(Outcome::Rejected)), (20, 30));
    assert_eq!(
        run.summary.status.into_iter().collect::<Vec<_>>(),
        [200, 201, 302, 404, 503].map(|status| (status, 10))
    );
}

#[tokio::test]
async fn only_the_receipt_of_this_very_request_counts() {
    let server = Server::start(|asked| async move {
        let (n, id) = (asked.query("item").to_owned(), asked.query("id").to_owned());
        let right = receipt(&format!("quote:{id}:{n}"));
        let other = receipt(&format!("quote:{id}:999"));
        match n.parse::<u64>().unwrap() % 6 {
            0 | 1 => answer(200, &[("x-receipt", &right)], "{}"),
            2 => answer(200, &[("x-receipt", &other)], "{}"),
            3 => answer(200, &[("x-receipt", &right[..31])], "{}"),
            4 => answer(200, &[("x-receipt", &right), ("x-degraded", "1")], "{}"),
            _ => answer(200, &[], "{}"),
        }
    });
    let mut stream = stream(120.0, 500_000);
    stream.path = "/quote?item={n}&id={id}".to_owned();
    stream.receipt = Some(ReceiptRule { header: "X-Receipt".to_owned(), message: "quote:{id}:{n}".to_owned() });
    stream.degraded_header = Some("x-degraded".to_owned());
    let mut keyed = target(&server.url);
    keyed.receipt_key = Some(KEY);
    let with_key = run(vec![stream.clone()], keyed).await;
    assert_eq!(with_key.outcome(Outcome::Ok), 20);
    assert_eq!(with_key.outcome(Outcome::Invalid), 30);
    assert_eq!(with_key.outcome(Outcome::Degraded), 10);
    let without = run(vec![stream], target(&server.url)).await;
    assert_eq!((without.outcome(Outcome::Ok), without.outcome(Outcome::Invalid)), (0, 50));
}

#[tokio::test]
async fn ids_are_plain_whatever_the_run_is_called() {
    let server = Server::start(|asked| async move {
        let id = asked.query("id");
        let plain = !id.is_empty() && id.len() <= 64 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        answer(if plain { 200 } else { 400 }, &[], "")
    });
    let mut stream = stream(50.0, 200_000);
    stream.name = "a long name with spaces & signs".to_owned();
    stream.path = "/?id={id}".to_owned();
    let mut target = target(&server.url);
    target.run = "run/2026 ü".repeat(20);
    assert_eq!(run(vec![stream], target).await.outcome(Outcome::Ok), 10);
}

#[tokio::test]
async fn an_answer_counts_when_its_body_has_come_whole() {
    let server = Server::start(|asked| async move {
        match asked.query("n").parse::<u64>().unwrap() % 4 {
            0 => Does::AnswersAndCloses("HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\nshort".to_owned()),
            1 => answer(200, &[], &"x".repeat(1024 * 1024 + 1)),
            2 => answer(200, &[], &"x".repeat(200_000)),
            _ => Does::Answers("HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n".to_owned()),
        }
    });
    let mut stream = stream(40.0, 500_000);
    stream.path = "/?n={n}".to_owned();
    let run = run(vec![stream], target(&server.url)).await;
    assert_eq!((run.outcome(Outcome::Failed), run.outcome(Outcome::Ok)), (10, 10));
}

#[tokio::test]
async fn requests_look_as_the_stream_says() {
    let server = Server::start(|asked| async move {
        let head = asked.head.to_ascii_lowercase();
        let right = asked.line == "POST /orders HTTP/1.1" && head.contains("host: 127.0.0.1:");
        answer(if right { 200 } else { 400 }, &[], "")
    });
    let mut orders = stream(50.0, 200_000);
    orders.method = "POST".to_owned();
    orders.path = "/orders".to_owned();
    orders.target = "worker".to_owned();
    let mut to_worker = target("http://127.0.0.1:9");
    to_worker.worker = server.url.clone();
    assert_eq!(run(vec![orders], to_worker).await.outcome(Outcome::Ok), 10);
}
