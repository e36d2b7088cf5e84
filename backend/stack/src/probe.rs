//! Asks a replica how it is, as the kubelet does.

use std::{net::SocketAddr, time::Duration};

use crate::{
    error::StackError,
    manifest::{Probe, Question},
    postgres::greeting,
};

/// Asks over loopback; a new connection each time, as the kubelet does.
#[derive(Debug, Clone)]
pub(crate) struct Prober {
    http: reqwest::Client,
}

/// What a healthy replica said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Healthy {
    /// The build that answered, from `x-lab-build`; empty when it does not say.
    pub(crate) build: String,
}

impl Prober {
    pub(crate) fn new() -> Result<Self, StackError> {
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build();
        let http =
            http.map_err(|error| StackError::System { what: "no HTTP client", source: std::io::Error::other(error) })?;
        Ok(Self { http })
    }

    /// Asks once.
    ///
    /// # Errors
    /// A clause that says what is wrong, e.g. `/readyz answered 503`.
    pub(crate) async fn ask(&self, at: SocketAddr, probe: &Probe) -> Result<Healthy, String> {
        match &probe.question {
            Question::Get(path) => self.get(at, path, probe).await,
            Question::Postgres => greeting::exchange(at, probe.timeout).await.map(|()| Healthy::default()),
        }
    }

    async fn get(&self, at: SocketAddr, path: &str, probe: &Probe) -> Result<Healthy, String> {
        let answer = self.http.get(format!("http://{at}{path}")).timeout(probe.timeout).send().await;
        match answer {
            Ok(answer) if answer.status().is_success() => {
                let build = answer.headers().get("x-lab-build").and_then(|value| value.to_str().ok());
                Ok(Healthy { build: build.unwrap_or_default().to_owned() })
            }
            Ok(answer) => Err(format!("{path} answered {}", answer.status().as_u16())),
            Err(error) if error.is_timeout() => {
                Err(format!("{path} did not answer within {} s", probe.timeout.as_secs_f64()))
            }
            Err(error) if error.is_connect() => Err(format!("{path}: no connection")),
            Err(_) => Err(format!("{path}: the connection was closed")),
        }
    }

    /// The build that answers at a URL; `None` when nobody of the lab does.
    pub(crate) async fn build(&self, url: String, within: Duration) -> Option<String> {
        let answer = self.http.get(url).timeout(within).send().await.ok()?.error_for_status().ok()?;
        answer.headers().get("x-lab-build")?.to_str().ok().map(str::to_owned)
    }

    /// Reads a text, for gauges.
    pub(crate) async fn read(&self, url: String, within: Duration) -> Option<String> {
        let answer = self.http.get(url).timeout(within).send().await.ok()?;
        answer.error_for_status().ok()?.text().await.ok()
    }

    /// Posts nothing, and wants success.
    pub(crate) async fn post(&self, url: String, within: Duration) -> Result<(), String> {
        let answer =
            self.http.post(url).timeout(within).send().await.map_err(|error| error.without_url().to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("it answered {}", answer.status())) }
    }
}
