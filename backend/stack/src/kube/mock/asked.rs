//! What the mock was asked.

use std::collections::BTreeMap;

use http::{Request, header};
use kube::client::Body;
use serde_json::Value;

use super::place::Place;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(in crate::kube) struct Asked {
    pub(in crate::kube) method: String,
    pub(in crate::kube) path: String,
    pub(in crate::kube) query: BTreeMap<String, String>,
    pub(in crate::kube) headers: http::HeaderMap,
    pub(in crate::kube) body: Value,
}

impl Asked {
    pub(super) async fn of(request: Request<Body>) -> Self {
        let (head, body) = request.into_parts();
        let body = body.collect_bytes().await.unwrap();
        let url = reqwest::Url::parse(&format!("http://mock{}", head.uri)).unwrap();
        Self {
            method: head.method.to_string(),
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            headers: head.headers,
            body: if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() },
        }
    }

    /// A parameter of the query; empty when it was not given.
    pub(in crate::kube) fn parameter(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// A header; empty when it was not given.
    pub(in crate::kube) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn watches(&self) -> bool {
        self.parameter("watch") == "true"
    }

    pub(super) fn place(&self) -> Place {
        Place::of(&self.path)
    }
}
