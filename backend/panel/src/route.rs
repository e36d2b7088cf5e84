//! The routes of the panel, as a tree.

mod ask;
mod cases;
mod editor;
mod health;
mod leaderboard;
mod live;
mod logs;
mod runs;
mod scenarios;
mod settings;
mod setup;
mod stack;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::IntoResponse,
    routing::{get, post},
};
use tower_http::{
    CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer,
    set_header::SetResponseHeaderLayer,
};

use crate::{app::App, guard::guard, problem::Problem, ui};

/// No request of the panel needs more, bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// All routes.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .route("/scenarios", get(scenarios::list))
        .route("/scenarios/{id}", get(scenarios::one))
        .route("/cases", get(cases::list))
        .route("/cases/{id}/open", post(cases::open))
        .route("/cases/{id}/hints/{name}", post(cases::hint))
        .route("/cases/{id}/complete", post(cases::complete))
        .route("/runs", get(runs::list).post(runs::start))
        .route("/runs/{id}", get(runs::one).delete(runs::delete))
        .route("/runs/{id}/events", get(runs::events))
        .route("/runs/{id}/stop", post(runs::stop))
        .route("/runs/waiting/stop", post(runs::stop_waiting))
        .route("/leaderboard", get(leaderboard::board))
        .route("/settings", get(settings::show).put(settings::change))
        .route("/editor", post(editor::open))
        .route("/setup/checks", get(setup::checks))
        .route("/stack", get(stack::status))
        .route("/stack/deploy", post(stack::deploy))
        .route("/stack/reset", post(stack::reset))
        .route("/stack/up", post(stack::up))
        .route("/stack/restart", post(stack::restart))
        .route("/stack/logs/{service}", get(logs::last))
        .route("/panel/stop", post(health::stop))
        .route("/live", get(live::live))
        .fallback(no_such_route)
        .method_not_allowed_fallback(wrong_method);
    let header = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Router::new()
        .nest("/api/v1", api)
        .route("/api/{*rest}", get(no_such_route).fallback(no_such_route))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .fallback_service(get(ui::serve))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(7)))
        .layer(CatchPanicLayer::custom(|_| Problem::internal("a handler panicked").into_response()))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .with_state(app)
}

async fn no_such_route(uri: axum::http::Uri) -> Problem {
    Problem::not_found("route", uri.path())
}

async fn wrong_method(method: axum::http::Method, uri: axum::http::Uri) -> Problem {
    let path: String = uri.path().chars().take(80).collect();
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "wrong-method",
        "Wrong method",
        format!("{path} does not know {method}; the Allow header names what it knows."),
    )
}
