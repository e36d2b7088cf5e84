//! `If-Match`: what a facilitator had seen of the workshop, so that two of them do not undo each other unawares.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};

use crate::problem::Problem;

/// Number of the last event that the caller had seen; `None` where it does not matter to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen(pub(super) Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(given) = parts.headers.get(header::IF_MATCH) else { return Ok(Seen(None)) };
        let number = given.to_str().ok().map(|text| text.trim().trim_start_matches("W/").trim_matches('"'));
        match number {
            Some("*") => Ok(Seen(None)),
            number => match number.and_then(|number| number.parse().ok()) {
                Some(number) => Ok(Seen(Some(number))),
                None => Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "bad-if-match",
                    "If-Match cannot be read",
                    "If-Match is the number of the workshop's last event, e.g. `\"42\"`.",
                )),
            },
        }
    }
}
