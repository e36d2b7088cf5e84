//! `lab worker`: health and metrics for now.

use axum::{Router, routing::get};

use crate::sealed::build;

/// Routes of the worker.
pub fn routes() -> Router {
    Router::new().route("/metrics", get(|| async { build::metric() }))
}
