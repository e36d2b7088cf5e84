//! Best ranked runs by participant and case, for the leaderboard.

use brownout_core::leaderboard::LeaderboardCell;
use sqlx::Row;

use crate::{
    error::StoreError,
    store::{Store, unsigned},
};

/// The best ranked run of one participant in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BestRun {
    /// Participant's id.
    pub participant: String,
    /// Scenario id.
    pub scenario: String,
    /// The run.
    pub cell: LeaderboardCell,
}

impl Store {
    /// The best ranked run of every participant in every case; of several equals the first.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn best_runs(&self) -> Result<Vec<BestRun>, StoreError> {
        // By the index `runs_leaders`.
        let rows = sqlx::query(
            "SELECT participant, scenario, id, score, started_ms, hints FROM (\
             SELECT participant, scenario, id, score, started_ms, hints, \
             ROW_NUMBER() OVER (PARTITION BY participant, scenario ORDER BY score DESC, place) AS rank \
             FROM runs WHERE ranked = TRUE) AS best WHERE rank = 1 ORDER BY participant, scenario",
        )
        .fetch_all(&self.readers)
        .await?;
        let best = rows.iter().map(|row| {
            let cell = LeaderboardCell {
                score: row.try_get("score")?,
                run: row.try_get("id")?,
                started_ms: unsigned(row.try_get("started_ms")?),
                hints: row.try_get("hints")?,
            };
            Ok(BestRun { participant: row.try_get("participant")?, scenario: row.try_get("scenario")?, cell })
        });
        best.collect()
    }
}
