//! Beside the API: whether the hub lives, what it counts, what its API is.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    hub::{HubApp, openapi},
    route::reference,
};

/// The process answers.
#[utoipa::path(get, path = "/healthz", operation_id = "get_health", tag = "hub", responses(
    (status = 200, description = "It lives", body = String, content_type = "text/plain"),
))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The room answers.
#[utoipa::path(get, path = "/readyz", operation_id = "get_readiness", tag = "hub", responses(
    (status = 200, description = "It answers", body = String, content_type = "text/plain"),
    (status = 503, description = "It is being stopped, or has more to do than it can", body = String, content_type = "text/plain"),
))]
pub(super) async fn readyz(State(app): State<HubApp>) -> (StatusCode, &'static str) {
    match app.desk.card().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the hub is not ready\n"),
    }
}

/// Prometheus text.
#[utoipa::path(get, path = "/metrics", operation_id = "get_metrics", tag = "hub", responses(
    (status = 200, description = "Metrics of the hub", body = String, content_type = "text/plain"),
))]
pub(super) async fn metrics(State(app): State<HubApp>) -> impl IntoResponse {
    let agenda = app.desk.agenda().await.unwrap_or_default();
    let text = format!(
        "# TYPE brownout_hub_info gauge\nbrownout_hub_info{{version=\"{}\"}} 1\n\
         # TYPE brownout_hub_seats gauge\nbrownout_hub_seats {}\n\
         # TYPE brownout_hub_seats_offline gauge\nbrownout_hub_seats_offline {}\n\
         # TYPE brownout_hub_connections gauge\nbrownout_hub_connections {}\n",
        env!("CARGO_PKG_VERSION"),
        agenda.group.seats,
        agenda.group.offline,
        app.connections.all(),
    );
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}

/// The OpenAPI document.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "get_document", tag = "hub", responses(
    (status = 200, description = "This document", body = serde_json::Value),
))]
pub(super) async fn document(asked: HeaderMap) -> Response {
    reference::as_document(&asked, openapi::COMMITTED)
}

/// The same as a page. It runs no script and loads nothing.
#[utoipa::path(get, path = "/api/docs", operation_id = "read_document", tag = "hub", responses(
    (status = 200, description = "A page", body = String, content_type = "text/html"),
))]
pub(super) async fn page(asked: HeaderMap) -> Response {
    reference::as_page(&asked, openapi::COMMITTED)
}
