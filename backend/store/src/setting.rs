//! What the participant has chosen: one JSON value a name.

use serde::{Serialize, de::DeserializeOwned};

use crate::{error::StoreError, store::Store};

impl Store {
    /// A choice; `None` when it was not made, or was stored in a form that this version does not know.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        let value: Option<String> = sqlx::query_scalar("SELECT value FROM settings WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.readers)
            .await?;
        Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
    }

    /// Stores a choice in place of the one before.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub async fn set_setting<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StoreError> {
        let value = serde_json::to_string(value).map_err(|source| StoreError::Json {
            stream: format!("setting {name}"),
            seq: 0,
            source,
        })?;
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
