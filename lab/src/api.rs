//! `lab api`: the service in front.

use std::pin::Pin;

use axum::{
    Router,
    extract::{Query, State},
    middleware::from_fn_with_state,
    response::Response,
    routing::get,
};

use crate::{
    cases::timeouts,
    sealed::{
        dependency::{Ask, Dependency},
        metrics,
    },
};

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// The dependency, at most `CALLS_AT_ONCE` calls at a time.
    #[allow(dead_code, reason = "an edit of a case may answer without asking")]
    pub dep: Dependency,
}

/// Routes of the API.
pub fn routes() -> Router {
    let dep = Dependency::new(timeouts::CALLS_AT_ONCE);
    let slots = dep.clone();
    let requests = metrics::Requests::default();
    let counted = requests.clone();
    Router::new()
        .route("/quote", get(quote))
        .route_layer(from_fn_with_state(counted, metrics::count))
        .route("/metrics", get(move || async move { format!("{}{}", requests.text(), slots.text()) }))
        .with_state(App { dep })
}

/// Boxes the case, so that an edit of it rebuilds the case alone and not all that is generic over its future.
fn quote(state: State<App>, ask: Query<Ask>) -> Pin<Box<dyn Future<Output = Response> + Send>> {
    Box::pin(timeouts::quote(state, ask))
}
