//! What the participant's browser asks of its panel for the hub.

use serde::{Deserialize, Serialize};

use super::survey::AnswerValue;

/// Body of the panel's `POST /api/v1/hub/join`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinHub {
    /// Address of the hub as it was typed.
    pub hub: String,
    /// The join code as it was typed.
    pub code: String,
    /// What the participant wants to be called.
    pub name: String,
}

/// Body of the panel's `POST /api/v1/hub/resume`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResumeHub {
    /// Address of the hub as it was typed.
    pub hub: String,
    /// The recovery code as it was typed.
    pub recovery: String,
}

/// Body of the panel's `POST /api/v1/hub/hand`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RaiseHand {
    /// What it is about, at most 280 characters; may be empty.
    #[serde(default)]
    pub note: String,
    /// Whether the facilitator may see the files of the open case, for this hand alone.
    #[serde(default)]
    pub show_code: bool,
}

/// Body of the panel's `PUT /api/v1/hub/takeaways/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TickTakeaway {
    /// Whether it is taken along.
    pub ticked: bool,
}

/// Body of the panel's `PUT /api/v1/hub/answers/{question}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiveAnswer {
    /// The answer.
    pub value: AnswerValue,
}
