//! The routes of a hub, as a tree. Who may call which stands in [`super::allowed`].

mod after;
mod beside;
mod board;
mod enter;
mod join;
mod live;
mod message;
mod outbox;
mod people;
mod seat;
mod seen;
mod sheet;

use std::time::Duration;

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::{
    CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer,
    decompression::RequestDecompressionLayer, limit::RequestBodyLimitLayer, set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    HubApp,
    caller::{admit, meet},
};
use crate::{problem::Problem, ui};

/// What a request may carry, bytes.
const BODY: usize = 16 * 1024;
/// A whole run sheet.
const SHEET: usize = 256 * 1024;
/// Events as they come.
const EVENTS_PACKED: usize = 200 * 1024;
/// The same before compression.
const EVENTS: usize = 1024 * 1024;
/// Files that a facilitator imports, as they come.
const IMPORT_PACKED: usize = 16 * 1024 * 1024;
/// Nobody needs longer for a request and its body.
const PATIENCE: Duration = Duration::from_secs(30);

/// The routes below `/api/v1` with small bodies.
fn small() -> OpenApiRouter<HubApp> {
    OpenApiRouter::new()
        .routes(routes!(join::about))
        .routes(routes!(join::join))
        .routes(routes!(join::resume))
        .routes(routes!(enter::enter))
        .routes(routes!(enter::leave))
        .routes(routes!(live::live))
        .routes(routes!(seat::show, seat::rename, seat::leave))
        .routes(routes!(board::board))
        .routes(routes!(board::export))
        .routes(routes!(board::agenda))
        .routes(routes!(people::list))
        .routes(routes!(people::one, people::rename, people::erase))
        .routes(routes!(people::record))
        .routes(routes!(people::hand))
        .routes(routes!(people::helped))
        .routes(routes!(people::remove))
        .routes(routes!(people::recovery))
        .routes(routes!(people::ready))
        .routes(routes!(sheet::clock))
        .routes(routes!(sheet::door))
        .routes(routes!(message::say))
        .routes(routes!(message::unsay))
        .routes(routes!(message::freeze))
        .routes(routes!(message::reveal))
        .routes(routes!(message::hide))
        .routes(routes!(message::show))
        .routes(routes!(message::undo))
        .routes(routes!(after::summary))
        .routes(routes!(after::archive))
        .routes(routes!(after::survey))
}

/// A run sheet is larger.
fn sheets() -> OpenApiRouter<HubApp> {
    OpenApiRouter::new().routes(routes!(sheet::show, sheet::edit))
}

/// Events come packed; what is inside is bounded, too.
fn events() -> OpenApiRouter<HubApp> {
    OpenApiRouter::new().routes(routes!(outbox::events))
}

/// A record is kept as it came, so it is unpacked by its handler.
fn records() -> OpenApiRouter<HubApp> {
    OpenApiRouter::new().routes(routes!(outbox::record))
}

/// Files that were brought, packed or not, as the handler finds them.
fn imports() -> OpenApiRouter<HubApp> {
    OpenApiRouter::new().routes(routes!(after::import))
}

fn beside() -> OpenApiRouter<HubApp> {
    OpenApiRouter::new()
        .routes(routes!(beside::healthz))
        .routes(routes!(beside::readyz))
        .routes(routes!(beside::metrics))
        .routes(routes!(beside::document))
        .routes(routes!(beside::page))
}

/// What the handlers say of themselves.
pub fn documents() -> OpenApi {
    let api = small().merge(sheets()).merge(events()).merge(records()).merge(imports());
    OpenApiRouter::new().nest("/api/v1", api).merge(beside()).into_openapi()
}

/// All routes.
pub fn router(app: HubApp) -> Router {
    let plain = |routes: OpenApiRouter<HubApp>, most| {
        routes
            .split_for_parts()
            .0
            .layer(axum::extract::DefaultBodyLimit::disable())
            .layer(RequestBodyLimitLayer::new(most))
    };
    let events = plain(events(), EVENTS)
        .layer(RequestDecompressionLayer::new().gzip(true).no_br().no_deflate().no_zstd())
        .layer(RequestBodyLimitLayer::new(EVENTS_PACKED));
    let api = plain(small(), BODY)
        .merge(plain(sheets(), SHEET))
        .merge(events)
        .merge(plain(records(), outbox::RECORD_PACKED))
        .merge(plain(imports(), IMPORT_PACKED));
    let beside = beside().split_for_parts().0;
    let routes = Router::new().nest("/api/v1", api).merge(beside);
    let header = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    let routes = routes
        .route_layer(middleware::from_fn_with_state(app.clone(), admit))
        .route("/api/{*rest}", get(no_such_route).fallback(no_such_route))
        .fallback_service(get(ui::serve_hub));
    patient(routes)
        .layer(middleware::from_fn_with_state(app.clone(), meet))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(5)))
        .layer(CatchPanicLayer::custom(|_| Problem::internal("a handler panicked").into_response()))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .with_state(app)
}

/// Ends what takes too long, and says in words what a layer has refused with a number.
fn patient<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    // The first is the inner one.
    routes
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .layer(middleware::from_fn(worded))
}

/// Says in words what a layer has refused with a number.
async fn worded(request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    let is_problem = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    match answer.status() {
        // Wherever it was noticed, it is the same mistake.
        StatusCode::PAYLOAD_TOO_LARGE => too_large().into_response(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE if !is_problem => not_gzip().into_response(),
        StatusCode::REQUEST_TIMEOUT if !is_problem => too_slow().into_response(),
        _ => answer,
    }
}

fn too_large() -> Problem {
    let detail = "The body is larger than this route takes; docs/HUB.md says how much each one does.";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too large", detail)
}

fn too_slow() -> Problem {
    let detail = "The request was not there within 30 s. Try again over a better line.";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "Too slow", detail)
}

fn not_gzip() -> Problem {
    let detail = "The body is packed in another way than gzip. Send it with Content-Encoding: gzip, or as it is.";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-gzip", "Not gzip", detail)
}

async fn no_such_route(uri: axum::http::Uri) -> Problem {
    Problem::not_found("route", uri.path())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_comes_is_refused_in_words() {
        let routes = Router::new().fallback(|request: Request| async {
            axum::body::to_bytes(request.into_body(), 9).await.is_ok().to_string()
        });
        let never = Body::from_stream(futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>());
        let request = Request::builder().uri("/").body(never).expect("a request");
        let answer = TowerToHyperService::new(patient(routes)).call(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
        let body = axum::body::to_bytes(answer.into_body(), 9_999).await.expect("a body");
        let said: brownout_core::wire::Problem = serde_json::from_slice(&body).expect("a problem");
        assert_eq!(said.kind, "too-slow");
    }
}
