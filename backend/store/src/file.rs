//! The SQLite file: opening it, bringing its schema up to date, keeping a damaged one aside.

use std::{
    ffi::OsString,
    fs, io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use sqlx::{
    ConnectOptions, Connection, SqlSafeStr, SqliteConnection,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};
use uuid::Uuid;

use crate::{error::StoreError, store::Store};

/// Steps of the schema. A step that was released is never changed; another is added.
const STEPS: [(i64, &str, &str); 3] = [
    (1, "history", include_str!("../migrations/sqlite/0001_history.sql")),
    (2, "cases", include_str!("../migrations/sqlite/0002_cases.sql")),
    (3, "results", include_str!("../migrations/sqlite/0003_results.sql")),
];

/// Files up to this size are read through for damage at each start, bytes: a few hundred runs, some 0.1 s.
const CHECKED_UP_TO: u64 = 64 << 20;

/// Opens or creates the file; gives notices for people besides.
pub(crate) async fn open(path: &Path) -> Result<(Store, Vec<String>), StoreError> {
    let place = |source| StoreError::Place { path: path.to_owned(), source };
    private(path).map_err(place)?;
    match attempt(path).await {
        Err(error) if error.is_damage() => {
            let kept = keep_aside(path).map_err(place)?;
            private(path).map_err(place)?;
            let notice = format!(
                "THE HISTORY WAS DAMAGED and a new one was begun: earlier runs are not shown. \
                 The old file is kept as {} ({error})",
                kept.display()
            );
            Ok((attempt(path).await?, vec![notice]))
        }
        opened => Ok((opened?, Vec::new())),
    }
}

/// Creates the file with its folders, readable by its owner alone, who may have a seat's secret in it; its size in bytes.
pub(crate) fn private(path: &Path) -> io::Result<u64> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?.metadata()?;
    if file.permissions().mode() & 0o077 != 0 {
        // An earlier version has made it.
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(file.len())
}

async fn attempt(path: &Path) -> Result<Store, StoreError> {
    let size = fs::metadata(path).map_or(0, |file| file.len());
    let options =
        SqliteConnectOptions::new().filename(path).create_if_missing(true).busy_timeout(Duration::from_secs(5));
    let says = |error: StoreError| match error {
        StoreError::Database(source) => StoreError::Open { path: path.to_owned(), source },
        known => known,
    };
    // Connecting does not read the file yet; `prepare` does.
    let mut first = options.connect().await.map_err(|error| says(error.into()))?;
    let prepared = prepare(&mut first, path, size).await;
    // Awaited, because a connection that closes later removes the write-ahead log by name: that of the next file,
    // if this one is kept aside.
    let closed = first.close().await;
    prepared.map_err(says)?;
    closed?;
    let writer = pool(1).connect_lazy_with(options.clone().synchronous(SqliteSynchronous::Normal));
    let readers = pool(4).connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Store { writer, readers })
}

fn pool(connections: u32) -> SqlitePoolOptions {
    // A connection to a file does not age.
    SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(10))
}

async fn prepare(connection: &mut SqliteConnection, path: &Path, size: u64) -> Result<(), StoreError> {
    if (1..=CHECKED_UP_TO).contains(&size) {
        let says: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut *connection).await?;
        if says != "ok" {
            return Err(StoreError::Damaged { says });
        }
    }
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await?;
    let steps = STEPS.map(|(version, name, sql)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(steps.into())
        .run(&mut *connection)
        .await
        .map_err(|error| migration_error(path, error))?;
    sqlx::query("INSERT INTO participant (place, id) VALUES (1, $1) ON CONFLICT (place) DO NOTHING")
        .bind(Uuid::new_v4().to_string())
        .execute(&mut *connection)
        .await?;
    Ok(())
}

fn migration_error(path: &Path, error: MigrateError) -> StoreError {
    let path = path.to_owned();
    match error {
        MigrateError::VersionMissing(found) => {
            StoreError::Newer { path, found, known: STEPS.last().map_or(0, |step| step.0) }
        }
        MigrateError::VersionMismatch(step) | MigrateError::Dirty(step) => StoreError::Other { path, step },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Database(sqlx::Error::Migrate(Box::new(other))),
    }
}

/// Renames the file and what SQLite keeps beside it, so that the set can still be opened under its new name.
fn keep_aside(path: &Path) -> io::Result<PathBuf> {
    let changed = fs::metadata(path)?.modified()?;
    let seconds = changed.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    // Two damaged files of the same second are still two files.
    let kept = (0..)
        .map(|nth| with_suffix(path, &format!(".corrupt-{}", seconds + nth)))
        .find(|kept| !kept.exists())
        .unwrap_or_else(|| with_suffix(path, ".corrupt"));
    for beside in ["-wal", "-shm"] {
        match fs::rename(with_suffix(path, beside), with_suffix(&kept, beside)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    // Last, so that a rename that failed leaves the damage to be found at the next start.
    fs::rename(path, &kept)?;
    Ok(kept)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    name.into()
}
