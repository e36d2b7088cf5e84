//! A file that a browser saves.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// An answer that is saved under a name. `kind` is its media type; the name has no quote in it.
pub(crate) fn attachment(kind: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Response {
    let file = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, file)], bytes.into()).into_response()
}
