//! `lab dep`: the dependency simulator. It answers quotes, authorises orders, performs jobs and signs documents with
//! receipts, hangs when it is told to, and remembers every attempt. Its capacity is limited: too many calls at once are refused.

mod book;
mod control;
mod fault;
mod kind;
mod latency;
mod receipt;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;

use super::{
    call::Signed,
    dependency::{Ask, Quote},
    job,
    order::Order,
    render::Document,
};
use book::{Book, Outcome};
use kind::Kind;

/// How long it takes to be refused a session, longer than a fast job takes. Were it at once, a whole burst could be
/// refused while one fast job holds the last session, and what a pool that is too large costs would be a matter of luck.
const NO_SESSION: Duration = Duration::from_millis(20);

/// What handlers share. The lock is held for a few lines and never across an await.
#[derive(Clone, Default)]
struct Dep(Arc<Mutex<Book>>);

impl Dep {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Routes of the simulator.
pub fn routes() -> Router {
    Router::new()
        .route("/quote", get(quote))
        .route("/authorise", post(authorise))
        .route("/perform", post(perform))
        .route("/sign", post(sign))
        .route("/control/run", put(control::begin))
        .route("/control/fault", put(control::set_fault).delete(control::end_fault))
        .route("/control/state", get(control::state))
        .route("/control/attempts", get(control::attempts))
        .route("/control/reset", post(control::reset))
        .route("/metrics", get(control::metrics))
        .with_state(Dep::default())
}

async fn quote(State(dep): State<Dep>, Query(ask): Query<Ask>) -> Response {
    let item = ask.item;
    let Some(call) = Call::begin(&dep, Kind::Quote, ask) else { return too_many(Kind::Quote) };
    let receipt = call.answer().await;
    Json(Quote { item, price_cents: 500 + item % 9_500, receipt }).into_response()
}

async fn authorise(State(dep): State<Dep>, Query(order): Query<Order>) -> Response {
    let n = order.n;
    let ask = Ask { item: n, id: order.id };
    let Some(call) = Call::begin(&dep, Kind::Order, ask) else { return too_many(Kind::Order) };
    let receipt = call.answer().await;
    if n % 50 == 17 {
        let error = format!("order {n} is refused: its card is not accepted");
        return (StatusCode::PAYMENT_REQUIRED, Json(json!({ "error": error }))).into_response();
    }
    Json(Signed { receipt }).into_response()
}

/// What `POST /perform` takes.
#[derive(Deserialize)]
struct Work {
    job: String,
    kind: job::Kind,
}

async fn perform(State(dep): State<Dep>, Query(Work { job, kind }): Query<Work>) -> Response {
    let item = match job::check_name(&job) {
        Ok(k) => k,
        Err(why) => return (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response(),
    };
    let kind = Kind::Job(kind);
    let Some(call) = Call::begin(&dep, kind, Ask { item, id: job }) else {
        sleep(NO_SESSION).await;
        return too_many(kind);
    };
    Json(Signed { receipt: call.answer().await }).into_response()
}

async fn sign(State(dep): State<Dep>, Query(document): Query<Document>) -> Response {
    let Some(call) = Call::begin(&dep, Kind::Render, document.into_ask()) else { return too_many(Kind::Render) };
    Json(Signed { receipt: call.answer().await }).into_response()
}

fn too_many(kind: Kind) -> Response {
    (StatusCode::TOO_MANY_REQUESTS, Json(json!({ "error": kind.refusal() }))).into_response()
}

/// One call in progress. When the caller leaves, the handler is dropped and the call with it, unanswered.
struct Call {
    dep: Dep,
    kind: Kind,
    ask: Ask,
    /// Which run of the book it belongs to.
    run: u64,
    began: Instant,
    hang: Option<Duration>,
    answered: bool,
}

impl Call {
    /// A place for the call, or none when all are taken.
    fn begin(dep: &Dep, kind: Kind, ask: Ask) -> Option<Call> {
        let began = Instant::now();
        let mut book = dep.book();
        book.calls += 1;
        if book.in_flight[kind.count()] >= kind.most() {
            book.note(&ask, Outcome::Refused, began);
            return None;
        }
        let hang = book.hang(ask.item);
        book.in_flight[kind.count()] += 1;
        book.hanging += u64::from(hang.is_some());
        let run = book.number;
        Some(Call { dep: dep.clone(), kind, ask, run, began, hang, answered: false })
    }

    /// Takes its time, and returns the receipt when a run is on.
    async fn answer(mut self) -> Option<String> {
        sleep(self.hang.unwrap_or_else(|| self.kind.latency(&self.ask))).await;
        self.answered = true;
        self.dep.book().key().map(|key| key.receipt(self.kind, &self.ask))
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut book = self.dep.book();
        book.in_flight[self.kind.count()] -= 1;
        book.hanging -= u64::from(self.hang.is_some());
        // A call that was begun before this run is no attempt of this run.
        if self.run == book.number {
            book.note(&self.ask, if self.answered { Outcome::Answered } else { Outcome::Left }, self.began);
        }
    }
}
