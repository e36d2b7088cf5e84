//! A hub's store in a database that speaks SQL: each method one transaction.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use sqlx::{Any, AnyConnection, AnyPool, Row, Transaction, pool::PoolConnection};
use tokio::time::timeout;

use super::{
    Appended, Hash, HubStore, HubStoreError, KeptEvent, KeptRecord, KeptSeat, KeptWorkshop, RecordKept, Rewritten,
    SeatChange, SeatChanged, SeatKey, SeatTaken, Secret, StreamPart, WantedSeat, database, erase, record, seat,
    sitting, stream, workshop,
};

/// A hub's store in SQLite or Postgres. Cheap to clone; all clones share one writing connection and a few readers.
#[derive(Debug, Clone)]
pub struct SqlHub {
    // One connection writes, so writers queue here and numbers are given without gaps or races.
    pub(super) writer: AnyPool,
    pub(super) readers: AnyPool,
    /// Without password, for people.
    pub(super) url: Arc<str>,
    pub(super) kind: Kind,
    pub(super) claimed: Arc<OnceLock<String>>,
}

/// Longer than any work here takes, and than a database takes to refuse it by itself.
const PATIENCE: Duration = Duration::from_secs(15);
/// Who ends does not wait longer for a database to hear of it.
const FAREWELL: Duration = Duration::from_secs(1);

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// Begins a transaction that may write. SQLite's takes the write lock at once.
    fn begin(self) -> &'static str {
        match self {
            Kind::Sqlite => "BEGIN IMMEDIATE",
            Kind::Postgres => "BEGIN",
        }
    }
}

impl SqlHub {
    /// Opens the database with this address, `sqlite:///folder/hub.sqlite` or `postgres://user:password@host/database`,
    /// and makes what it lacks. A file is created with its folders; a database of Postgres has to be there, empty or
    /// with what an earlier hub made.
    ///
    /// # Errors
    /// When it cannot be reached, read or written, or was written by a newer version.
    pub async fn open(url: &str) -> Result<SqlHub, HubStoreError> {
        database::open(url).await
    }

    /// Opens or creates the database in this file.
    ///
    /// # Errors
    /// When it cannot be read or written, or was written by a newer version.
    pub async fn open_file(path: &Path) -> Result<SqlHub, HubStoreError> {
        database::open_file(path).await
    }

    /// The database, without password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    fn says(&self, error: sqlx::Error) -> HubStoreError {
        HubStoreError::of(error, &self.url)
    }

    /// Ends work that a database does not answer: a network that swallows everything says nothing for a quarter of an
    /// hour.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, HubStoreError>> + Send,
    ) -> Result<T, HubStoreError> {
        timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(self.says(sqlx::Error::PoolTimedOut)))
    }

    async fn reader(&self) -> Result<PoolConnection<Any>, HubStoreError> {
        self.readers.acquire().await.map_err(|error| self.says(error))
    }

    async fn begin(&self) -> Result<Transaction<'static, Any>, HubStoreError> {
        let begun = match self.writer.begin_with(self.kind.begin()).await {
            // On a full disk SQLite rolls back by itself; the driver's own ROLLBACK then fails, and it believes for ever
            // that the transaction is open. A new connection knows better.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                let stuck = self.writer.acquire().await.map_err(|error| self.says(error))?;
                stuck.close().await.map_err(|error| self.says(error))?;
                self.writer.begin_with(self.kind.begin()).await
            }
            begun => begun,
        };
        let mut transaction = begun.map_err(|error| self.says(error))?;
        // Asked each time, because the lock ends with its connection and this may be another one than before.
        if let Some(name) = self.claimed.get() {
            self.lock(&mut transaction, name).await?;
        }
        Ok(transaction)
    }

    /// Takes the lock of the workshops of this name, unless this very connection has it.
    async fn lock(&self, connection: &mut AnyConnection, name: &str) -> Result<(), HubStoreError> {
        if self.kind == Kind::Sqlite {
            // A file has one hub because its folder has: the panel sees to that.
            return Ok(());
        }
        let locked: bool =
            sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended('brownout hub ' || $1, 0))")
                .bind(name)
                .fetch_one(connection)
                .await
                .map_err(|error| self.says(error))?;
        if locked { Ok(()) } else { Err(HubStoreError::AnotherHub { name: name.to_owned() }) }
    }

    /// Lets go of the lock, where that can be said: a server notices only a moment after that a connection has ended, and
    /// the next hub may be quicker.
    async fn unlock(&self) {
        if self.kind == Kind::Sqlite {
            return;
        }
        let unlocked = async {
            let mut writer = self.writer.acquire().await?;
            sqlx::query("DO $$ BEGIN PERFORM pg_advisory_unlock_all(); END $$").execute(&mut *writer).await
        };
        // A server that is away has let go of it.
        let _ = timeout(FAREWELL, unlocked).await;
    }

    /// Empties the log beside SQLite's file. It cannot be emptied under a reader, and that is no error: it is answered.
    async fn truncate_log(&self) -> Result<(), HubStoreError> {
        let mut writer = self.writer.acquire().await.map_err(|error| self.says(error))?;
        loop {
            let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *writer).await;
            let busy = row.and_then(|row| row.try_get::<i64, _>(0)).map_err(|error| self.says(error))?;
            if busy == 0 {
                return Ok(());
            }
        }
    }

    async fn commit(&self, transaction: Transaction<'static, Any>) -> Result<(), HubStoreError> {
        transaction.commit().await.map_err(|error| self.says(error))
    }
}

