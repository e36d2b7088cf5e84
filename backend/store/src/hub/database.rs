//! A hub's database: opening it by its address, bringing its schema up to date.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sqlx::{
    AnyConnection, Connection, Executor, SqlSafeStr,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};
use tokio::time::timeout;

use super::{
    error::HubStoreError,
    sql::{Kind, SqlHub},
};
use crate::file::private;

/// Steps of the schema, for SQLite and Postgres. A step that was released is never changed; another is added.
const STEPS: [(i64, &str, &str, &str); 1] = [(
    1,
    "hub",
    include_str!("../../migrations/hub/sqlite/0001_hub.sql"),
    include_str!("../../migrations/hub/postgres/0001_hub.sql"),
)];

/// Files up to this size are read through for damage at each start, bytes: several workshops, well under a second.
const CHECKED_UP_TO: u64 = 64 << 20;

/// A database that does not let anybody in for so long is not there.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the database with this address.
pub(super) async fn open(url: &str) -> Result<SqlHub, HubStoreError> {
    match url.strip_prefix("sqlite:") {
        Some(rest) => open_file(&path_of(rest)?).await,
        None => open_at(url, 0).await,
    }
}

/// Opens or creates the database in this file.
pub(super) async fn open_file(path: &Path) -> Result<SqlHub, HubStoreError> {
    let place = |source| HubStoreError::Place { path: path.to_owned(), source };
    let path = std::path::absolute(path).map_err(place)?;
    let size = private(&path).map_err(place)?;
    let Some(name) = path.to_str() else {
        return Err(HubStoreError::Address { why: format!("{} is not UTF-8", path.display()) });
    };
    open_at(&format!("sqlite://{}", utf8_percent_encode(name, &NOT_IN_PATHS)), size).await
}

/// Letters that stand for themselves in the address of a file.
const NOT_IN_PATHS: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// What follows `sqlite:` as the name of a file, as SQLite's own driver reads it.
fn path_of(rest: &str) -> Result<PathBuf, HubStoreError> {
    let why = |why: &str| HubStoreError::Address { why: why.to_owned() };
    let name = rest.strip_prefix("//").unwrap_or(rest);
    if name.contains('?') {
        return Err(why("what follows `?` is not understood for a file"));
    }
    let name = percent_decode_str(name).decode_utf8().map_err(|_| why("the name of the file is not UTF-8"))?;
    match &*name {
        "" => Err(why("the name of the file is missing")),
        ":memory:" => Err(why("a hub is kept on a disk, not in memory")),
        name => Ok(PathBuf::from(name)),
    }
}

async fn open_at(url: &str, size: u64) -> Result<SqlHub, HubStoreError> {
    sqlx::any::install_default_drivers();
    let options: AnyConnectOptions = url.parse().map_err(|error| match error {
        sqlx::Error::Configuration(why) => HubStoreError::Address { why: why.to_string() },
        other => HubStoreError::Address { why: other.to_string() },
    })?;
    let kind = match options.database_url.scheme() {
        "sqlite" => Kind::Sqlite,
        "postgres" | "postgresql" => Kind::Postgres,
        other => return Err(HubStoreError::Address { why: format!("`{other}` is no database that a hub knows") }),
    };
    let shown = shown(&options);
    let opened = |source| match HubStoreError::of(source, &shown) {
        HubStoreError::Database { url, source } => HubStoreError::Open { url, source },
        known => known,
    };
    // Not from a pool, which would try again and again before it said anything, and then not why.
    let first = timeout(PATIENCE, AnyConnection::connect_with(&options)).await;
    let mut first = first.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(opened)?;
    let prepared = prepare(&mut first, kind, &shown, size).await;
    // Awaited, because SQLite cleans up beside the file when its last connection closes.
    let closed = first.close().await;
    prepared?;
    closed.map_err(opened)?;
    let writer = pool(kind, 1, kind.writes()).connect_lazy_with(options.clone());
    let readers = pool(kind, 4, kind.reads()).connect_lazy_with(options);
    Ok(SqlHub { writer, readers, url: shown.into(), kind, claimed: Arc::new(OnceLock::new()) })
}

