//! Listens, announces itself, answers health checks, and ends without cutting anyone off.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Extension, Json, Router,
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
    sync::{Notify, watch},
    time::sleep,
};
use tower_http::catch_panic::CatchPanicLayer;

use super::{build, log};

/// After SIGTERM new connections are still accepted for so long: whoever balances needs time to look elsewhere.
const DRAIN: Duration = Duration::from_millis(250);
/// Requests in flight may take so long to finish.
const FINISH: Duration = Duration::from_secs(2);

/// Serves one mode of the lab at `LAB_LISTEN`, or at `default`, until SIGTERM or SIGINT.
///
/// # Errors
/// When there is nothing to serve or nothing can listen there, as a sentence.
pub async fn serve(name: &'static str, default: &str, routes: Result<Router, String>) -> Result<(), String> {
    let routes = routes?;
    let address = std::env::var("LAB_LISTEN").unwrap_or_else(|_| default.to_owned());
    let listener = TcpListener::bind(&address).await.map_err(|error| {
        format!("{address} cannot be listened on: {error}; set LAB_LISTEN=host:port to another address")
    })?;
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    // Before it announces itself: whoever reads the announcement may send a signal at once.
    let no_signal = |error| format!("signals cannot be received: {error}");
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signal)?;
    let leaving = Leaving::default();
    let dressed = dress(routes, &leaving);
    log::event(&json!({
        "event": "listening", "service": name, "addr": bound.to_string(), "build": build::id(), "pid": std::process::id(),
    }));

    let closed = Arc::new(Notify::new());
    let closing = closed.clone();
    let leave = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        leaving.begin();
        log::event(&json!({"event": "stopping", "service": name}));
        sleep(DRAIN).await;
        closing.notify_one();
    };
    let too_late = async {
        closed.notified().await;
        sleep(FINISH).await;
    };
    tokio::select! {
        ended = axum::serve(listener, dressed).with_graceful_shutdown(leave).into_future() => ended.map_err(|error| error.to_string())?,
        () = too_late => log::event(&json!({"event": "cut", "service": name, "why": "requests in flight did not finish in time"})),
    }
    log::event(&json!({"event": "stopped", "service": name}));
    Ok(())
}

/// Whether the process was told to stop.
#[derive(Clone)]
pub struct Leaving(watch::Sender<bool>);

impl Default for Leaving {
    fn default() -> Self {
        Leaving(watch::Sender::new(false))
    }
}

impl Leaving {
    fn begin(&self) {
        self.0.send_replace(true);
    }

    fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once the process was told to stop. Who answers without end ends then.
    pub async fn begun(&self) {
        // This handle keeps the channel open, so the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|begun| *begun).await;
    }
}

/// Adds what all three services have: health checks, the build's id in each answer, and an answer when a handler panics.
fn dress(routes: Router, leaving: &Leaving) -> Router {
    let (ready, stamped) = (leaving.clone(), leaving.clone());
    routes
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || async move { readiness(&ready) }))
        .layer(Extension(leaving.clone()))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(move |request, next| stamp(request, next, stamped.clone())))
}

fn readiness(leaving: &Leaving) -> (StatusCode, &'static str) {
    if leaving.has_begun() { (StatusCode::SERVICE_UNAVAILABLE, "stopping\n") } else { (StatusCode::OK, "ready\n") }
}

/// A panic in a handler is one failed request and not the end of the process.
fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let why = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    log::event(&json!({"event": "panic", "why": why}));
    let error = format!("the handler panicked: {why}; the log says where");
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": error }))).into_response()
}

/// Says which build answered; while leaving, asks callers to close their connection.
async fn stamp(request: Request, next: Next, leaving: Leaving) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-lab-build", HeaderValue::from_static(build::id()));
    if leaving.has_begun() {
        response.headers_mut().insert("connection", HeaderValue::from_static("close"));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_handler_that_panics_fails_one_request_and_not_the_process() {
        let broken = Router::new().route("/broken", get(async || -> &'static str { panic!("index out of bounds") }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, dress(broken, &Leaving::default())).await });
        let ask = move |path: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "GET {path} HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        let (broken, healthy) = tokio::task::spawn_blocking(move || (ask("/broken"), ask("/healthz"))).await.unwrap();
        assert!(broken.starts_with("HTTP/1.1 500 ") && broken.contains("x-lab-build: "), "{broken}");
        assert!(
            broken.ends_with("{\"error\":\"the handler panicked: index out of bounds; the log says where\"}"),
            "{broken}"
        );
        assert!(healthy.starts_with("HTTP/1.1 200 "), "{healthy}");
        server.abort();
    }
}
