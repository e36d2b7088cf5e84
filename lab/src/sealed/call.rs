//! One HTTP call to the dependency. Dropping its future closes the connection, so that the dependency sees the caller
//! leave.

use std::fmt;

use axum::http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Why there is no answer.
#[derive(Debug)]
pub struct Unavailable(pub(super) String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the dependency answers when it did what it was asked; without a run there is no receipt.
#[derive(Serialize, Deserialize)]
pub(super) struct Signed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) receipt: Option<String>,
}

/// What it answers when it does not want to.
#[derive(Deserialize)]
pub(super) struct Refusal {
    pub(super) error: String,
}

/// Calls the dependency at `DEP_URL`. Cloning shares the connections.
#[derive(Clone)]
pub(super) struct Caller {
    base: String,
    client: Client<HttpConnector, Empty<Bytes>>,
}

impl Caller {
    /// Nothing is called before somebody asks.
    pub(super) fn new() -> Self {
        Caller {
            base: std::env::var("DEP_URL").unwrap_or_else(|_| "http://dep:8082".to_owned()),
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Where the dependency is.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Status and body of the answer.
    pub(super) async fn call(&self, method: Method, path: &str) -> Result<(StatusCode, Bytes), Unavailable> {
        let uri: Uri = format!("{}{path}", self.base)
            .parse()
            .map_err(|error| Unavailable(format!("DEP_URL is `{}`, which is no address: {error}", self.base)))?;
        let request = Request::builder().method(method).uri(uri).body(Empty::new());
        let request = request.map_err(|error| Unavailable(error.to_string()))?;
        let response = self.client.request(request).await.map_err(cannot_reach)?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(cannot_reach)?.to_bytes();
        Ok((status, body))
    }
}

/// Reads an answer of the dependency.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unavailable> {
    serde_json::from_slice(body)
        .map_err(|error| Unavailable(format!("the dependency's answer cannot be read: {error}")))
}

/// The error with its causes: "connect error" alone does not help.
fn cannot_reach(error: impl std::error::Error) -> Unavailable {
    let mut why = format!("the dependency cannot be reached: {error}");
    let mut cause = error.source();
    while let Some(next) = cause {
        why += &format!(": {next}");
        cause = next.source();
    }
    Unavailable(why)
}
