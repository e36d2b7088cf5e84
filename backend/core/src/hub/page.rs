//! What the pages of a hub ask, and what they are answered: bodies of the routes that facilitators, screens and nobody use.

use serde::{Deserialize, Serialize};

use super::{
    hand::Hand,
    message::{Audience, Said},
    row::GridRow,
    survey::{Answers, Counted},
};
use crate::{event::CodeFile, workshop::Workshop};

/// Answer to `GET /api/v1/about`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct About {
    /// Always `hub`: a panel is none.
    pub kind: String,
    /// What the facilitator called the workshop.
    pub name: String,
    /// Version of Brownout.
    pub version: String,
    /// Version of the protocol, [`HUB_VERSION`](super::HUB_VERSION).
    pub protocol: u32,
    /// Who asks, as the cookie or the token says.
    pub you: Who,
}

/// Who calls a hub.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Nobody that is known.
    #[default]
    Nobody,
    /// A participant's panel.
    Seat,
    /// A big screen.
    Screen,
    /// A facilitator.
    Facilitator,
}

/// Body of `POST /api/v1/enter`: the secret of a link, for a cookie.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enter {
    /// What stood behind the `#` of the link.
    pub token: String,
}

/// Answer to whatever a facilitator does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Done {
    /// Number of the event that came of it, for `If-Match` and for undo.
    pub seq: u64,
}

/// Body of `POST /api/v1/clock`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum ClockAsk {
    /// A step begins; the one before it is over.
    Start {
        /// Its name.
        step: String,
    },
    /// The clock stands still.
    Pause,
    /// It goes on.
    Resume,
    /// A step gets more time, or less.
    Extend {
        /// Its name.
        step: String,
        /// Seconds.
        by_s: i32,
    },
    /// A step is over, or will not come.
    Skip {
        /// Its name.
        step: String,
    },
    /// The workshop is over.
    End,
}

/// Body of `POST /api/v1/messages`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Say {
    /// To whom.
    pub to: Audience,
    /// What.
    pub what: Said,
}

/// Body of `PUT /api/v1/door`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DoorAsk {
    /// Whether another code is wanted; the old one is then no longer taken.
    #[serde(default)]
    pub new_code: bool,
    /// Whether anybody is taken.
    pub open: bool,
}

/// Body of `POST /api/v1/undo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Undo {
    /// Number of the event.
    pub seq: u64,
}

/// Body of `PATCH /api/v1/seat` and `PATCH /api/v1/people/{seat}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rename {
    /// The new name, 1 to 40 characters that can be seen.
    pub name: String,
}

/// Body of `POST /api/v1/people/{seat}/helped`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HelpedAsk {
    /// Id of the hand.
    pub hand: String,
}

/// Answer to `POST /api/v1/people/{seat}/recovery`. The only time that the code is told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recovery {
    /// The new code; the old one is no longer taken.
    pub recovery: String,
}

/// Answer to `GET /api/v1/sheet`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheetView {
    /// Number of the workshop's last event, for `If-Match`.
    pub upto: u64,
    /// The run sheet.
    pub sheet: Workshop,
    /// What the scenario files say of the cases of the sheet; a case that the hub has no file of is not there.
    pub cases: Vec<SheetCase>,
}

/// What a facilitator should know of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheetCase {
    /// Scenario id.
    pub scenario: String,
    /// What people call it.
    pub title: String,
    /// Talking points before the first run.
    pub before: Vec<String>,
    /// After the first run, and whatever stands below no heading that is known.
    pub first_run: Vec<String>,
    /// After the fix.
    pub fix: Vec<String>,
    /// Mistakes that were seen, and what to say.
    pub mistakes: Vec<String>,
    /// Prepared hints, in their order.
    pub hints: Vec<SheetHint>,
}

/// A prepared hint that can be pushed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheetHint {
    /// Its name in the scenario.
    pub name: String,
    /// Its words.
    pub says: String,
}

/// Answer to `GET /api/v1/people/{seat}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// As in the grid.
    pub row: GridRow,
    /// Runs that ended, the last one first.
    pub runs: Vec<PersonRun>,
}

/// A run of a participant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonRun {
    /// Its id.
    pub run: String,
    /// Scenario id.
    pub scenario: String,
    /// `None` when it was not completed.
    pub score: Option<u32>,
    /// Whether it counts for the board.
    pub ranked: bool,
    /// Whether all criteria were met.
    pub met: bool,
    /// When it ended, hub's clock.
    pub ended_ms: u64,
    /// Whether its record is here: curves and criteria.
    pub record: bool,
}

/// Answer to `GET /api/v1/people/{seat}/hands/{hand}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandView {
    /// The hand with its note.
    pub hand: Hand,
    /// The files that were shown with it; empty unless the participant ticked so.
    pub code: Vec<CodeFile>,
}

/// Answer to `GET /api/v1/survey`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyResults {
    /// How many ticked each takeaway, by name, in the order of the sheet.
    pub takeaways: Vec<Counted>,
    /// Answers of the survey, in the order of the sheet.
    pub answers: Vec<Answers>,
}

/// Answer to `POST /api/v1/import`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Imported {
    /// Whose it is.
    pub name: String,
    /// Events that are new.
    pub events: u32,
    /// Events that were here already.
    pub known_events: u32,
    /// Records of runs that are new.
    pub records: u32,
    /// Records that were here already.
    pub known_records: u32,
    /// What could not be taken, a sentence each.
    pub refused: Vec<String>,
}
