//! `lab api`: the service in front.

use axum::{Router, routing::get};

use crate::{
    cases::timeouts,
    sealed::{dependency::Dependency, metrics},
};

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// The dependency, at most `CALLS_AT_ONCE` calls at a time.
    pub dep: Dependency,
}

/// Routes of the API.
pub fn routes() -> Router {
    let dep = Dependency::new(timeouts::CALLS_AT_ONCE);
    let gauges = dep.clone();
    let requests = metrics::Requests::default();
    let shown = requests.clone();
    Router::new()
        .route("/quote", get(timeouts::quote))
        .route_layer(axum::middleware::from_fn_with_state(requests, metrics::count))
        .route("/metrics", get(move || async move { format!("{}{}", shown.text(), gauges.text()) }))
        .with_state(App { dep })
}
