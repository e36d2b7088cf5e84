//! Calls to the panel's REST API.

use brownout_core::{
    by_value::from_value,
    event::RunEnvelope,
    wire::{Problem, RunStarted, StartRun},
};
use gloo_net::http::{Method, Request, RequestBuilder};
use leptos::{prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::parts::alert::Alert;

/// Gets a JSON body under `/api/v1`.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Problem> {
    read(&text(path).await?)
}

/// Gets a text under `/api/v1`.
pub async fn text(path: &str) -> Result<String, Problem> {
    send(Method::GET, path, None).await
}

/// All events of a run.
pub async fn events(id: &str) -> Result<Vec<RunEnvelope>, Problem> {
    text(&format!("/runs/{id}/events")).await?.lines().map(read).collect()
}

/// Starts a run; its id.
pub async fn start(scenario: &str, anyway: bool) -> Result<String, Problem> {
    let body = StartRun { scenario: scenario.to_owned(), anyway };
    let answer = send(Method::POST, "/runs", serde_json::to_string(&body).ok()).await?;
    read::<RunStarted>(&answer).map(|started| started.id)
}

/// A body with these fields, as the type of core has them, without code for that type alone.
pub fn body(fields: &[(&str, Value)]) -> Option<String> {
    // Not collected: a map of the library is sorted for it, which is 3 KB to download.
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert((*name).to_owned(), value.clone());
    }
    Some(Value::Object(object).to_string())
}

/// A call without a body.
pub async fn post(path: &str) -> Result<(), Problem> {
    send(Method::POST, path, None).await.map(drop)
}

/// Asks the panel to do something; what is wrong with it is told on the page. `busy` holds until it has answered.
pub fn ask(alert: Alert, path: String, busy: RwSignal<bool>) {
    alert.0.set(None);
    busy.set(true);
    spawn_local(async move {
        if let Err(problem) = post(&path).await {
            alert.0.set(Some(problem.detail));
        }
        busy.try_set(false);
    });
}

/// One call, with a JSON body or without; the answer's text.
pub async fn send(method: Method, path: &str, body: Option<String>) -> Result<String, Problem> {
    send_with(method, path, body, None).await
}

/// The same with a header.
pub async fn send_with(
    method: Method,
    path: &str,
    body: Option<String>,
    header: Option<(&str, String)>,
) -> Result<String, Problem> {
    let request = RequestBuilder::new(&format!("/api/v1{path}")).method(method);
    let request = match header {
        Some((name, value)) => request.header(name, &value),
        None => request,
    };
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body),
        None => request.build(),
    };
    answer(path, request).await
}

/// Posts a file as it is; the answer's text.
pub async fn upload(path: &str, file: &web_sys::File) -> Result<String, Problem> {
    let request = RequestBuilder::new(&format!("/api/v1{path}")).method(Method::POST);
    answer(path, request.header("content-type", "application/octet-stream").body(file)).await
}

async fn answer(path: &str, request: Result<Request, gloo_net::Error>) -> Result<String, Problem> {
    let response = request.map_err(|error| unreadable(&error))?.send().await.map_err(away)?;
    let text = response.text().await.map_err(|error| unreadable(&error))?;
    if response.ok() {
        return Ok(text);
    }
    let status = response.status();
    Err(read(&text).unwrap_or_else(|_| problem("status", &format!("The panel answered {status} to {path}."))))
}

/// By way of a value: one family of generated code instead of two, which is much of what the browser downloads.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let value = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
    from_value(&value).map_err(|error| unreadable(&error))
}

fn away(_: gloo_net::Error) -> Problem {
    problem("away", "The panel cannot be reached. Is it still running in its terminal?")
}

fn unreadable(error: &dyn std::fmt::Display) -> Problem {
    problem("unreadable", &format!("The panel's answer cannot be read ({error}). Reload this page."))
}

fn problem(kind: &str, detail: &str) -> Problem {
    Problem { kind: kind.to_owned(), detail: detail.to_owned(), ..Problem::default() }
}
