//! Who has reached what: participants × cases, the best ranked run of each.

use serde::{Deserialize, Serialize};

/// The board, best total first; equal totals by the earlier last improvement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Leaderboard {
    /// Cases in the order of the workshop.
    pub cases: Vec<LeaderboardCase>,
    /// One row a participant.
    pub rows: Vec<LeaderboardRow>,
}

/// A column of the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeaderboardCase {
    /// Scenario id.
    pub scenario: String,
    /// What people call it.
    pub title: String,
}

/// A participant's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeaderboardRow {
    /// Participant's id.
    pub participant: String,
    /// What the participant is called. Two may be called alike.
    pub name: String,
    /// Tells those apart who are called alike: the end of the participant's id.
    #[serde(default)]
    pub tag: String,
    /// Whether the results were brought from another machine.
    #[serde(default)]
    pub brought: bool,
    /// As [`Leaderboard::cases`]; `None` where no ranked run has ended.
    pub cells: Vec<Option<LeaderboardCell>>,
    /// Sum of the best scores.
    pub total: u32,
}

/// A participant's best ranked run of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeaderboardCell {
    /// Its score.
    pub score: u32,
    /// Its id.
    pub run: String,
    /// Wall time of its start, ms since the Unix epoch.
    pub started_ms: u64,
    /// Hints that were taken in the case.
    pub hints: u32,
    /// From the start of the first run of the case to the end of this one, ms; `None` where only this one is known.
    #[serde(default)]
    pub to_best_ms: Option<u64>,
}

/// Body of `POST /api/v1/leaderboard/import`: what somebody brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BringResults {
    /// A `data.json`, or text with score lines, one a line, each after the name of its participant.
    pub text: String,
    /// Whose the score lines are that have no name before them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BroughtResults {
    /// Results that are new.
    pub taken: u32,
    /// Results that were known.
    pub known: u32,
    /// What was not taken, a sentence each.
    pub refused: Vec<String>,
}

impl Leaderboard {
    /// Puts rows into order; on equal totals who got there first stands first.
    pub fn sort(&mut self) {
        let reached =
            |row: &LeaderboardRow| row.cells.iter().flatten().map(|cell| cell.started_ms).max().unwrap_or(u64::MAX);
        self.rows.sort_by_key(|row| (std::cmp::Reverse(row.total), reached(row), row.name.clone(), row.tag.clone()));
    }
}
