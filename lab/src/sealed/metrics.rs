//! `/metrics` in Prometheus' text format.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

/// Build id that was compiled in.
pub const BUILD: &str = match option_env!("LAB_BUILD_ID") {
    Some(id) => id,
    None => "unstamped",
};

/// The build as a metric.
pub fn build_info() -> String {
    format!("# TYPE lab_build_info gauge\nlab_build_info{{build=\"{BUILD}\"}} 1\n")
}

/// Requests to the API: how many are in progress and how they were answered.
#[derive(Clone, Default)]
pub struct Requests {
    in_flight: Arc<AtomicU64>,
    answers: Arc<Mutex<BTreeMap<u16, u64>>>,
}

/// Lowers a gauge when dropped, also when the caller has left and the handler was dropped.
pub struct Held(Arc<AtomicU64>);

impl Held {
    /// Raises a gauge.
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

/// Middleware: counts a request while it is in progress, and its answer.
pub async fn count(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let _held = Held::new(&requests.in_flight);
    let response = next.run(request).await;
    let mut answers = requests.answers.lock().unwrap_or_else(PoisonError::into_inner);
    *answers.entry(response.status().as_u16()).or_default() += 1;
    drop(answers);
    response
}

impl Requests {
    /// The metrics as text.
    pub fn text(&self) -> String {
        let mut text = build_info();
        text += &format!("# TYPE lab_api_in_flight gauge\nlab_api_in_flight {}\n", self.in_flight.load(Relaxed));
        text += "# TYPE lab_api_answers_total counter\n";
        for (status, count) in self.answers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            text += &format!("lab_api_answers_total{{status=\"{status}\"}} {count}\n");
        }
        text
    }
}
