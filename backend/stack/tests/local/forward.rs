//! What the forwarder passes on.

use std::time::{Duration, Instant};

use brownout_core::stack::ServiceState;
use brownout_stack::Stack;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::bench::{Bench, dep_state, http, kill, service, until};

async fn hang_everything(dep: &str) {
    let fault = r#"{"kind":"hang","shard":0,"shards":1,"hang_ms":60000,"expires_ms":90000}"#;
    let put = http().put(format!("{dep}/control/fault")).header("content-type", "application/json").body(fault);
    assert!(put.send().await.unwrap().status().is_success());
}

async fn in_flight(dep: &str) -> u64 {
    dep_state(dep).await["in_flight"].as_u64().unwrap()
}

/// Asks through the API, leaves as told after 100 ms, and returns how long the dependency took to notice.
async fn leave(api: &str, dep: &str, go: impl FnOnce(TcpStream)) -> Duration {
    let host = api.trim_start_matches("http://");
    let mut client = TcpStream::connect(host).await.unwrap();
    client.write_all(format!("GET /quote?item=1&id=leaver HTTP/1.1\r\nhost: {host}\r\n\r\n").as_bytes()).await.unwrap();
    let asked = async {
        while in_flight(dep).await == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), asked).await.unwrap();
    sleep(Duration::from_millis(100)).await;
    go(client);
    let left = Instant::now();
    let noticed = async {
        while in_flight(dep).await > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), noticed).await.unwrap();
    left.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_is_gone_for_the_dependency_within_300_ms() {
    let bench = Bench::new("steady");
    let stack = bench.up().await;
    let endpoints = stack.endpoints();
    hang_everything(&endpoints.dep).await;
    let closed = leave(&endpoints.api, &endpoints.dep, drop).await;
    let reset = leave(&endpoints.api, &endpoints.dep, |client| client.set_zero_linger().unwrap()).await;
    println!("noticed after {closed:?} (close), {reset:?} (reset)");
    assert!(closed < Duration::from_millis(300) && reset < Duration::from_millis(300), "{closed:?} {reset:?}");
    assert_eq!(dep_state(&endpoints.dep).await["left_total"], 2);
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_ready_replica_a_connection_is_refused_at_once() {
    let bench = Bench::new("steady");
    let stack = bench.up().await;
    kill(bench.process("api-0"));
    until(&stack, "a back-off", |status| service(status, "api").state == ServiceState::BackingOff).await;
    let host = stack.endpoints().api.trim_start_matches("http://").to_owned();
    let refused = async {
        let mut client = TcpStream::connect(host).await?;
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
        client.read(&mut [0; 1]).await
    };
    let outcome = timeout(Duration::from_secs(1), refused).await.unwrap();
    assert!(outcome.is_err(), "{outcome:?}");
    stack.down().await.unwrap();
}
