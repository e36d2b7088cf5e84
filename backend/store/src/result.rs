//! Results of participants on other machines, for the leaderboard.

use sqlx::Row;

use crate::{
    error::StoreError,
    store::{Store, signed, unsigned},
};

/// A ranked run that somebody else brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroughtResult {
    /// Participant's id; `line:` and the name where a line told of it.
    pub participant: String,
    /// Scenario id.
    pub scenario: String,
    /// Id of the run; of a line the last four characters of it.
    pub run: String,
    /// What the participant is called.
    pub name: String,
    /// 0..=100.
    pub score: u32,
    /// Wall time of the start, or when the line was brought, ms since the Unix epoch.
    pub started_ms: u64,
    /// Hints that count against it.
    pub hints: u32,
    /// Whether a score line alone told of it.
    pub by_line: bool,
}

impl Store {
    /// All results that were brought.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn brought_results(&self) -> Result<Vec<BroughtResult>, StoreError> {
        let rows = sqlx::query(
            "SELECT participant, scenario, run, name, score, started_ms, hints, by_line FROM results \
             ORDER BY participant, scenario, run",
        );
        let rows = rows.fetch_all(&self.readers).await?;
        let results = rows.iter().map(|row| {
            Ok(BroughtResult {
                participant: row.try_get("participant")?,
                scenario: row.try_get("scenario")?,
                run: row.try_get("run")?,
                name: row.try_get("name")?,
                score: row.try_get("score")?,
                started_ms: unsigned(row.try_get("started_ms")?),
                hints: row.try_get("hints")?,
                by_line: row.try_get("by_line")?,
            })
        });
        results.collect()
    }

    /// Keeps a result; whether it is new. The same run again changes nothing but what its participant is called. The
    /// data of a run takes the place of the line that told of it before.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub async fn bring_result(&self, result: &BroughtResult) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let mut replaced = 0;
        if !result.by_line {
            let short = brownout_core::wire::short(&result.run);
            let told = "DELETE FROM results WHERE by_line = TRUE AND scenario = $1 AND score = $2 AND run = $3";
            let told = sqlx::query(told).bind(&result.scenario).bind(result.score).bind(short);
            replaced = told.execute(&mut *transaction).await?.rows_affected();
            sqlx::query("UPDATE results SET name = $1 WHERE participant = $2 AND by_line = FALSE")
                .bind(&result.name)
                .bind(&result.participant)
                .execute(&mut *transaction)
                .await?;
        }
        let added = sqlx::query(
            "INSERT INTO results (participant, scenario, run, name, score, started_ms, hints, by_line) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (participant, scenario, run) DO NOTHING",
        )
        .bind(&result.participant)
        .bind(&result.scenario)
        .bind(&result.run)
        .bind(&result.name)
        .bind(result.score)
        .bind(signed(result.started_ms))
        .bind(result.hints)
        .bind(result.by_line)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(added.rows_affected() > 0 && replaced == 0)
    }

    /// Forgets what was brought of a participant; whether there was anything.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub async fn forget_results(&self, participant: &str) -> Result<bool, StoreError> {
        let forgotten = sqlx::query("DELETE FROM results WHERE participant = $1").bind(participant);
        Ok(forgotten.execute(&self.writer).await?.rows_affected() > 0)
    }
}
