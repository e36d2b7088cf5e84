//! Case 1, timeouts: `GET /quote` asks a dependency for a price.
//!
//! The API may have `CALLS_AT_ONCE` calls to the dependency open at a time; further requests wait for a free slot.
//! Run the scenario, watch what one hanging shard does to everybody else, then look for the LAB marker.

// `timeout` and `Duration` are imported for you; a fix needs nothing else.
#![allow(unused_imports)]

use std::time::Duration;

use axum::{
    extract::{Query, State},
    response::Response,
};
use tokio::time::timeout;

use crate::{
    api::App,
    reply,
    sealed::dependency::{Ask, Quote},
};

/// Calls to the dependency that may be open at once.
pub const CALLS_AT_ONCE: usize = 24;

/// Answers one request for a price.
pub async fn quote(State(app): State<App>, Query(ask): Query<Ask>) -> Response {
    let _ = app;
    reply::ok(Quote { item: ask.item, price_cents: 999, receipt: None })
}
