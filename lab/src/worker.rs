//! `lab worker`: health and metrics for now.

use axum::{Router, routing::get};

use crate::sealed::metrics;

/// Routes of the worker.
pub fn routes() -> Router {
    Router::new().route("/metrics", get(|| async { metrics::build_info() }))
}
