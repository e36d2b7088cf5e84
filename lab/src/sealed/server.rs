//! Listens, announces itself, answers health checks, and ends without cutting anyone off.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::Notify,
    time::sleep,
};
use tower_http::catch_panic::CatchPanicLayer;

use super::{log, metrics::BUILD};

/// After SIGTERM new connections are still accepted for so long: whoever balances needs time to look elsewhere.
const DRAIN: Duration = Duration::from_millis(250);
/// Requests in flight may take so long to finish.
const FINISH: Duration = Duration::from_secs(2);

/// Serves one mode of the lab until SIGTERM or SIGINT.
pub async fn serve(name: &'static str, default: &str, routes: Router) -> Result<(), String> {
    let address = std::env::var("LAB_LISTEN").unwrap_or_else(|_| default.to_owned());
    let listener =
        TcpListener::bind(&address).await.map_err(|error| format!("{address} cannot be listened on: {error}"))?;
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    let leaving = Arc::new(AtomicBool::new(false));
    let ready = leaving.clone();
    let closing = leaving.clone();
    let routes = routes
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || async move { readiness(ready.load(Relaxed)) }))
        .layer(CatchPanicLayer::custom(|_| {
            (StatusCode::INTERNAL_SERVER_ERROR, "{\"error\":\"the handler panicked; the log says where\"}")
                .into_response()
        }))
        .layer(middleware::from_fn(move |request, next| stamp(request, next, closing.clone())));
    log::event(
        &json!({"event": "listening", "service": name, "addr": bound.to_string(), "build": BUILD, "pid": std::process::id()}),
    );
    let gone = Arc::new(Notify::new());
    let told = gone.clone();
    let leave = async move {
        terminated().await;
        leaving.store(true, Relaxed);
        log::event(&json!({"event": "stopping", "service": name}));
        sleep(DRAIN).await;
        told.notify_one();
    };
    let server = axum::serve(listener, routes).with_graceful_shutdown(leave);
    let late = async {
        gone.notified().await;
        sleep(FINISH).await;
    };
    tokio::select! {
        ended = server.into_future() => ended.map_err(|error| error.to_string())?,
        () = late => log::event(&json!({"event": "cut", "service": name, "why": "requests in flight did not finish in time"})),
    }
    log::event(&json!({"event": "stopped", "service": name}));
    Ok(())
}

fn readiness(leaving: bool) -> (StatusCode, &'static str) {
    if leaving { (StatusCode::SERVICE_UNAVAILABLE, "stopping\n") } else { (StatusCode::OK, "ready\n") }
}

/// Says which build answered; while leaving, asks callers to close their connection.
async fn stamp(request: Request, next: Next, leaving: Arc<AtomicBool>) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-lab-build", HeaderValue::from_static(BUILD));
    if leaving.load(Relaxed) {
        response.headers_mut().insert("connection", HeaderValue::from_static("close"));
    }
    response
}

async fn terminated() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
