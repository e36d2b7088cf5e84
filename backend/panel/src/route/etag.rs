//! Answers that a browser may keep: it asks whether its copy still holds, and mostly gets 304 without a body.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::{Answer, Problem};

/// A body as JSON with the tag of its content.
pub(crate) fn json(asked: &HeaderMap, body: &impl Serialize) -> Answer<Response> {
    let body = serde_json::to_vec(body).map_err(Problem::internal)?;
    Ok(tagged(asked, "application/json", &of(&body), body))
}

/// The tag of a content. A weak one: what is compressed on the way is the same answer.
pub(crate) fn of(content: &[u8]) -> String {
    let hex: String = Sha256::digest(content).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{hex}\"")
}

/// 304 when the caller has this very answer, else the answer.
pub(crate) fn tagged(asked: &HeaderMap, kind: &'static str, tag: &str, body: impl Into<Body>) -> Response {
    let mut answer = if knows(asked, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], body.into()).into_response()
    };
    // To be kept, and to be asked about each time.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

/// Whether the caller has the answer with this tag (RFC 9110, 13.1.2: compared weakly).
pub(crate) fn knows(asked: &HeaderMap, tag: &str) -> bool {
    let plain = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|list| list.split(',')).any(|known| known.trim() == "*" || plain(known) == plain(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_what_the_caller_knows() {
        let knows = |given: &str| {
            let headers = [(header::IF_NONE_MATCH, HeaderValue::from_str(given).expect("a value"))];
            knows(&headers.into_iter().collect(), "W/\"ab\"")
        };
        for given in ["W/\"ab\"", "\"ab\"", "\"cd\", W/\"ab\"", "*"] {
            assert!(knows(given), "{given}");
        }
        for given in ["", "\"cd\"", "ab"] {
            assert!(!knows(given), "{given}");
        }
    }
}
