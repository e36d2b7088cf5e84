//! The routes of the panel, as a tree.

mod archives;
pub(crate) mod ask;
pub(crate) mod board_file;
mod cases;
mod compare;
mod editor;
pub(crate) mod etag;
mod health;
mod hub;
mod leaderboard;
mod live;
mod logs;
pub(crate) mod reference;
mod reports;
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
    routing::get,
};
use tower_http::{
    CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer,
    set_header::SetResponseHeaderLayer,
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{app::App, guard::guard, problem::Problem, ui};

/// No request but few needs more, bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The routes below `/api/v1`, with their part of the document.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(scenarios::list))
        .routes(routes!(scenarios::one))
        .routes(routes!(cases::list))
        .routes(routes!(cases::open))
        .routes(routes!(cases::hint))
        .routes(routes!(cases::complete))
        .routes(routes!(runs::list, runs::start))
        .routes(routes!(runs::one, runs::delete))
        .routes(routes!(runs::events))
        .routes(routes!(runs::stop))
        .routes(routes!(reports::write))
        .routes(routes!(runs::stop_waiting))
        .routes(routes!(compare::prune))
        .routes(routes!(compare::words))
        .routes(routes!(compare::export))
        .routes(routes!(compare::pin))
        .routes(routes!(leaderboard::board))
        .routes(routes!(leaderboard::export))
        .routes(routes!(leaderboard::forget))
        .routes(routes!(archives::list))
        .routes(routes!(archives::erase))
        .routes(routes!(hub::show, hub::leave))
        .routes(routes!(hub::join))
        .routes(routes!(hub::resume))
        .routes(routes!(hub::again))
        .routes(routes!(hub::raise, hub::lower))
        .routes(routes!(hub::wrap_up))
        .routes(routes!(hub::tick))
        .routes(routes!(hub::answer))
        .routes(routes!(hub::seen))
        .routes(routes!(hub::export))
        .routes(routes!(settings::show, settings::change))
        .routes(routes!(editor::open))
        .routes(routes!(setup::checks))
        .routes(routes!(stack::status))
        .routes(routes!(stack::deploy))
        .routes(routes!(stack::reset))
        .routes(routes!(stack::up))
        .routes(routes!(stack::restart))
        .routes(routes!(logs::last))
        .routes(routes!(health::stop))
        .routes(routes!(live::live))
}

/// Those of them that take more than [`BODY_LIMIT`], each with a limit of its own.
fn large() -> OpenApiRouter<App> {
    leaderboard::importing().merge(archives::keeping())
}

/// The routes beside it.
fn beside() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .routes(routes!(reference::document))
        .routes(routes!(reference::page))
        .routes(routes!(compare::html))
        .routes(routes!(archives::html))
        .routes(routes!(reports::index))
        .routes(routes!(reports::file))
}

/// What the handlers say of themselves.
pub fn documents() -> OpenApi {
    let all = OpenApiRouter::new().nest("/api/v1", api().merge(large())).merge(beside());
    all.into_openapi()
}

/// All routes.
pub fn router(app: App) -> Router {
    let (api, _) = api().split_for_parts();
    let (large, _) = large().split_for_parts();
    let api = api
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .merge(large)
        .fallback(no_such_route)
        .method_not_allowed_fallback(wrong_method);
    let (beside, _) = beside().split_for_parts();
    let header = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    beside
        .nest("/api/v1", api)
        .route("/api/{*rest}", get(no_such_route).fallback(no_such_route))
        .fallback_service(get(ui::serve))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
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