/// The address without what nobody should read over a shoulder.
fn shown(options: &AnyConnectOptions) -> String {
    let mut url = options.database_url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Fails for an address without a host, which has no password either.
    let _ = url.set_password(None);
    percent_decode_str(url.as_str()).decode_utf8_lossy().into_owned()
}

impl Kind {
    /// What the writing connection is told first.
    fn writes(self) -> &'static str {
        match self {
            // What is erased is overwritten.
            Kind::Sqlite => "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON",
            // A server that lost us to the network lets go of our lock within half a minute.
            Kind::Postgres => {
                "SET statement_timeout = '8s'; SET idle_in_transaction_session_timeout = '30s'; \
                 SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
            }
        }
    }

    /// What a reading connection is told first.
    fn reads(self) -> &'static str {
        match self {
            Kind::Sqlite => "PRAGMA query_only = ON",
            Kind::Postgres => "SET statement_timeout = '8s'; SET default_transaction_read_only = on",
        }
    }
}

fn pool(kind: Kind, connections: u32, first: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        // The lock of the writer is its connection's, and a connection to a file does not age.
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(PATIENCE)
        // A file does not go away; a server may have been restarted.
        .test_before_acquire(kind == Kind::Postgres)
        .after_connect(move |connection, _| Box::pin(async move { connection.execute(first).await.map(drop) }))
}

async fn prepare(connection: &mut AnyConnection, kind: Kind, url: &str, size: u64) -> Result<(), HubStoreError> {
    let says = |error| HubStoreError::of(error, url);
    if kind == Kind::Sqlite {
        if (1..=CHECKED_UP_TO).contains(&size) {
            let found: String =
                sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut *connection).await.map_err(says)?;
            if found != "ok" {
                return Err(HubStoreError::Damaged { url: url.to_owned(), says: found });
            }
        }
        connection.execute("PRAGMA journal_mode = WAL").await.map_err(says)?;
    }
    let steps = STEPS.map(|(version, name, sqlite, postgres)| {
        let sql = if kind == Kind::Sqlite { sqlite } else { postgres };
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let migrated = Migrator::with_migrations(steps.into()).run(&mut *connection).await;
    migrated.map_err(|error| migration_error(error, url))
}

fn migration_error(error: MigrateError, url: &str) -> HubStoreError {
    match error {
        MigrateError::VersionMissing(found) => {
            HubStoreError::Newer { url: url.to_owned(), found, known: STEPS.last().map_or(0, |step| step.0) }
        }
        MigrateError::VersionMismatch(step) | MigrateError::Dirty(step) => {
            HubStoreError::Other { url: url.to_owned(), step }
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => HubStoreError::of(error, url),
        other => HubStoreError::of(sqlx::Error::Migrate(Box::new(other)), url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_one_text_but_for_the_bytes_of_a_record() {
        for (_, name, sqlite, postgres) in STEPS {
            assert_eq!(sqlite.replace("record BLOB ", "record BYTEA"), postgres, "{name}");
        }
    }

    #[test]
    fn a_file_is_named_as_it_was_typed() {
        for (rest, name) in [
            ("///tmp/hub.sqlite", "/tmp/hub.sqlite"),
            ("hub.sqlite", "hub.sqlite"),
            ("//My%20Folder/100%25.sqlite", "My Folder/100%.sqlite"),
        ] {
            assert_eq!(path_of(rest).unwrap(), PathBuf::from(name), "{rest}");
        }
        for (rest, why) in [("", "missing"), (":memory:", "not in memory"), ("//a?mode=ro", "`?`"), ("%ff", "UTF-8")] {
            let says = path_of(rest).unwrap_err().to_string();
            assert!(says.contains(why) && says.contains("Give `sqlite:///"), "{says}");
        }
    }

    #[test]
    fn a_password_is_shown_to_nobody() {
        let options: AnyConnectOptions =
            "postgres://hub:s3cret@db.example:5433/hub?password=s3cret#s3cret".parse().unwrap();
        assert_eq!(shown(&options), "postgres://hub@db.example:5433/hub");
    }
}
