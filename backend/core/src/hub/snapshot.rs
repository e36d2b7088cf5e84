//! What somebody is given at once who begins to watch a hub.

use serde::{Deserialize, Serialize};

use super::{
    clock::{Agenda, WrapUp},
    message::Message,
    readiness::Readiness,
    row::{GridRow, HubBoard},
    seat::WorkshopCard,
    shipment::StreamHave,
};
use crate::workshop::Workshop;

/// What a watcher is given at once when it connects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HubSnapshot {
    /// The workshop.
    pub workshop: WorkshopCard,
    /// The board; for seats and screens as it is shown to them.
    pub board: HubBoard,
    /// The agenda.
    pub agenda: Agenda,
    /// What participants tick and answer at the end.
    #[serde(default)]
    pub wrap_up: WrapUp,
    /// What was said and not taken back: to this seat, or to all.
    #[serde(default)]
    pub said: Vec<Message>,
    /// For a seat: its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<SeatSnapshot>,
    /// For facilitators: what is theirs alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facilitator: Option<Box<FacilitatorSnapshot>>,
}

/// What a seat is told of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatSnapshot {
    /// Id of the seat.
    pub seat: String,
    /// What the participant is called here.
    pub name: String,
    /// How much the hub has of each of its streams.
    pub have: Vec<StreamHave>,
    /// Runs of which the hub wants the record, oldest first.
    pub wanted: Vec<String>,
    /// Id of the hand that is up, as the hub has it: a hand that help came to is not.
    pub hand: Option<String>,
    /// The beginning of the recovery code's hash: a panel that keeps another code knows that it opens nothing any more.
    #[serde(default)]
    pub recovery: String,
}

/// What facilitators alone see.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacilitatorSnapshot {
    /// Number of the workshop's last event, for `If-Match`.
    pub upto: u64,
    /// The run sheet.
    pub sheet: Workshop,
    /// The join code.
    pub code: String,
    /// Whether anybody is taken.
    pub open: bool,
    /// Participants, who needs help first.
    pub grid: Vec<GridRow>,
    /// How ready their laptops are.
    pub ready: Vec<SeatReadiness>,
}

/// How ready a seat's laptop is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatReadiness {
    /// Id of the seat.
    pub seat: String,
    /// What the participant is called.
    pub name: String,
    /// How ready.
    pub readiness: Readiness,
    /// When the laptop said so, hub's clock, ms: it says so again only when something is other.
    #[serde(default)]
    pub told_ms: u64,
}
