//! What a request asks for, read so that a mistake in it is answered with what would have been right.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The query of a request. A value that cannot be read is a 400 that names what is allowed.
#[derive(Debug)]
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(asked)| Asked(asked)).map_err(|rejection| {
            let says = rejection.body_text();
            let says = says.strip_prefix("Failed to deserialize query string: ").unwrap_or(&says);
            bad_query(format!("{says}."))
        })
    }
}

/// The JSON body of a request.
#[derive(Debug)]
pub(crate) struct Sent<T>(pub(crate) T);

/// A body that a route takes.
pub(crate) trait Body: DeserializeOwned {
    /// How one looks, for whoever sent another.
    const EXAMPLE: &str;
}

impl<T: Body, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = Json::<T>::from_request(request, state).await;
        read.map(|Json(sent)| Sent(sent)).map_err(|rejection| {
            let detail = format!("{} Send {}.", rejection.body_text(), T::EXAMPLE);
            Problem::new(rejection.status(), "bad-body", "The body cannot be read", detail)
        })
    }
}

/// 400 with what is wrong about the query.
pub(crate) fn bad_query(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad-query", "The query cannot be read", detail)
}
