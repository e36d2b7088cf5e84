//! Calls to the panel's REST API.

use brownout_core::{
    by_value::from_value,
    event::RunEnvelope,
    wire::{Problem, RunStarted, StartRun},
};
use gloo_net::http::{Method, RequestBuilder};
use leptos::{prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;

use crate::app::Alert;

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
    let request = RequestBuilder::new(&format!("/api/v1{path}")).method(method);
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body),
        None => request.build(),
    };
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
