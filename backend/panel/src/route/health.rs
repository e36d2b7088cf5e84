//! The panel's own health and its end.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use brownout_core::stack::{ServiceState, StackPhase};

use crate::app::App;

/// The process answers.
#[utoipa::path(get, path = "/healthz", operation_id = "get_health", tag = "panel", responses(
    (status = 200, description = "It lives", body = String, content_type = "text/plain"),
))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The stack is ready for a run.
#[utoipa::path(get, path = "/readyz", operation_id = "get_readiness", tag = "panel", responses(
    (status = 200, description = "It is ready", body = String, content_type = "text/plain"),
    (status = 503, description = "It is not ready", body = String, content_type = "text/plain"),
))]
pub(super) async fn readyz(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.stack.status().borrow().phase {
        StackPhase::Ready => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the stack is not ready\n"),
    }
}

/// Prometheus text.
#[utoipa::path(get, path = "/metrics", operation_id = "get_metrics", tag = "panel", responses(
    (status = 200, description = "Metrics of the panel itself", body = String, content_type = "text/plain"),
))]
pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let stack = app.stack.status().borrow().clone();
    let ready = stack.services.iter().filter(|service| service.state == ServiceState::Ready).count();
    let restarts: u32 = stack.services.iter().map(|service| service.restarts).sum();
    let text = format!(
        "# TYPE brownout_info gauge\nbrownout_info{{version=\"{}\"}} 1\n\
         # TYPE brownout_run_active gauge\nbrownout_run_active {}\n\
         # TYPE brownout_feed_items counter\nbrownout_feed_items_total {}\n\
         # TYPE brownout_services_ready gauge\nbrownout_services_ready {ready}\n\
         # TYPE brownout_service_restarts counter\nbrownout_service_restarts_total {restarts}\n",
        env!("CARGO_PKG_VERSION"),
        u8::from(app.conductor.running().is_some()),
        app.feed.seq(),
    );
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}

/// Ends the panel and its stack, as Ctrl-C does.
#[utoipa::path(post, path = "/panel/stop", operation_id = "stop_panel", tag = "panel", responses(
    (status = 202, description = "It ends"),
))]
pub(super) async fn stop(State(app): State<App>) -> StatusCode {
    app.stop.cancel();
    StatusCode::ACCEPTED
}
