//! `lab dep`: the dependency simulator. It answers quotes with receipts, hangs when it is told to, and remembers every
//! attempt. Its capacity is limited: the 41st call at once is refused.

mod book;
mod control;
mod fault;
mod latency;
mod receipt;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde_json::json;
use tokio::time::sleep;

use super::dependency::{Ask, Quote};
use book::{Book, Outcome};

/// Calls that may be in progress at once.
const MOST: u64 = 40;

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
        .route("/control/run", put(control::begin))
        .route("/control/fault", put(control::set_fault).delete(control::end_fault))
        .route("/control/state", get(control::state))
        .route("/control/attempts", get(control::attempts))
        .route("/control/reset", post(control::reset))
        .route("/metrics", get(control::metrics))
        .with_state(Dep::default())
}

async fn quote(State(dep): State<Dep>, Query(ask): Query<Ask>) -> Response {
    let Some(call) = Call::begin(&dep, ask) else {
        let error = format!("the dependency takes {MOST} calls at once; try again later");
        return (StatusCode::TOO_MANY_REQUESTS, Json(json!({ "error": error }))).into_response();
    };
    sleep(call.hang.unwrap_or_else(|| latency::of(&call.ask))).await;
    Json(call.answer()).into_response()
}

/// One call in progress. When the caller leaves, the handler is dropped and the call with it, unanswered.
struct Call {
    dep: Dep,
    ask: Ask,
    /// Which run of the book it belongs to.
    run: u64,
    began: Instant,
    hang: Option<std::time::Duration>,
    answered: bool,
}

impl Call {
    /// A place for the call, or none when all are taken.
    fn begin(dep: &Dep, ask: Ask) -> Option<Call> {
        let began = Instant::now();
        let mut book = dep.book();
        book.calls += 1;
        if book.in_flight >= MOST {
            book.note(&ask, Outcome::Refused, began);
            return None;
        }
        let hang = book.hang(ask.item);
        book.in_flight += 1;
        book.hanging += u64::from(hang.is_some());
        let run = book.number;
        Some(Call { dep: dep.clone(), ask, run, began, hang, answered: false })
    }

    fn answer(mut self) -> Quote {
        self.answered = true;
        let receipt = self.dep.book().key().map(|key| key.receipt(&self.ask));
        Quote { item: self.ask.item, price_cents: 500 + self.ask.item % 9_500, receipt }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut book = self.dep.book();
        book.in_flight -= 1;
        book.hanging -= u64::from(self.hang.is_some());
        // A call that was begun before this run is no attempt of this run.
        if self.run == book.number {
            book.note(&self.ask, if self.answered { Outcome::Answered } else { Outcome::Left }, self.began);
        }
    }
}
