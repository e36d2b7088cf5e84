//! Keeping the history short: the newest runs of each case and what others stand on.

use brownout_core::wire::RunSummary;

use crate::{error::StoreError, log::RUN, store::Store};

/// Runs that are deleted at once, so that a run that goes on can be written between.
const TOGETHER: usize = 200;

impl Store {
    /// Runs that pruning would delete, oldest first: all of a case (or of every case) but the newest `keep`, the
    /// baselines, every participant's best and runs that go on.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn prunable_runs(&self, keep: u32, scenario: Option<&str>) -> Result<Vec<RunSummary>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM (SELECT id, place, state, \
             ROW_NUMBER() OVER (PARTITION BY scenario ORDER BY place DESC) AS newest FROM runs \
             WHERE $1 IS NULL OR scenario = $1) AS aged \
             WHERE newest > $2 AND state <> 'running' AND id NOT IN (SELECT run FROM baselines) ORDER BY place",
        )
        .bind(scenario)
        .bind(i64::from(keep))
        .fetch_all(&self.readers)
        .await?;
        let best = self.best_runs().await?;
        let mut runs = Vec::new();
        for id in ids.iter().filter(|id| !best.iter().any(|best| best.cell.run == **id)) {
            runs.extend(self.run_summary(id).await?);
        }
        Ok(runs)
    }

    /// Deletes runs of [`Store::prunable_runs`]: their events and their rows.
    ///
    /// # Errors
    /// When the history cannot be written; what was deleted until then stays deleted.
    pub async fn delete_pruned(&self, runs: &[RunSummary]) -> Result<(), StoreError> {
        for some in runs.chunks(TOGETHER) {
            let mut transaction = self.begin().await?;
            for run in some {
                sqlx::query("DELETE FROM runs WHERE id = $1 AND id NOT IN (SELECT run FROM baselines)")
                    .bind(&run.id)
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query("DELETE FROM events WHERE stream = $1 AND NOT EXISTS (SELECT 1 FROM runs WHERE id = $2)")
                    .bind(format!("{RUN}{}", run.id))
                    .bind(&run.id)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        }
        Ok(())
    }
}
