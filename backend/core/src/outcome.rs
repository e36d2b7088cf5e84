//! How one arrival ended. A failed request is data, not control flow.

use serde::{Deserialize, Serialize};

/// The end of an arrival, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered with a receipt that verifies.
    Ok,
    /// Answered by a marked fallback; shown, never scored as right.
    Degraded,
    /// Answered with a status that refuses (4xx or 5xx).
    Rejected,
    /// The connection failed before an answer.
    Failed,
    /// No answer within the client's patience.
    TimedOut,
    /// Answered as if all were well, but without a valid receipt.
    Invalid,
    /// Never sent: the generator had no free place for it.
    Dropped,
}

impl Outcome {
    /// All outcomes, in the order in which charts stack them.
    pub const ALL: [Outcome; 7] = [
        Outcome::Ok,
        Outcome::Degraded,
        Outcome::Rejected,
        Outcome::Failed,
        Outcome::TimedOut,
        Outcome::Invalid,
        Outcome::Dropped,
    ];

    /// Position in [`Outcome::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The word that screens show.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Degraded => "degraded",
            Outcome::Rejected => "rejected",
            Outcome::Failed => "failed",
            Outcome::TimedOut => "timed out",
            Outcome::Invalid => "invalid",
            Outcome::Dropped => "dropped",
        }
    }
}
