//! The control address of the dependency simulator: receipts' key, faults, and their undoing.

use std::time::Duration;

use brownout_core::plan::{FaultOrder, PlannedFault};
use serde::Deserialize;
use serde_json::json;

use crate::near;

/// A control call takes at most this long.
const PATIENCE: Duration = Duration::from_secs(2);

/// Speaks to `dep`.
#[derive(Debug, Clone)]
pub struct Dependency {
    base: String,
    client: reqwest::Client,
}

/// Why a control call failed.
#[derive(Debug, thiserror::Error)]
#[error("the dependency simulator did not obey ({what} at {url}): {why}; see logs/dep-0.log")]
pub struct ControlError {
    what: &'static str,
    url: String,
    why: String,
}

#[derive(Debug, Deserialize)]
struct State {
    fault: Option<serde_json::Value>,
    in_flight: u64,
}

impl Dependency {
    /// The simulator with this control address.
    pub fn new(base: &str) -> Self {
        Dependency { base: base.to_owned(), client: near::client() }
    }

    /// Ends faults and forgets the run before.
    pub async fn reset(&self) -> Result<(), ControlError> {
        self.call("reset", reqwest::Method::POST, "/control/reset", None).await.map(drop)
    }

    /// Tells which run comes and the key of its receipts.
    pub async fn begin(&self, run: &str, key: &[u8; 32]) -> Result<(), ControlError> {
        let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        self.call("run", reqwest::Method::PUT, "/control/run", Some(json!({"run": run, "key": key}))).await.map(drop)
    }

    /// Switches a fault on. It ends by itself a little after its time, should nobody be left to end it.
    pub async fn fault(&self, fault: &PlannedFault) -> Result<(), ControlError> {
        let FaultOrder::Hang { shard, shards, hang_ms } = fault.order;
        let expires_ms = (fault.until_us - fault.at_us) / 1_000 + 5_000;
        let order =
            json!({"kind": "hang", "shard": shard, "shards": shards, "hang_ms": hang_ms, "expires_ms": expires_ms});
        self.call("fault", reqwest::Method::PUT, "/control/fault", Some(order)).await.map(drop)
    }

    /// Ends the fault, if one is on.
    pub async fn heal(&self) -> Result<(), ControlError> {
        self.call("fault", reqwest::Method::DELETE, "/control/fault", None).await.map(drop)
    }

    /// Whether a fault is on, and how many calls are open.
    pub async fn state(&self) -> Result<(bool, u64), ControlError> {
        let text = self.call("state", reqwest::Method::GET, "/control/state", None).await?;
        let state: State = serde_json::from_str(&text).map_err(|error| self.error("state", "/control/state", error))?;
        Ok((state.fault.is_some(), state.in_flight))
    }

    async fn call(
        &self,
        what: &'static str,
        method: reqwest::Method,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> Result<String, ControlError> {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).timeout(PATIENCE);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(|error| self.error(what, path, error))?;
        let status = response.status();
        let text = response.text().await.map_err(|error| self.error(what, path, error))?;
        if status.is_success() { Ok(text) } else { Err(self.error(what, path, format!("{status}: {text}"))) }
    }

    fn error(&self, what: &'static str, path: &str, why: impl std::fmt::Display) -> ControlError {
        ControlError { what, url: format!("{}{path}", self.base), why: why.to_string() }
    }
}
