//! What the room refuses, as an answer.

use axum::http::StatusCode;
use brownout_hub::HubError;

use crate::problem::Problem;

/// What everybody is told whose request the database refuses.
const NOT_KEPT: &str =
    "The hub cannot keep anything at the moment; its log says why. What you did waits on your laptop.";

impl From<HubError> for Problem {
    fn from(error: HubError) -> Self {
        let (status, kind, title, retry) = match &error {
            HubError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", "The hub is busy", Some(1)),
            HubError::Closed => (StatusCode::SERVICE_UNAVAILABLE, "closed", "The hub is being stopped", Some(2)),
            HubError::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "database", "The database refuses", Some(5)),
            HubError::Random { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "no-random", "No randomness", None),
            HubError::WrongCode => (StatusCode::FORBIDDEN, "wrong-code", "Wrong join code", None),
            HubError::WrongRecovery => (StatusCode::FORBIDDEN, "wrong-recovery", "Wrong recovery code", None),
            HubError::DoorShut => (StatusCode::CONFLICT, "door-shut", "Nobody is taken", None),
            HubError::Full { .. } => (StatusCode::CONFLICT, "full", "All seats are taken", None),
            HubError::SeatTaken => (StatusCode::CONFLICT, "seat-taken", "The seat is taken", None),
            HubError::SitsElsewhere => (StatusCode::CONFLICT, "sits-elsewhere", "Another seat is taken", None),
            HubError::Removed => (StatusCode::FORBIDDEN, "removed", "The seat was taken out", None),
            HubError::NameTaken { .. } => (StatusCode::CONFLICT, "name-taken", "The name is taken", None),
            HubError::NoSeat => (StatusCode::NOT_FOUND, "not-found", "Not found", None),
            HubError::Unknown { .. } => (StatusCode::NOT_FOUND, "not-found", "Not found", None),
            HubError::Unfit { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "unfit", "This cannot be right", None),
            HubError::OtherRecord { .. } => (StatusCode::CONFLICT, "other-record", "Another record is here", None),
            HubError::Changed { .. } => (StatusCode::PRECONDITION_FAILED, "changed", "Somebody was faster", None),
        };
        match &error {
            HubError::Store(cause) => tracing::error!(%cause, "the hub's database refuses"),
            HubError::Random { says } => tracing::error!(%says, "no secret can be made"),
            _ => {}
        }
        let says = match &error {
            // Where the database is, and what it says, is for whoever runs the hub: it stands in the log.
            HubError::Store(_) => NOT_KEPT.to_owned(),
            _ => sentence(&error.to_string()),
        };
        let problem = Problem::new(status, kind, title, says);
        match retry {
            Some(seconds) => problem.retry_after(seconds),
            None => problem,
        }
    }
}

/// The text with a capital letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use brownout_store::hub::HubStoreError;

    use super::*;

    #[test]
    fn nobody_is_told_where_the_database_is() {
        let (url, why) = ("postgres://hub@db.internal:5432/hub".to_owned(), "no route".to_owned());
        let problem = Problem::from(HubError::from(HubStoreError::Unreachable { url, why }));
        assert_eq!(problem.detail(), NOT_KEPT);
        assert!(!NOT_KEPT.contains("postgres"));
        assert_eq!(Problem::from(HubError::NoSeat).detail(), "There is no such seat in this workshop.");
    }
}
