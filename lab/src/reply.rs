//! The answers that the API can give.

#![allow(dead_code, reason = "an edit of a case need not use each of them")]

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::sealed::{dependency::Quote, order::Receipt};

/// 200 with the dependency's quote and its receipt.
pub fn ok(quote: Quote) -> Response {
    let receipt = quote.receipt.clone();
    match receipt {
        Some(receipt) => ([("x-receipt", receipt)], Json(quote)).into_response(),
        None => Json(quote).into_response(),
    }
}

/// 201 with the receipt of an order.
pub fn created(receipt: &Receipt) -> Response {
    let body = Json(json!({ "receipt": receipt.0 }));
    match receipt.0.as_str() {
        "" => (StatusCode::CREATED, body).into_response(),
        receipt => (StatusCode::CREATED, [("x-receipt", receipt)], body).into_response(),
    }
}

/// 200 with a price that is marked as a fallback: better than nothing, never counted as right.
pub fn degraded(price_cents: u64) -> Response {
    ([("x-degraded", "1")], Json(json!({ "price_cents": price_cents }))).into_response()
}

/// 503 with the reason.
pub fn unavailable(why: impl std::fmt::Display) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "error": why.to_string() }))).into_response()
}
