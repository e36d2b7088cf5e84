//! What the panel tells the simulator, and what it reads.

use axum::{
    Json,
    extract::{Query, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Dep,
    book::Book,
    fault::{Fault, Order},
    kind::Kind,
    receipt::{Key, Run},
};
use crate::sealed::{build, job, log};

#[derive(Deserialize)]
pub(super) struct Begin {
    run: String,
    key: String,
}

/// `PUT /control/run`: a new run with its key.
pub(super) async fn begin(
    State(dep): State<Dep>,
    body: Result<Json<Begin>, JsonRejection>,
) -> Result<StatusCode, Response> {
    let Json(begin) = body.map_err(|rejection| refuse(rejection.body_text()))?;
    let key = Key::parse(&begin.key).map_err(refuse)?;
    log::event(&json!({"event": "run", "run": begin.run}));
    dep.book().begin(Some(Run { id: begin.run, key }));
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /control/fault`: a fault in place of the one before.
pub(super) async fn set_fault(
    State(dep): State<Dep>,
    body: Result<Json<Order>, JsonRejection>,
) -> Result<StatusCode, Response> {
    let Json(order) = body.map_err(|rejection| refuse(rejection.body_text()))?;
    let fault = Fault::try_from(order).map_err(refuse)?;
    log::event(&json!({"event": "fault", "on": true, "order": fault.order}));
    dep.book().fault = Some(fault);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /control/fault`: no fault, whether or not there was one.
pub(super) async fn end_fault(State(dep): State<Dep>) -> StatusCode {
    let ended = dep.book().fault.take();
    if ended.is_some() {
        log::event(&json!({"event": "fault", "on": false}));
    }
    StatusCode::NO_CONTENT
}

/// `POST /control/reset`: no fault, no key, counters zero.
pub(super) async fn reset(State(dep): State<Dep>) -> StatusCode {
    let mut book = dep.book();
    book.begin(None);
    book.fault = None;
    drop(book);
    log::event(&json!({"event": "reset"}));
    StatusCode::NO_CONTENT
}

/// `GET /control/state`.
pub(super) async fn state(State(dep): State<Dep>) -> Json<Value> {
    let mut book = dep.book();
    let fault = book.fault().map(|fault| fault.order.clone());
    Json(json!({
        "run": book.run.as_ref().map(|run| &run.id),
        "fault": fault,
        "in_flight": book.in_flight.iter().sum::<u64>(),
        "calls_total": book.calls,
        "answered_total": book.answered,
        "refused_total": book.refused,
        "left_total": book.left,
    }))
}

#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    after: u64,
    #[serde(default = "Page::limit")]
    limit: usize,
}

impl Page {
    fn limit() -> usize {
        1_000
    }
}

/// `GET /control/attempts?after=N&limit=M`: `next` is the `after` of the following page.
pub(super) async fn attempts(State(dep): State<Dep>, Query(page): Query<Page>) -> Json<Value> {
    let attempts = dep.book().attempts(page.after, page.limit);
    let next = attempts.last().map_or(page.after, |attempt| attempt.n);
    Json(json!({ "next": next, "attempts": attempts }))
}

/// `GET /metrics`.
pub(super) async fn metrics(State(dep): State<Dep>) -> String {
    let Book { in_flight, hanging, answered, refused, left, .. } = *dep.book();
    let licensed = in_flight[Kind::Job(job::Kind::Slow).count()];
    let in_flight: u64 = in_flight.iter().sum();
    format!(
        "{}# TYPE lab_dep_in_flight gauge\nlab_dep_in_flight {in_flight}\n\
         # TYPE lab_dep_licence_in_use gauge\nlab_dep_licence_in_use {licensed}\n\
         # TYPE lab_dep_hanging gauge\nlab_dep_hanging {hanging}\n\
         # TYPE lab_dep_calls_total counter\n\
         lab_dep_calls_total{{outcome=\"answered\"}} {answered}\n\
         lab_dep_calls_total{{outcome=\"refused\"}} {refused}\n\
         lab_dep_calls_total{{outcome=\"left\"}} {left}\n",
        build::metric(),
    )
}

fn refuse(why: String) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response()
}
