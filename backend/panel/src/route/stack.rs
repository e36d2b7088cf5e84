//! The lab stack: status, deploy, reset, up, restart.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use brownout_core::stack::StackStatus;
use brownout_stack::StackError;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ask::Asked;
use crate::{
    app::App,
    problem::{Answer, Problem},
};

/// Whether to answer at once or when it is done.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wait {
    /// Answer when it is done, not at once.
    #[serde(default)]
    wait: bool,
}

/// The stack as it is now.
#[utoipa::path(get, path = "/stack", operation_id = "get_stack", tag = "stack", responses(
    (status = 200, description = "Services, builds and what is being done", body = StackStatus),
))]
pub(super) async fn status(State(app): State<App>) -> Json<StackStatus> {
    Json(app.stack.status().borrow().clone())
}

/// Builds the working copy and makes it live.
#[utoipa::path(post, path = "/stack/deploy", operation_id = "deploy_stack", tag = "stack", params(Wait), responses(
    (status = 200, description = "Done; with `wait`", body = StackStatus),
    (status = 202, description = "Begun; without `wait`"),
    (status = 422, description = "The stack could not do this; the detail says why and what to do"),
))]
pub(super) async fn deploy(State(app): State<App>, Asked(wait): Asked<Wait>) -> Answer<Response> {
    act(app, wait, |app| async move { app.stack.deploy().await.map(drop) }).await
}

/// Brings run-time state back to the seed.
#[utoipa::path(post, path = "/stack/reset", operation_id = "reset_stack", tag = "stack", params(Wait), responses(
    (status = 200, description = "Done; with `wait`", body = StackStatus),
    (status = 202, description = "Begun; without `wait`"),
    (status = 422, description = "The stack could not do this; the detail says why and what to do"),
))]
pub(super) async fn reset(State(app): State<App>, Asked(wait): Asked<Wait>) -> Answer<Response> {
    act(app, wait, |app| async move { app.stack.reset().await }).await
}

/// Brings the stack up; harmless when it is.
#[utoipa::path(post, path = "/stack/up", operation_id = "start_stack", tag = "stack", params(Wait), responses(
    (status = 200, description = "Done; with `wait`", body = StackStatus),
    (status = 202, description = "Begun; without `wait`"),
    (status = 422, description = "The stack could not do this; the detail says why and what to do"),
))]
pub(super) async fn up(State(app): State<App>, Asked(wait): Asked<Wait>) -> Answer<Response> {
    act(app, wait, |app| async move { app.stack.up().await }).await
}

/// Whether to answer when it is done, and whether to end a run with it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Restart {
    /// Answer when it is done, not at once.
    #[serde(default)]
    wait: bool,
    /// Also while a run goes on, which then fails.
    #[serde(default)]
    anyway: bool,
}

/// Ends every service and brings the stack up anew. Refused while a run goes on, which would fail.
#[utoipa::path(post, path = "/stack/restart", operation_id = "restart_stack", tag = "stack", params(Restart), responses(
    (status = 200, description = "Done; with `wait`", body = StackStatus),
    (status = 202, description = "Begun; without `wait`"),
    (status = 409, description = "A run goes on"),
    (status = 422, description = "The stack could not do this; the detail says why and what to do"),
))]
pub(super) async fn restart(State(app): State<App>, Asked(asked): Asked<Restart>) -> Answer<Response> {
    if let Some(run) = app.conductor.running().filter(|_| !asked.anyway) {
        let detail = format!("Run {run} goes on and would fail. Stop it first, or restart with ?anyway=true.");
        return Err(Problem::new(StatusCode::CONFLICT, "run-active", "A run goes on", detail));
    }
    act(app, Wait { wait: asked.wait }, |app| async move {
        app.stack.down().await?;
        app.stack.up().await
    })
    .await
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
        Err(error) => Err(of_stack(&error)),
    }
}

/// A stack's error as a problem. Its word tells code that does not compile from a process that does not start.
fn of_stack(error: &StackError) -> Problem {
    let (kind, title) = match error {
        StackError::Build { .. } => ("build", "The lab does not build"),
        StackError::NotReady { .. } => ("not-ready", "A service did not become ready"),
        StackError::PortTaken { .. } => ("port-taken", "A port is in use"),
        StackError::Manifest { .. } => ("manifest", "A manifest cannot be read"),
        _ => ("stack", "The stack could not do this"),
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title, error.to_string())
}
