//! A raised hand.

use serde::{Deserialize, Serialize};

/// Characters of the longest note.
pub const LONGEST_NOTE: usize = 280;
/// Most bytes of the code that goes with a hand.
pub const MOST_CODE_BYTES: usize = 64 * 1024;

/// A hand that is up, as the facilitator's grid and the participant's own screen show it. The code is asked for apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hand {
    /// Id, a UUID.
    pub hand: String,
    /// The case that it is about.
    pub scenario: Option<String>,
    /// What the participant wrote, at most [`LONGEST_NOTE`] characters.
    pub note: String,
    /// Whether the code of the case was sent with it.
    pub shares_code: bool,
    /// When it went up, hub's clock.
    pub up_ms: u64,
}
