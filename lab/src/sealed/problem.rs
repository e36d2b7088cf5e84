//! Why an order is not booked or a document not rendered, and what the caller is told. `?` turns every error of a case into one of these.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::call::Unavailable;

/// Why something was not done.
#[derive(Debug)]
pub enum Problem {
    /// The dependency does not want it: 402 or 409.
    Refused {
        /// Its answer.
        status: StatusCode,
        /// Its reason.
        why: String,
    },
    /// The dependency, the database or this replica could not do it: 503.
    Unavailable(String),
}

impl From<Unavailable> for Problem {
    fn from(why: Unavailable) -> Self {
        Problem::Unavailable(why.to_string())
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Problem::Unavailable(match error {
            sqlx::Error::Database(said) => format!("the database says: {}", said.message()),
            sqlx::Error::PoolTimedOut => "no connection to the database was free in time".to_owned(),
            other => format!("the database cannot be asked: {other}"),
        })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, why) = match self {
            Problem::Refused { status, why } => (status, why),
            Problem::Unavailable(why) => (StatusCode::SERVICE_UNAVAILABLE, why),
        };
        (status, Json(json!({ "error": why }))).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // When the database refuses a connection beyond the role's limit, the pool tries again until then.
    #[test]
    fn who_waited_for_a_connection_in_vain_is_told_so() {
        let Problem::Unavailable(why) = sqlx::Error::PoolTimedOut.into() else { unreachable!("no refusal") };
        assert_eq!(why, "no connection to the database was free in time");
    }
}
