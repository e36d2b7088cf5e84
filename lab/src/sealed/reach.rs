//! `GET /reach`: whether this service comes through to the dependency, by its name and on a connection of its own, as a
//! new replica would. Health and readiness say nothing of it: who cannot be reached is no reason to restart the caller.

use std::time::Duration;

use axum::{
    Json, Router,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use tokio::time::timeout;

use super::call::Caller;

/// Name lookup, connection and answer take milliseconds where the network is whole.
const PATIENCE: Duration = Duration::from_secs(2);

/// The route, for each service that calls the dependency.
pub fn routes() -> Router {
    Router::new().route("/reach", get(reach))
}

async fn reach() -> Response {
    let caller = Caller::new();
    let why = match timeout(PATIENCE, caller.call(Method::GET, "/healthz")).await {
        Ok(Ok((status, _))) if status.is_success() => return "ok\n".into_response(),
        Ok(Ok((status, _))) => format!("the dependency at {} answered {status}", caller.base()),
        Ok(Err(why)) => format!("{why} ({})", caller.base()),
        Err(_late) => format!("the dependency at {} did not answer within {} s", caller.base(), PATIENCE.as_secs()),
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "error": why }))).into_response()
}
