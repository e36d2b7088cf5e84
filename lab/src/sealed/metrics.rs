//! The API's requests as metrics, in Prometheus' text format.

use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};

use super::build;

/// How a request to the API can end. `refused` is the dependency's word; `left` means that the client did not wait for
/// the answer.
const OUTCOMES: [&str; 7] = ["ok", "degraded", "unavailable", "refused", "invalid", "failed", "left"];

/// Requests to the API: how many are in progress, and how the others ended.
#[derive(Clone, Default)]
pub struct Requests {
    in_flight: Arc<AtomicU64>,
    ended: Arc<[AtomicU64; OUTCOMES.len()]>,
}

/// Middleware: counts a request while it is in progress, and how it ended.
pub async fn count(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let mut open = Open { _held: Held::new(&requests.in_flight), requests, outcome: "left" };
    let response = next.run(request).await;
    open.outcome = match response.status() {
        StatusCode::OK if response.headers().contains_key("x-degraded") => "degraded",
        StatusCode::OK | StatusCode::CREATED => "ok",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        StatusCode::PAYMENT_REQUIRED | StatusCode::CONFLICT => "refused",
        status if status.is_client_error() => "invalid",
        _ => "failed",
    };
    response
}

impl Requests {
    /// The metrics as text.
    pub fn text(&self) -> String {
        let mut text = build::metric();
        text += &format!("# TYPE lab_api_in_flight gauge\nlab_api_in_flight {}\n", self.in_flight.load(Relaxed));
        text += "# TYPE lab_api_answers_total counter\n";
        for (outcome, count) in OUTCOMES.iter().zip(self.ended.iter()) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "lab_api_answers_total{{outcome=\"{outcome}\"}} {}", count.load(Relaxed));
        }
        text
    }
}

/// A request in progress. It is dropped when it was answered, when its client left, and when its handler panicked.
struct Open {
    requests: Requests,
    outcome: &'static str,
    _held: Held,
}

impl Drop for Open {
    fn drop(&mut self) {
        let outcome = if std::thread::panicking() { "failed" } else { self.outcome };
        if let Some(at) = OUTCOMES.iter().position(|known| *known == outcome) {
            self.requests.ended[at].fetch_add(1, Relaxed);
        }
    }
}

/// One more on a gauge, for as long as it is held.
pub struct Held(Arc<AtomicU64>);

impl Held {
    /// Raises the gauge; dropping lowers it.
    pub fn new(gauge: &Arc<AtomicU64>) -> Self {
        gauge.fetch_add(1, Relaxed);
        Held(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
