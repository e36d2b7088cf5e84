//! The participant's membership, as `GET /api/v1/hub` of the own panel tells it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{agenda::WrapUp, survey::AnswerValue, view::HubView};

/// The participant's membership.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HubMembership {
    /// The hub; `None` for who has not joined one.
    pub hub: Option<HubView>,
    /// To have the seat back on another database or laptop; people may write it down. Empty for who has not joined.
    pub recovery: String,
    /// What waits to be sent.
    pub outbox: OutboxStatus,
}

/// How the outbox stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutboxStatus {
    /// `asking`, `sending`, `level`, `waiting`, `standstill` or `ended`; empty for who has not joined.
    pub state: String,
    /// The hub has everything up to this event of the session.
    pub have: u64,
    /// Number of the session's last event.
    pub last: u64,
    /// Results that wait.
    pub results: u32,
    /// Records of runs that wait.
    pub records: u32,
    /// Why it does not go on, or what was left out, as a sentence.
    pub notice: String,
}

/// What there is to tick and to answer, with what this participant has ticked and answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnWrapUp {
    /// What there is.
    #[serde(flatten)]
    pub wrap_up: WrapUp,
    /// Names of the takeaways that are ticked.
    pub ticked: Vec<String>,
    /// The last answer to each question that was answered, by its name.
    pub answers: BTreeMap<String, AnswerValue>,
}
