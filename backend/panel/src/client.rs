//! How commands speak to the panel that runs: its REST API and its live feed, with the token of `panel.json`.

use std::{path::Path, time::Duration};

use anyhow::Context;
use brownout_core::wire::{LiveMessage, Problem};
use futures::{Stream, StreamExt};
use reqwest::{
    Method, Response,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde::de::DeserializeOwned;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::{
    near,
    record::{Kind, Record, read_of},
};

/// A panel that answers.
#[derive(Debug, Clone)]
pub struct Client {
    record: Record,
    http: reqwest::Client,
}

/// An answer of the panel that is no success.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.detail)]
pub struct Refused(pub Problem);

impl Client {
    /// The panel of a data directory, if one lives there.
    pub async fn find(data_dir: &Path) -> Option<Client> {
        Client::find_kind(Kind::Panel, data_dir).await
    }

    /// The panel or hub of a folder, if one lives there.
    pub async fn find_kind(kind: Kind, data_dir: &Path) -> Option<Client> {
        let record = read_of(kind, data_dir)?;
        let client = Client { record, http: near::client() };
        let probe = client.http.get(client.url("/healthz")).timeout(Duration::from_secs(2));
        let answer = probe.send().await.ok()?;
        answer.status().is_success().then_some(client)
    }

    /// What the panel says about itself.
    pub fn record(&self) -> &Record {
        &self.record
    }

    fn url(&self, path: &str) -> String {
        // By number: a name could resolve to a loopback on which another program listens.
        format!("{}{path}", self.record.url.replace("//localhost", "//127.0.0.1"))
    }

    /// Calls a route under `/api/v1`.
    pub async fn call(&self, method: Method, path: &str, body: Option<serde_json::Value>) -> anyhow::Result<Response> {
        self.ask(method, &format!("/api/v1{path}"), body).await
    }

    /// Sends a file to a route under `/api/v1`.
    pub async fn send_file<T: DeserializeOwned>(&self, path: &str, bytes: Vec<u8>) -> anyhow::Result<T> {
        let request = self.http.request(Method::POST, self.url(&format!("/api/v1{path}"))).body(bytes);
        let response = self.answer(path, request.header(CONTENT_TYPE, "application/gzip")).await?;
        response.json().await.with_context(|| format!("the answer to {path} cannot be read; is it of another version?"))
    }

    /// Gets a page of the panel that is one file.
    pub async fn page(&self, path: &str) -> anyhow::Result<String> {
        let answer = self.ask(Method::GET, path, None).await?;
        answer.text().await.with_context(|| format!("the panel's answer to {path} cannot be read"))
    }

    async fn ask(&self, method: Method, path: &str, body: Option<serde_json::Value>) -> anyhow::Result<Response> {
        let mut request = self.http.request(method, self.url(path));
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.answer(path, request).await
    }

    async fn answer(&self, path: &str, request: reqwest::RequestBuilder) -> anyhow::Result<Response> {
        let request = request.header(AUTHORIZATION, format!("Bearer {}", self.record.token));
        let response =
            request.send().await.with_context(|| format!("the panel at {} does not answer", self.record.url))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let text = response.text().await.unwrap_or_default();
        let problem = serde_json::from_str(&text).unwrap_or_else(|_| Problem {
            status: status.as_u16(),
            detail: format!("the panel answered {status} to {path}: {text}"),
            ..Problem::default()
        });
        Err(Refused(problem).into())
    }

    /// Gets a JSON body.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let response = self.call(Method::GET, path, None).await?;
        response
            .json()
            .await
            .with_context(|| format!("the panel's answer to {path} cannot be read; is it of another version?"))
    }

    /// Follows the live feed from now on.
    pub async fn live(&self) -> anyhow::Result<impl Stream<Item = LiveMessage> + Unpin + use<>> {
        let url = self.url("/api/v1/live").replace("http://", "ws://");
        let mut request = url.into_client_request().context("the panel's address")?;
        let token = format!("Bearer {}", self.record.token).parse().context("the panel's token")?;
        request.headers_mut().insert("authorization", token);
        let (socket, _) = connect_async(request).await.context("the panel's live feed cannot be followed")?;
        let messages = socket.take_while(|message| std::future::ready(message.is_ok())).filter_map(|message| {
            let message = match message {
                Ok(Message::Text(text)) => serde_json::from_str(text.as_str()).ok(),
                _ => None,
            };
            std::future::ready(message)
        });
        Ok(Box::pin(messages))
    }
}
