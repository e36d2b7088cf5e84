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
        // Each pair of participant and case is found by one step through the index `runs_leaders`, and its best by
        // another; the first run comes from `runs_first`. What a history of 100,000 runs costs is a few such steps.
        let rows = sqlx::query(
            "WITH RECURSIVE pairs (participant, scenario) AS (\
             SELECT participant, scenario FROM runs WHERE place = (SELECT place FROM runs WHERE ranked = TRUE \
             ORDER BY participant, scenario LIMIT 1) \
             UNION ALL \
             SELECT r.participant, r.scenario FROM pairs p JOIN runs r ON r.place = COALESCE(\
             (SELECT place FROM runs WHERE ranked = TRUE AND participant = p.participant AND scenario > p.scenario \
             ORDER BY scenario LIMIT 1), \
             (SELECT place FROM runs WHERE ranked = TRUE AND participant > p.participant \
             ORDER BY participant, scenario LIMIT 1))) \
             SELECT b.participant, b.scenario, b.id, b.score, b.started_ms, b.ended_ms, b.hints, \
             (SELECT started_ms FROM runs WHERE participant = p.participant AND scenario = p.scenario \
             ORDER BY place LIMIT 1) AS first_ms \
             FROM pairs p JOIN runs b ON b.place = (SELECT place FROM runs WHERE ranked = TRUE \
             AND participant = p.participant AND scenario = p.scenario ORDER BY score DESC, place LIMIT 1) \
             ORDER BY b.participant, b.scenario",
        )
        .fetch_all(&self.readers)
        .await?;
        let best = rows.iter().map(|row| {
            let first_ms = row.try_get::<Option<i64>, _>("first_ms")?.map(unsigned);
            let ended_ms = row.try_get::<Option<i64>, _>("ended_ms")?.map(unsigned);
            let cell = LeaderboardCell {
                score: row.try_get("score")?,
                run: row.try_get("id")?,
                started_ms: unsigned(row.try_get("started_ms")?),
                hints: row.try_get("hints")?,
                to_best_ms: first_ms.zip(ended_ms).map(|(first, ended)| ended.saturating_sub(first)),
            };
            Ok(BestRun { participant: row.try_get("participant")?, scenario: row.try_get("scenario")?, cell })
        });
        best.collect()
    }
}
