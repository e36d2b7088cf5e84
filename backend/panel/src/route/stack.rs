//! The lab stack: status, deploy, reset, up.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use brownout_core::stack::StackStatus;
use brownout_stack::StackError;
use serde::Deserialize;

use super::ask::Asked;
use crate::{
    app::App,
    problem::{Answer, Problem},
};

/// Whether to answer at once or when it is done.
#[derive(Debug, Deserialize)]
pub(super) struct Wait {
    #[serde(default)]
    wait: bool,
}

/// The stack as it is now.
pub(super) async fn status(State(app): State<App>) -> Json<StackStatus> {
    Json(app.stack.status().borrow().clone())
}

/// Builds the working copy and makes it live.
pub(super) async fn deploy(State(app): State<App>, Asked(wait): Asked<Wait>) -> Answer<Response> {
    act(app, wait, |app| async move { app.stack.deploy().await.map(drop) }).await
}

/// Brings run-time state back to the seed.
pub(super) async fn reset(State(app): State<App>, Asked(wait): Asked<Wait>) -> Answer<Response> {
    act(app, wait, |app| async move { app.stack.reset().await }).await
}

/// Brings the stack up; harmless when it is.
pub(super) async fn up(State(app): State<App>, Asked(wait): Asked<Wait>) -> Answer<Response> {
    act(app, wait, |app| async move { app.stack.up().await }).await
}

/// Runs an action of the stack in a task of the panel, so that it goes on when the caller leaves.
async fn act<F>(app: App, wait: Wait, action: impl FnOnce(App) -> F + Send + 'static) -> Answer<Response>
where
    F: Future<Output = Result<(), StackError>> + Send,
{
    let task_app = app.clone();
    let task = app.tasks.spawn(async move { action(task_app).await });
    if !wait.wait {
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    match task.await.map_err(Problem::internal)? {
        Ok(()) => Ok(Json(app.stack.status().borrow().clone()).into_response()),
        Err(error) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "stack",
            "The stack could not do this",
            error.to_string(),
        )),
    }
}
