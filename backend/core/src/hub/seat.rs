//! Joining: a code and a name for a seat, and a seat again after a laptop or its database was lost.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Body of `POST /api/v1/join`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Join {
    /// As it was typed: `7KQ2-M4XD`; letters in any case, dashes and spaces passed over, `O` is `0`, `I` and `L` are `1`.
    pub code: String,
    /// What the participant wants to be called, 1 to 40 characters that can be seen.
    pub name: String,
    /// The participant's id on this laptop, a UUID. The same id gets the same seat again.
    pub participant: String,
    /// Version of the panel.
    pub panel: String,
    /// Key of this attempt, a UUID: a repeated request, whose answer was lost, makes no second seat.
    pub attempt: String,
}

/// Body of `POST /api/v1/resume`: the laptop was lost, or its database. A new token is made; the old one ends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resume {
    /// As it was written down, read like [`Join::code`].
    pub recovery: String,
    /// The participant's id on this laptop, a UUID.
    pub participant: String,
    /// Key of this attempt, a UUID.
    pub attempt: String,
}

/// Answer to [`Join`] and [`Resume`]. The only time that token and recovery code are told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seated {
    /// Id of the seat, a UUID. Public: it stands in the board.
    pub seat: String,
    /// What the participant is called here: the name, with a number where it was taken (`Ada 2`).
    pub name: String,
    /// Secret of the seat, 43 characters of base64url: 256 bits. Sent as `Authorization: Bearer`.
    pub token: String,
    /// To have the seat back on another database or laptop: 4 × 4 letters of Crockford's base 32. People may write it
    /// down.
    pub recovery: String,
    /// The workshop.
    pub workshop: WorkshopCard,
    /// The hub's clock when it answered.
    pub now_ms: u64,
}

/// What a participant may know of a workshop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkshopCard {
    /// Id, a UUID.
    pub id: String,
    /// What the facilitator called it.
    pub name: String,
    /// Events from this instant on are wanted (hub's clock): the start of the first step less five minutes, or now while
    /// none has started. Runs of pre-work are not wanted.
    pub since_ms: u64,
    /// Version of the protocol, [`HUB_VERSION`](super::HUB_VERSION).
    pub version: u32,
}

/// Without the secrets, so that no log ever holds them.
impl fmt::Debug for Seated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seated")
            .field("seat", &self.seat)
            .field("name", &self.name)
            .field("workshop", &self.workshop)
            .finish_non_exhaustive()
    }
}

/// Without the secret, so that no log ever holds it.
impl fmt::Debug for Resume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resume").field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_printed() {
        let seated = Seated {
            seat: "seat-1".into(),
            name: "Ada".into(),
            token: "the-token".into(),
            recovery: "the-recovery".into(),
            workshop: WorkshopCard::default(),
            now_ms: 1,
        };
        let resume =
            Resume { recovery: "the-recovery".into(), participant: "the-participant".into(), attempt: "a".into() };
        let printed = format!("{seated:?} {resume:?}");
        assert!(printed.contains("seat-1") && printed.contains("Ada"), "{printed}");
        assert!(!printed.contains("the-"), "{printed}");
    }
}
