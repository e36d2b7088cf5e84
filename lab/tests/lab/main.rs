//! The lab's contract: real processes, spoken to over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod attempts;
mod batches;
mod capacity;
mod completions;
mod ending;
mod faults;
mod feed;
mod health;
mod http;
mod leaving;
mod licence;
mod orders;
mod postgres;
mod process;
mod quotes;
mod receipts;
mod renders;
mod solved;
mod works;

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use http::{Answer, Open};
use process::Process;
use serde_json::{Value, json};

/// A dependency and an API in front of it.
struct Lab {
    dep: Process,
    api: Process,
}

impl Lab {
    fn start() -> Self {
        let dep = Process::start("dep", &[]);
        let api = Process::start("api", &[("DEP_URL", &format!("http://{}", dep.address))]);
        Self { dep, api }
    }

    fn ask(&self, item: u64, id: &str) -> Open {
        self.api.get(&format!("/quote?item={item}&id={id}"))
    }
}

impl Process {
    fn state(&self) -> Value {
        self.get("/control/state").answer().json()
    }

    fn in_flight(&self) -> u64 {
        self.state()["in_flight"].as_u64().unwrap()
    }

    fn fault(&self, order: &Value) -> Answer {
        self.put("/control/fault", order).answer()
    }

    /// Every call hangs from now on.
    fn hang_everything(&self, hang_ms: u64) {
        let order = json!({"kind": "hang", "shard": 0, "shards": 1, "hang_ms": hang_ms, "expires_ms": 90_000});
        assert_eq!(self.fault(&order).status, 204);
    }

    /// A value from `/metrics`, e.g. of `lab_api_in_flight`.
    fn metric(&self, name: &str) -> u64 {
        let text = self.get("/metrics").answer().body;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    }
}

/// Waits for a condition and returns how long it took.
fn until(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(10), "waited 10 s for {what}");
        sleep(Duration::from_millis(2));
    }
    began.elapsed()
}
