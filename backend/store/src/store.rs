//! The handle that everybody else holds.

use std::path::Path;

use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::{error::StoreError, file};

/// The history. Cheap to clone; all clones share one writer and a few readers.
#[derive(Debug, Clone)]
pub struct Store {
    // One connection writes, so writers queue here instead of failing on SQLite's lock.
    pub(crate) writer: SqlitePool,
    pub(crate) readers: SqlitePool,
}

/// Takes the write lock at once.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// A history that was opened, with what its owner should be told.
#[derive(Debug)]
pub struct Opened {
    /// The history.
    pub store: Store,
    /// Sentences to show, e.g. that a damaged file was kept aside.
    pub notices: Vec<String>,
}

impl Store {
    /// Opens the history in this file and creates it with its folders when there is none. A damaged file is kept aside
    /// as `<name>.corrupt-<seconds since 1970 of its last change>` and a new one begun; the notices say so.
    ///
    /// # Errors
    /// When the place cannot be written, or the file was written by a newer version.
    pub async fn open(path: &Path) -> Result<Opened, StoreError> {
        let (store, mut notices) = file::open(path).await?;
        let stale = store.stale_rows().await?;
        if stale > 0 {
            notices.push(format!(
                "{stale} runs in the list were computed by another version of Brownout. Run `brownout reindex`."
            ));
        }
        Ok(Opened { store, notices })
    }

    /// The participant of this machine: a UUID, made when the history was begun.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn participant(&self) -> Result<String, StoreError> {
        Ok(sqlx::query_scalar("SELECT id FROM participant").fetch_one(&self.readers).await?)
    }

    /// Ends all connections after what they are doing. Later calls on any clone fail.
    pub async fn close(&self) {
        self.readers.close().await;
        // The writer goes last: it then folds the write-ahead log into the file.
        self.writer.close().await;
    }

    /// Begins a transaction that may write. It holds the write lock from the start, so that it never fails half-way
    /// because a reader became a writer.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        match self.writer.begin_with(BEGIN).await {
            // On a full disk SQLite rolls back by itself; the driver's own ROLLBACK then fails, and it believes for ever
            // that the transaction is open. A new connection knows better.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.writer.acquire().await?.close().await?;
                Ok(self.writer.begin_with(BEGIN).await?)
            }
            begun => Ok(begun?),
        }
    }
}

/// SQL integers are signed; none of our numbers comes near 2^63.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The way back from [`signed`].
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
