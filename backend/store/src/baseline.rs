//! The run that later ones of a case are compared with: the first ranked one, or the one that was pinned.

use crate::{error::StoreError, store::Store};

/// What came of pinning a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pinned {
    /// It is the baseline of its case now.
    Done,
    /// There is no such run.
    NoRun,
    /// Only a ranked run can be it.
    NotRanked,
}

impl Store {
    /// Makes a ranked run the baseline of its case.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub async fn pin_baseline(&self, id: &str) -> Result<Pinned, StoreError> {
        let mut transaction = self.begin().await?;
        let run: Option<(String, bool)> = sqlx::query_as("SELECT scenario, ranked FROM runs WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?;
        let scenario = match run {
            None => return Ok(Pinned::NoRun),
            Some((_, false)) => return Ok(Pinned::NotRanked),
            Some((scenario, true)) => scenario,
        };
        sqlx::query(
            "INSERT INTO baselines (scenario, run) VALUES ($1, $2) ON CONFLICT (scenario) DO UPDATE SET run = excluded.run",
        )
        .bind(scenario)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Pinned::Done)
    }
}
