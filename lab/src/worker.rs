//! `lab worker`: takes batches of jobs, performs them, and tells who wants to know when each has ended.

use axum::{
    Extension, Json, Router,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use crate::sealed::{
    dependency::check_id,
    jobs::{Ask, Crew, Jobs, Refused, follow},
    log, reach,
    server::Leaving,
};

/// What handlers share.
#[derive(Clone)]
struct Worker {
    jobs: Jobs,
    crew: Crew,
}

/// Routes of the worker.
///
/// # Errors
/// When nobody can be had who performs jobs, as a sentence.
pub fn routes() -> Result<Router, String> {
    let jobs = Jobs::default();
    let crew = Crew::start(jobs.clone())?;
    Ok(Router::new()
        .route("/batches", post(submit))
        .route("/batches/{id}", get(report))
        .route("/completions", get(completions))
        .route("/control/reset", post(reset))
        .route("/metrics", get(metrics))
        .with_state(Worker { jobs, crew })
        .merge(reach::routes()))
}

#[derive(Deserialize)]
struct Named {
    id: Option<String>,
}

/// `POST /batches?id=<batch id>` with `{"fast": 3, "slow": 1}`: jobs `<batch id>.0` and so on.
async fn submit(State(worker): State<Worker>, Query(Named { id }): Query<Named>, body: Bytes) -> Response {
    let id = id.unwrap_or_else(|| worker.jobs.fresh_id());
    let ask = match check_id(&id).and_then(|()| Ask::parse(&body)) {
        Ok(ask) => ask,
        Err(why) => return refuse(StatusCode::BAD_REQUEST, &why),
    };
    match worker.crew.submit(id.clone(), ask).await {
        Ok(()) => (StatusCode::ACCEPTED, Json(json!({ "batch_id": id, "jobs": ask.jobs() }))).into_response(),
        Err(Refused::Known(why)) => refuse(StatusCode::CONFLICT, &why),
        Err(Refused::Full(why)) => refuse(StatusCode::SERVICE_UNAVAILABLE, &why),
    }
}

/// `GET /batches/{id}`: how far one of the latest batches is.
async fn report(State(worker): State<Worker>, Path(id): Path<String>) -> Response {
    match worker.jobs.report(&id) {
        Some(report) => Json(report).into_response(),
        None => refuse(StatusCode::NOT_FOUND, &format!("`{id}` is none of the latest batches")),
    }
}

#[derive(Deserialize)]
struct From {
    after: Option<u64>,
}

/// `GET /completions?after=<seq>`: a line for each job that ends, for as long as the caller stays.
async fn completions(
    State(worker): State<Worker>,
    Extension(leaving): Extension<Leaving>,
    Query(From { after }): Query<From>,
) -> Response {
    let feed = Body::from_stream(follow(&worker.jobs, after, leaving));
    ([(CONTENT_TYPE, "application/x-ndjson")], feed).into_response()
}

/// `POST /control/reset`: no job waits, none is being performed, none was.
async fn reset(State(worker): State<Worker>) -> StatusCode {
    worker.crew.reset().await;
    log::event(&json!({"event": "reset"}));
    StatusCode::NO_CONTENT
}

async fn metrics(State(worker): State<Worker>) -> String {
    worker.jobs.text()
}

fn refuse(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({ "error": why }))).into_response()
}
