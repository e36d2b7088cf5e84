//! A workshop in one file, for after it: display names only, no participant ids, no tokens, no machine, no notes of
//! hands, no messages to one person.

use serde::{Deserialize, Serialize};

use super::{
    seat::WorkshopCard,
    survey::{Answers, Counted},
};
use crate::{case::CaseState, workshop::Workshop};

/// [`Archive::format`].
pub const ARCHIVE_FORMAT: &str = "brownout-workshop";
/// [`Archive::version`].
pub const ARCHIVE_VERSION: u32 = 1;

/// `workshop-<name>-<date>.brownout.json.gz`, gzip of JSON: opens in any panel, and by `brownout archive`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Archive {
    /// [`ARCHIVE_FORMAT`].
    pub format: String,
    /// [`ARCHIVE_VERSION`].
    pub version: u32,
    /// The workshop.
    pub workshop: WorkshopCard,
    /// Its run sheet.
    pub sheet: Workshop,
    /// How long each step really took.
    pub steps: Vec<StepTook>,
    /// Everybody who took part.
    pub seats: Vec<ArchivedSeat>,
    /// How many ticked each takeaway, by name.
    pub takeaways: Vec<Counted>,
    /// Answers of the survey.
    pub survey: Vec<Answers>,
    /// Counts over all.
    pub summary: Summary,
}

/// An archive that a panel keeps, in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArchiveCard {
    /// Its id, from its content: the same archive has the same one.
    pub id: String,
    /// What the facilitator called the workshop.
    pub name: String,
    /// When it began, ms since the Unix epoch.
    pub date_ms: u64,
    /// How many took part.
    pub seats: u32,
    /// Path of its page.
    pub url: String,
}

/// How long a step really took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepTook {
    /// Its name in the sheet.
    pub step: String,
    /// Without its pauses, ms.
    pub took_ms: u64,
}

/// Somebody who took part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArchivedSeat {
    /// What the participant was called.
    pub name: String,
    /// Tells those apart who were called alike.
    pub tag: String,
    /// As the cases of the sheet.
    pub cells: Vec<ArchivedCell>,
}

/// A case of somebody who took part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArchivedCell {
    /// How far it was.
    pub state: CaseState,
    /// Best ranked score.
    pub best: Option<u32>,
    /// Runs that ended.
    pub runs: u32,
    /// Hints that were taken.
    pub hints: u32,
    /// Reading of the case clock at the end, ms.
    pub clock_ms: u64,
    /// From the start of the step to met, ms.
    pub met_after_ms: Option<u64>,
}

/// Counts over all: what the next workshop should know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// How scores are distributed, a case each.
    pub scores: Vec<ScoreTenths>,
    /// Where people stood still, most first.
    pub stood_still: Vec<StoodStill>,
    /// Hints that were taken, most first.
    pub hints: Vec<HintCount>,
    /// How fast cases were met, a case each.
    pub pace: Vec<Pace>,
    /// Criteria that were left unmet, most first: what the next workshop should talk about.
    pub unmet: Vec<UnmetCount>,
}

/// How many scores lie in each tenth: 0–9, …, 80–89, 90–100.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreTenths {
    /// Scenario id.
    pub scenario: String,
    /// Of first runs.
    pub first: [u32; 10],
    /// Of best runs.
    pub best: [u32; 10],
}

/// Where people stood still.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoodStill {
    /// Scenario id.
    pub scenario: String,
    /// In which state.
    pub state: CaseState,
    /// Minutes over all seats.
    pub minutes: u32,
}

/// How many took a hint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HintCount {
    /// Scenario id.
    pub scenario: String,
    /// Name of the hint.
    pub hint: String,
    /// How many.
    pub seats: u32,
}

/// How fast a case was met, from the start of its step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pace {
    /// Scenario id.
    pub scenario: String,
    /// Median, ms; `None` when nobody met it.
    pub median_ms: Option<u64>,
    /// The slowest, ms.
    pub slowest_ms: Option<u64>,
    /// How many never met it.
    pub never: u32,
}

/// How often a criterion was left unmet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnmetCount {
    /// Scenario id.
    pub scenario: String,
    /// Name of the criterion.
    pub criterion: String,
    /// Runs that left it unmet.
    pub runs: u32,
}
