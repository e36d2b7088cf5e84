//! What a facilitator says to one, some or all. Messages are the only thing that a hub can cause on a laptop.

use serde::{Deserialize, Serialize};

use crate::case::CaseState;

/// Characters of the longest text.
pub const LONGEST_TEXT: usize = 500;

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// Id, a UUID.
    pub id: String,
    /// To whom.
    pub to: Audience,
    /// What.
    pub what: Said,
}

/// To whom something is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody, also those who join later.
    All,
    /// These seats.
    Seats(Vec<String>),
    /// Everybody who is in this state of this case when it is said.
    In {
        /// Scenario id.
        scenario: String,
        /// How far the case is.
        state: CaseState,
    },
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Plain text, at most [`LONGEST_TEXT`] characters; shown as text.
    Text {
        /// The text.
        text: String,
    },
    /// A prepared hint of a case, by name: the laptop has its words. Costs nothing (`HintTaken.cost = 0`).
    Hint {
        /// Scenario id.
        scenario: String,
        /// Its name in the scenario.
        hint: String,
    },
    /// Text for everybody, shown until dismissed, also on the wall.
    Announcement {
        /// The text.
        text: String,
    },
    /// The survey opens.
    Survey,
}

impl Audience {
    /// The audience as it is stored: who is meant is settled now, so that a replay says the same. `seats` are those of
    /// the workshop, `state` says how far a seat is in a case.
    #[must_use]
    pub fn resolved<'a>(
        self,
        seats: impl IntoIterator<Item = &'a str>,
        state: impl Fn(&str, &str) -> CaseState,
    ) -> Audience {
        let mut seats = seats.into_iter();
        match self {
            Audience::All => Audience::All,
            Audience::Seats(meant) => {
                Audience::Seats(seats.filter(|seat| meant.iter().any(|m| m == seat)).map(str::to_owned).collect())
            }
            Audience::In { scenario, state: wanted } => Audience::Seats(
                seats.by_ref().filter(|seat| state(seat, &scenario) == wanted).map(str::to_owned).collect(),
            ),
        }
    }

    /// Whether a seat is meant. Of an audience that was not [`resolved`](Self::resolved) nobody knows.
    pub fn reaches(&self, seat: &str) -> bool {
        match self {
            Audience::All => true,
            Audience::Seats(seats) => seats.iter().any(|meant| meant == seat),
            Audience::In { .. } => false,
        }
    }

    /// The audience as one of its seats may know it: the seats of others are nobody's business.
    #[must_use]
    pub fn seen_by(&self, seat: &str) -> Audience {
        match self {
            Audience::All => Audience::All,
            _ => Audience::Seats(vec![seat.to_owned()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(audience: Audience) -> Audience {
        audience.resolved(["a", "b", "c"], |seat, scenario| match (seat, scenario) {
            ("a" | "c", "timeouts") => CaseState::Editing,
            _ => CaseState::NotStarted,
        })
    }

    #[test]
    fn an_audience_is_settled_when_something_is_said() {
        let seats = |seats: &[&str]| Audience::Seats(seats.iter().map(|seat| (*seat).to_owned()).collect());
        let state = |scenario: &str, state| Audience::In { scenario: scenario.into(), state };
        for (audience, stored) in [
            (Audience::All, Audience::All),
            (seats(&["b"]), seats(&["b"])),
            // Seats that are not of this workshop, and repeated ones, are passed over.
            (seats(&["z", "b", "b", "a"]), seats(&["a", "b"])),
            (seats(&[]), seats(&[])),
            (state("timeouts", CaseState::Editing), seats(&["a", "c"])),
            (state("timeouts", CaseState::NotStarted), seats(&["b"])),
            (state("bulkheads", CaseState::Met), seats(&[])),
        ] {
            assert_eq!(resolved(audience.clone()), stored, "{audience:?}");
        }
    }

    #[test]
    fn it_reaches_those_who_are_meant_and_tells_them_of_nobody_else() {
        let some = Audience::Seats(vec!["a".into(), "b".into()]);
        assert!(some.reaches("a") && !some.reaches("c") && Audience::All.reaches("c"));
        assert!(!Audience::In { scenario: "timeouts".into(), state: CaseState::Met }.reaches("a"));
        assert_eq!(some.seen_by("a"), Audience::Seats(vec!["a".into()]));
        assert_eq!(Audience::All.seen_by("a"), Audience::All);
    }
}
