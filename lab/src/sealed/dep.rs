//! `lab dep`: the dependency simulator. It answers quotes with receipts, hangs when it is told to, and keeps a log of
//! every attempt. Its capacity is limited: the 41st call at once is refused.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Query, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::time::sleep;

use super::{
    dependency::{Ask, Quote},
    log, metrics,
};

/// Calls that may be in progress at once.
const MOST: u64 = 40;
/// Attempts that are remembered.
const REMEMBERED: usize = 20_000;

#[derive(Clone, Default)]
struct Dep(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    run: Option<Run>,
    fault: Option<Fault>,
    in_flight: u64,
    hanging: u64,
    answered: u64,
    refused: u64,
    left: u64,
    calls: u64,
    attempts: VecDeque<Attempt>,
}

struct Run {
    id: String,
    key: Vec<u8>,
}

struct Fault {
    order: Order,
    ends: Instant,
}

/// What `PUT /control/fault` takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    kind: String,
    shard: u64,
    shards: u64,
    hang_ms: u64,
    expires_ms: u64,
}

#[derive(Clone, Serialize)]
struct Attempt {
    n: u64,
    id: String,
    item: u64,
    outcome: &'static str,
    took_ms: u64,
}

impl Dep {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The fault, if one is on and has not expired.
    fn fault(&mut self) -> Option<&Fault> {
        if self.fault.as_ref().is_some_and(|fault| fault.ends <= Instant::now()) {
            self.fault = None;
        }
        self.fault.as_ref()
    }

    fn hang(&mut self, item: u64) -> Option<Duration> {
        let order = &self.fault()?.order;
        (item % order.shards == order.shard).then(|| Duration::from_millis(order.hang_ms))
    }

    fn remember(&mut self, ask: &Ask, outcome: &'static str, began: Instant) {
        if self.attempts.len() == REMEMBERED {
            self.attempts.pop_front();
        }
        let took_ms = began.elapsed().as_millis() as u64;
        self.calls += 1;
        self.attempts.push_back(Attempt { n: self.calls, id: ask.id.clone(), item: ask.item, outcome, took_ms });
    }
}

/// One call in progress; when it is dropped unanswered, the caller has left.
struct Call {
    dep: Dep,
    ask: Ask,
    began: Instant,
    hangs: bool,
    answered: bool,
}

impl Drop for Call {
    fn drop(&mut self) {
        let outcome = if self.answered { "answered" } else { "left" };
        let mut inner = self.dep.lock();
        inner.in_flight -= 1;
        inner.hanging -= u64::from(self.hangs);
        if self.answered {
            inner.answered += 1
        } else {
            inner.left += 1
        }
        inner.remember(&self.ask, outcome, self.began);
    }
}

/// Routes of the simulator.
pub fn routes() -> Router {
    Router::new()
        .route("/quote", get(quote))
        .route("/control/run", put(begin))
        .route("/control/fault", put(set_fault).delete(end_fault))
        .route("/control/state", get(state))
        .route("/control/attempts", get(attempts))
        .route("/control/reset", post(reset))
        .route("/metrics", get(text))
        .with_state(Dep::default())
}

async fn quote(State(dep): State<Dep>, Query(ask): Query<Ask>) -> Response {
    let began = Instant::now();
    let (call, hang) = {
        let mut inner = dep.lock();
        if inner.in_flight >= MOST {
            inner.refused += 1;
            inner.remember(&ask, "refused", began);
            drop(inner);
            return (StatusCode::TOO_MANY_REQUESTS, "the dependency takes 40 calls at once\n").into_response();
        }
        let hang = inner.hang(ask.item);
        inner.in_flight += 1;
        inner.hanging += u64::from(hang.is_some());
        (Call { dep: dep.clone(), ask: ask.clone(), began, hangs: hang.is_some(), answered: false }, hang)
    };
    sleep(hang.unwrap_or_else(|| latency(&ask))).await;
    let receipt = receipt(&dep, &ask);
    let mut call = call;
    call.answered = true;
    drop(call);
    Json(Quote { item: ask.item, price_cents: 500 + ask.item % 9_500, receipt }).into_response()
}

