//! Calls to the hub's REST API.

use std::pin::pin;

use brownout_core::wire::Problem;
use futures::future::{Either, select};
use gloo_net::http::Method;
use gloo_timers::future::TimeoutFuture;
use serde::de::DeserializeOwned;

use crate::panel;

/// How long an answer is waited for, ms. Counting a long workshop takes seconds.
const PATIENCE_MS: u32 = 20_000;

/// Gets a JSON body under `/api/v1`.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Problem> {
    panel::read(&send(Method::GET, path, None, None).await?).map_err(told)
}

/// One call, with a JSON body or without; the answer's text. `at` is the number of the workshop's last event that the page
/// has seen: where somebody else did something meanwhile, the hub says so instead.
pub async fn send(method: Method, path: &str, body: Option<String>, at: Option<u64>) -> Result<String, Problem> {
    let seen = at.map(|at| ("if-match", format!("\"{at}\"")));
    let answer = pin!(panel::send_with(method, path, body, seen));
    match select(answer, TimeoutFuture::new(PATIENCE_MS)).await {
        Either::Left((answer, _)) => answer.map_err(told),
        // Without this a network that is silently gone would hold every button for minutes.
        Either::Right(_) => Err(told(Problem { kind: "away".to_owned(), ..Problem::default() })),
    }
}

/// Sends a file as it is; the answer's text.
pub async fn upload(path: &str, file: &web_sys::File) -> Result<String, Problem> {
    panel::upload(path, file).await.map_err(told)
}

fn told(problem: Problem) -> Problem {
    let detail = match problem.kind.as_str() {
        "away" => "The hub cannot be reached. It may be starting again; this page tries on.".to_owned(),
        // The sentences of the panel's calls.
        "status" | "unreadable" => problem.detail.replacen("The panel", "The hub", 1),
        _ => return problem,
    };
    Problem { detail, ..problem }
}
