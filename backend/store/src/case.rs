//! Readings of the case clocks.

use std::collections::BTreeMap;

use crate::{
    error::StoreError,
    store::{Store, signed, unsigned},
};

impl Store {
    /// The last stored reading of every case clock, ms by scenario.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn clocks(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT scenario, ms FROM clocks").fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(scenario, ms)| (scenario, unsigned(ms))).collect())
    }

    /// Stores the reading of a case clock, ms.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub async fn set_clock(&self, scenario: &str, ms: u64) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO clocks (scenario, ms) VALUES ($1, $2) ON CONFLICT (scenario) DO UPDATE SET ms = excluded.ms",
        )
        .bind(scenario)
        .bind(signed(ms))
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
