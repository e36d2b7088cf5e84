//! `lab api`: the service in front.

use std::pin::Pin;

use axum::{
    Router,
    extract::{Query, State},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{get, post},
};

use crate::{
    cases::{timeouts, transactions},
    sealed::{
        db::Db,
        dependency::{Ask, Dependency},
        metrics,
        order::Order,
        reach,
        render::{Renderer, render},
    },
};

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// The dependency, at most `CALLS_AT_ONCE` calls at a time.
    #[allow(dead_code, reason = "an edit of a case may answer without asking")]
    pub dep: Dependency,
    /// The database, at most `CONNECTIONS` connections at a time.
    #[allow(dead_code, reason = "an edit of a case may answer without it")]
    pub db: Db,
}

/// Routes of the API.
///
/// # Errors
/// When nobody can be had who renders documents, as a sentence.
pub fn routes() -> Result<Router, String> {
    let dep = Dependency::new(timeouts::CALLS_AT_ONCE);
    let db = Db::new(transactions::CONNECTIONS, transactions::WAIT);
    let renderer = Renderer::start()?;
    let (slots, pool, queue) = (dep.clone(), db.clone(), renderer.clone());
    let requests = metrics::Requests::default();
    let counted = requests.clone();
    Ok(Router::new()
        .route("/quote", get(quote))
        .route("/orders", post(order))
        .route("/render", get(render).with_state(renderer))
        .route_layer(from_fn_with_state(counted, metrics::count))
        .route(
            "/metrics",
            get(move || async move { [requests.text(), slots.text(), pool.text(), queue.text()].concat() }),
        )
        .with_state(App { dep, db })
        .merge(reach::routes()))
}

/// Boxes the case, so that an edit of it rebuilds the case alone and not all that is generic over its future.
fn quote(state: State<App>, ask: Query<Ask>) -> Pin<Box<dyn Future<Output = Response> + Send>> {
    Box::pin(timeouts::quote(state, ask))
}

fn order(state: State<App>, order: Query<Order>) -> Pin<Box<dyn Future<Output = Response> + Send>> {
    Box::pin(async { transactions::order(state, order).await.into_response() })
}
