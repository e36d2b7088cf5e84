//! Calls to the panel's REST API.

use brownout_core::{
    by_value::from_value,
    event::RunEnvelope,
    fold::Run,
    wire::{Problem, RunStarted, StartRun},
};
use gloo_net::http::{Request, Response};
use serde::de::DeserializeOwned;

/// Gets a JSON body under `/api/v1`.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Problem> {
    let response = Request::get(&format!("/api/v1{path}")).send().await.map_err(away)?;
    decode(checked(response).await?).await
}

/// All events of a run, folded.
pub async fn run(id: &str) -> Result<Run, Problem> {
    let response = Request::get(&format!("/api/v1/runs/{id}/events")).send().await.map_err(away)?;
    let text = checked(response).await?.text().await.map_err(|error| unreadable(&error))?;
    let mut run = Run::default();
    for line in text.lines() {
        run.apply(&read::<RunEnvelope>(line)?);
    }
    Ok(run)
}

/// Starts a run; its id.
pub async fn start(scenario: &str, anyway: bool) -> Result<String, Problem> {
    let body = StartRun { scenario: scenario.to_owned(), anyway };
    let request = Request::post("/api/v1/runs").json(&body).map_err(|error| unreadable(&error))?;
    let response = checked(request.send().await.map_err(away)?).await?;
    decode::<RunStarted>(response).await.map(|started| started.id)
}

/// A call without a body and without an answer.
pub async fn post(path: &str) -> Result<(), Problem> {
    let response = Request::post(&format!("/api/v1{path}")).send().await.map_err(away)?;
    checked(response).await.map(drop)
}

async fn checked(response: Response) -> Result<Response, Problem> {
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let problem_of = |_| problem("status", &format!("the panel answered {status}"));
    Err(decode(response).await.unwrap_or_else(problem_of))
}

async fn decode<T: DeserializeOwned>(response: Response) -> Result<T, Problem> {
    read(&response.text().await.map_err(|error| unreadable(&error))?)
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
