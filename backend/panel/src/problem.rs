//! Errors of the API as problem+json (RFC 9457): a public sentence for the person, the cause for the log.
//!
//! Three tiers: what the caller did wrong (4xx, with what to do), what cannot be done now (409, 412, 429, 503), and what
//! went wrong here (500; the cause is logged and not told).

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use brownout_core::wire::{Precondition, Problem as Body};

/// An error that a handler returns.
#[derive(Debug)]
pub struct Problem {
    body: Box<Body>,
    retry_s: Option<u64>,
}

/// What handlers return.
pub type Answer<T> = Result<T, Problem>;

impl Problem {
    /// A problem with a word for programs, a title and a sentence that says what to do.
    pub fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        let body = Body {
            kind: kind.to_owned(),
            status: status.as_u16(),
            title: title.to_owned(),
            detail: detail.into(),
            precondition: None,
        };
        Problem { body: Box::new(body), retry_s: None }
    }

    /// With when it is worth to try again, seconds from now.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Problem { retry_s: Some(seconds), ..self }
    }

    /// The sentence that says what to do.
    pub fn detail(&self) -> &str {
        &self.body.detail
    }

    /// 404 with what was looked for.
    pub fn not_found(what: &str, name: &str) -> Self {
        // A name of any length may come in; the answer stays readable.
        let name: String = name.chars().take(80).collect();
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", format!("There is no {what} `{name}`."))
    }

    /// 412 with the precondition that does not hold.
    pub fn precondition(precondition: Precondition, detail: impl Into<String>) -> Self {
        let mut problem =
            Self::new(StatusCode::PRECONDITION_FAILED, "precondition", "A precondition does not hold", detail);
        problem.body.precondition = Some(precondition);
        problem
    }

    /// 500; the cause goes to the log.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The panel could not do this",
            "Something went wrong in the panel; its log says what.",
        )
    }
}

/// The message of an error as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), letters.as_str())
}

impl From<brownout_store::StoreError> for Problem {
    fn from(error: brownout_store::StoreError) -> Self {
        Problem::internal(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.body).unwrap_or_default();
        let mut answer = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = self.retry_s {
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        answer
    }
}
