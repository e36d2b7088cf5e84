//! What the API is: as an OpenAPI document for programs, as a page for people.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

use super::etag;
use crate::{openapi, reference};

/// The OpenAPI document.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "get_document", tag = "panel", responses(
    (status = 200, description = "This document", body = serde_json::Value),
))]
pub(super) async fn document(asked: HeaderMap) -> Response {
    as_document(&asked, openapi::COMMITTED)
}

/// The same as a page. It runs no script and loads nothing.
#[utoipa::path(get, path = "/api/docs", operation_id = "read_document", tag = "panel", responses(
    (status = 200, description = "A page", body = String, content_type = "text/html"),
))]
pub(super) async fn page(asked: HeaderMap) -> Response {
    as_page(&asked, openapi::COMMITTED)
}

/// A document, for programs.
pub(crate) fn as_document(asked: &HeaderMap, document: &'static str) -> Response {
    etag::tagged(asked, "application/json", &etag::of(document.as_bytes()), document)
}

/// A document, for people.
pub(crate) fn as_page(asked: &HeaderMap, document: &str) -> Response {
    let (page, policy) = reference::page(document);
    let mut answer = etag::tagged(asked, "text/html; charset=utf-8", &etag::of(page.as_bytes()), page);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer
}
