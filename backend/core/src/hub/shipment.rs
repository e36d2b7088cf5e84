//! What a panel sends of its session, and what the hub has of it. The hub's cursor is the truth.

use serde::{Deserialize, Serialize};

use crate::event::SessionEnvelope;

/// Most events of a [`Shipment`].
pub const MOST_EVENTS: usize = 256;
/// Most bytes of a [`Shipment`] before compression.
pub const MOST_BYTES: usize = 200_000;

/// Body of `POST /api/v1/seat/events`: events of one stream, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shipment {
    /// The panel's stream, `session/<participant>`. A lost database begins another one on the same seat.
    pub stream: String,
    /// Number of the first event of this stream that the workshop gets at all, from the membership. A stream that the hub
    /// does not know may begin there and nowhere else: a late duplicate cannot become its beginning and leave a hole.
    pub from: u64,
    /// Number of the first event here.
    pub first: u64,
    /// Consecutive; at most [`MOST_EVENTS`], at most [`MOST_BYTES`] before compression.
    pub events: Vec<SessionEnvelope>,
    /// The panel's clock when it sent this; with [`Shipped::now_ms`] both sides know the offset.
    pub sent_ms: u64,
    /// Runs of which the hub wants the record, and it will not come: it is damaged, gone or was refused. The hub asks for
    /// others instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

/// Answer to a [`Shipment`]: what the hub has now, whatever was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shipped {
    /// Everything up to this number is stored. The next shipment begins at `have + 1`.
    pub have: u64,
    /// How many of this shipment were new.
    pub new: u32,
    /// Runs of which the hub wants the record, oldest first.
    pub wanted: Vec<String>,
    /// The hub's clock.
    pub now_ms: u64,
}

/// How much the hub has of one stream of a seat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamHave {
    /// The panel's stream.
    pub stream: String,
    /// Everything up to this number is stored.
    pub have: u64,
}