/// How long a healthy call takes: about 25 ms, for six items in a hundred 120 to 160 ms.
fn latency(ask: &Ask) -> Duration {
    let mut random = hash(&ask.id);
    let mut uniform = || {
        // SplitMix64 (Steele, Lea and Flood, 2014).
        random = random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let seconds = if matches!(ask.item % 50, 7 | 21 | 38) {
        0.12 + 0.04 * uniform()
    } else {
        // Lognormal by Box and Muller (1958).
        let (a, b) = (1.0 - uniform(), uniform());
        let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
        (-3.7 + 0.2 * normal).exp().max(0.012)
    };
    Duration::from_secs_f64(seconds)
}

/// FNV-1a (Fowler, Noll, Vo), 64 bit.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn receipt(dep: &Dep, ask: &Ask) -> Option<String> {
    let inner = dep.lock();
    let mut mac = Hmac::<Sha256>::new_from_slice(&inner.run.as_ref()?.key).ok()?;
    mac.update(format!("quote:{}:{}", ask.id, ask.item).as_bytes());
    Some(hex(&mac.finalize().into_bytes()[..16]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[derive(Deserialize)]
struct Begin {
    run: String,
    key: String,
}

fn refuse(why: impl Into<String>) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why.into() }))).into_response()
}

async fn begin(State(dep): State<Dep>, body: Result<Json<Begin>, JsonRejection>) -> Response {
    let begin = match body {
        Ok(Json(begin)) => begin,
        Err(rejection) => return refuse(rejection.body_text()),
    };
    let Some(key) = unhex(&begin.key) else { return refuse("key must be 64 hex digits") };
    log::event(&json!({"event": "run", "run": begin.run}));
    clear(&mut dep.lock());
    dep.lock().run = Some(Run { id: begin.run, key });
    StatusCode::NO_CONTENT.into_response()
}

async fn set_fault(State(dep): State<Dep>, body: Result<Json<Order>, JsonRejection>) -> Response {
    let order = match body {
        Ok(Json(order)) => order,
        Err(rejection) => return refuse(rejection.body_text()),
    };
    if order.kind != "hang" || order.shards == 0 || order.shard >= order.shards {
        return refuse("kind must be `hang` and shard below shards");
    }
    log::event(&json!({"event": "fault", "on": true, "order": order}));
    let ends = Instant::now() + Duration::from_millis(order.expires_ms.min(3_600_000));
    dep.lock().fault = Some(Fault { order, ends });
    StatusCode::NO_CONTENT.into_response()
}

async fn end_fault(State(dep): State<Dep>) -> StatusCode {
    if dep.lock().fault.take().is_some() {
        log::event(&json!({"event": "fault", "on": false}));
    }
    StatusCode::NO_CONTENT
}

async fn reset(State(dep): State<Dep>) -> StatusCode {
    let mut inner = dep.lock();
    clear(&mut inner);
    inner.run = None;
    StatusCode::NO_CONTENT
}

/// No fault, counters at zero, nothing remembered. Calls in progress are still in progress.
fn clear(inner: &mut Inner) {
    let (in_flight, hanging) = (inner.in_flight, inner.hanging);
    *inner = Inner { in_flight, hanging, ..Inner::default() };
}

async fn state(State(dep): State<Dep>) -> Json<Value> {
    let mut inner = dep.lock();
    let fault = inner.fault().map(|fault| fault.order.clone());
    Json(json!({
        "run": inner.run.as_ref().map(|run| run.id.clone()),
        "fault": fault,
        "in_flight": inner.in_flight,
        "calls_total": inner.calls,
        "answered_total": inner.answered,
        "refused_total": inner.refused,
        "left_total": inner.left,
    }))
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

async fn attempts(State(dep): State<Dep>, Query(page): Query<Page>) -> Json<Value> {
    let inner = dep.lock();
    let limit = page.limit.unwrap_or(1_000).min(REMEMBERED);
    let attempts: Vec<Attempt> =
        inner.attempts.iter().filter(|attempt| attempt.n > page.after).take(limit).cloned().collect();
    let next = attempts.last().map_or(page.after, |attempt| attempt.n);
    Json(json!({ "next": next, "attempts": attempts }))
}

async fn text(State(dep): State<Dep>) -> String {
    let inner = dep.lock();
    format!(
        "{}# TYPE lab_dep_in_flight gauge\nlab_dep_in_flight {}\n# TYPE lab_dep_hanging gauge\nlab_dep_hanging {}\n\
         # TYPE lab_dep_calls_total counter\nlab_dep_calls_total{{outcome=\"answered\"}} {}\n\
         lab_dep_calls_total{{outcome=\"refused\"}} {}\nlab_dep_calls_total{{outcome=\"left\"}} {}\n",
        metrics::build_info(),
        inner.in_flight,
        inner.hanging,
        inner.answered,
        inner.refused,
        inner.left
    )
}