/// Runs this in a transaction of the writer.
macro_rules! write {
    ($hub:ident, $connection:ident => $work:expr) => {
        $hub.in_time(async {
            let mut transaction = $hub.begin().await?;
            let $connection: &mut AnyConnection = &mut transaction;
            let done = $work.await.map_err(|error| $hub.says(error))?;
            $hub.commit(transaction).await?;
            Ok(done)
        })
        .await
    };
}

/// Runs this with a reader.
macro_rules! read {
    ($hub:ident, $connection:ident => $work:expr) => {
        $hub.in_time(async {
            let mut reader = $hub.reader().await?;
            let $connection: &mut AnyConnection = &mut reader;
            $work.await.map_err(|error| $hub.says(error))
        })
        .await
    };
}

#[async_trait]
impl HubStore for SqlHub {
    async fn claim(&self, name: &str) -> Result<(), HubStoreError> {
        let claim = async {
            let mut transaction = self.begin().await?;
            self.lock(&mut transaction, name).await?;
            self.commit(transaction).await
        };
        self.in_time(claim).await?;
        let _ = self.claimed.set(name.to_owned());
        Ok(())
    }

    async fn workshop(&self, name: &str) -> Result<Option<KeptWorkshop>, HubStoreError> {
        read!(self, connection => workshop::newest(connection, name))
    }

    async fn open_workshop(&self, workshop: &KeptWorkshop) -> Result<(), HubStoreError> {
        write!(self, connection => workshop::open(connection, workshop))
    }

    async fn set_secret(&self, workshop: &str, which: Secret, hash: &Hash) -> Result<bool, HubStoreError> {
        write!(self, connection => workshop::set_secret(connection, workshop, which, hash))
    }

    async fn seat(&self, wanted: &WantedSeat) -> Result<SeatTaken, HubStoreError> {
        write!(self, connection => sitting::take(connection, wanted))
    }

    async fn seats(&self, workshop: &str) -> Result<Vec<KeptSeat>, HubStoreError> {
        read!(self, connection => seat::all(connection, workshop))
    }

    async fn seat_by(&self, workshop: &str, key: SeatKey<'_>) -> Result<Option<KeptSeat>, HubStoreError> {
        read!(self, connection => seat::by(connection, workshop, key))
    }

    async fn change_seat(&self, seat: &str, change: SeatChange<'_>) -> Result<SeatChanged, HubStoreError> {
        write!(self, connection => sitting::change(connection, seat, change))
    }

    async fn erase_seat(&self, seat: &str, rewritten: &[Rewritten<'_>]) -> Result<bool, HubStoreError> {
        let erased = write!(self, connection => erase::erase(connection, seat, rewritten))?;
        if self.kind == Kind::Sqlite {
            // Erased pages are zeros in the file; this takes what they were out of the log beside it.
            self.in_time(self.truncate_log()).await?;
        }
        Ok(erased)
    }

    async fn append(&self, parts: &[StreamPart<'_>]) -> Result<Vec<Option<Appended>>, HubStoreError> {
        parts.iter().try_for_each(StreamPart::check)?;
        write!(self, connection => stream::append(connection, parts))
    }

    async fn events(&self, workshop: &str, after_place: u64, limit: u32) -> Result<Vec<KeptEvent>, HubStoreError> {
        read!(self, connection => stream::events(connection, workshop, after_place, limit))
    }

    async fn put_record(&self, seat: &str, run: &str, digest: &str, gzip: &[u8]) -> Result<RecordKept, HubStoreError> {
        write!(self, connection => record::put(connection, seat, run, digest, gzip))
    }

    async fn record(&self, seat: &str, run: &str) -> Result<Option<Vec<u8>>, HubStoreError> {
        read!(self, connection => record::get(connection, seat, run))
    }

    async fn records(&self, workshop: &str) -> Result<Vec<KeptRecord>, HubStoreError> {
        read!(self, connection => record::all(connection, workshop))
    }

    async fn close(&self) {
        self.readers.close().await;
        self.unlock().await;
        // The writer goes last: SQLite then folds the write-ahead log into the file.
        self.writer.close().await;
    }
}
