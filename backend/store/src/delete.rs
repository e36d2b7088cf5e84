//! Deleting a run: its events, its row, and its place as a baseline.

use crate::{error::StoreError, log::RUN, projection, store::Store};

impl Store {
    /// Deletes a run that has ended; whether there was one. When it was the baseline of its case, the oldest ranked
    /// run that is left takes its place.
    ///
    /// # Errors
    /// When the run goes on, or the history cannot be written.
    pub async fn delete_run(&self, id: &str) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let state: Option<String> = sqlx::query_scalar("SELECT state FROM runs WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?;
        match state.as_deref() {
            None => return Ok(false),
            Some("running") => return Err(StoreError::GoesOn { id: id.to_owned() }),
            Some(_) => {}
        }
        for statement in ["DELETE FROM baselines WHERE run = $1", "DELETE FROM runs WHERE id = $1"] {
            sqlx::query(statement).bind(id).execute(&mut *transaction).await?;
        }
        sqlx::query("DELETE FROM events WHERE stream = $1")
            .bind(format!("{RUN}{id}"))
            .execute(&mut *transaction)
            .await?;
        sqlx::query(projection::FIRST_RANKED).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
