//! What can go wrong with a hub's database, said so that a facilitator knows what to do.

use std::{io, path::PathBuf};

/// Anything that keeps a hub's database from being read or written.
#[derive(Debug, thiserror::Error)]
pub enum HubStoreError {
    /// Not the address of a database.
    #[error(
        "the hub's database cannot be found by its address: {why}. \
         Give `sqlite:///folder/hub.sqlite` or `postgres://user:password@host/database`."
    )]
    Address {
        /// What is wrong with it. The address itself may hold a password.
        why: String,
    },
    /// The folder or the file cannot be created.
    #[error("cannot keep the hub's database in {}: {source}. Make its folder writable or give another.", path.display())]
    Place {
        /// The path that was tried.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is there and does not let us in.
    #[error("cannot open the hub's database {url}: {source}. Check its name, and who may read and write it.")]
    Open {
        /// Which, without password.
        url: String,
        /// What it said.
        source: sqlx::Error,
    },
    /// It does not answer.
    #[error(
        "the hub's database {url} cannot be reached: {why}. Look whether it runs; \
         what participants have done waits with them and comes when it is back."
    )]
    Unreachable {
        /// Which, without password.
        url: String,
        /// What the system said.
        why: String,
    },
    /// Its schema has a step that this version does not know.
    #[error(
        "the hub's database {url} was written by a newer version of Brownout (its schema has step {found}, this version \
         knows {known}). Update Brownout, or give another database."
    )]
    Newer {
        /// Which, without password.
        url: String,
        /// Step of the schema that is unknown here.
        found: i64,
        /// Last step that is known here.
        known: i64,
    },
    /// A step of its schema is not the one that this version would have taken.
    #[error(
        "the hub's database {url} has another schema than this version of Brownout makes (step {step}). \
         Use the version that wrote it, or give another database."
    )]
    Other {
        /// Which, without password.
        url: String,
        /// The step that differs.
        step: i64,
    },
    /// Another process writes to the workshops of this name.
    #[error("another hub goes on with the workshop `{name}` in this database. Stop that one, or use another --name.")]
    AnotherHub {
        /// Name of the workshop.
        name: String,
    },
    /// No room is left.
    #[error("the hub's database cannot be written: the disk is full. Free some space; what was written is safe.")]
    DiskFull,
    /// The disk refuses.
    #[error(
        "the hub's database cannot be written: {says}. Look whether the disk is full, over a quota or broken; \
         what was written is safe."
    )]
    Disk {
        /// What the database said.
        says: String,
    },
    /// It may only be read.
    #[error("the hub's database {url} cannot be written: it is read-only. Give one that this user may write.")]
    ReadOnly {
        /// Which, without password.
        url: String,
    },
    /// Somebody else holds the file.
    #[error("the hub's database {url} is locked by another program. Close the SQLite tool that has it open.")]
    Locked {
        /// Which.
        url: String,
    },
    /// It was found damaged.
    #[error(
        "the hub's database {url} is damaged ({says}). Put a copy in its place: panels send again what that lacks. \
         Without one, move the file away and begin anew: everybody joins again."
    )]
    Damaged {
        /// Which.
        url: String,
        /// What was found.
        says: String,
    },
    /// Something that no database can keep.
    #[error("`{stream}` cannot be kept: {why}.")]
    Unfit {
        /// The stream of events.
        stream: String,
        /// What is wrong with it.
        why: String,
    },
    /// Anything else that the database says.
    #[error("the hub's database {url} cannot be read or written: {source}.")]
    Database {
        /// Which, without password.
        url: String,
        /// What it said.
        source: sqlx::Error,
    },
}

impl HubStoreError {
    /// What an error of this database means.
    pub(super) fn of(source: sqlx::Error, url: &str) -> HubStoreError {
        let url = url.to_owned();
        let code = source.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
        match &source {
            sqlx::Error::Io(why) => HubStoreError::Unreachable { url, why: why.to_string() },
            sqlx::Error::Tls(why) => HubStoreError::Unreachable { url, why: why.to_string() },
            sqlx::Error::PoolTimedOut if is_file(&url) => HubStoreError::Locked { url },
            sqlx::Error::PoolTimedOut => HubStoreError::Unreachable { url, why: "it does not answer".to_owned() },
            _ if is_file(&url) => HubStoreError::of_sqlite(source, url, &code),
            _ => HubStoreError::of_postgres(source, url, &code),
        }
    }

    /// <https://www.sqlite.org/rescode.html>; the low byte is the kind, the rest refines it.
    fn of_sqlite(source: sqlx::Error, url: String, code: &str) -> HubStoreError {
        match code.parse::<u32>().unwrap_or_default() & 0xff {
            5 | 6 => HubStoreError::Locked { url },
            8 => HubStoreError::ReadOnly { url },
            10 => HubStoreError::Disk { says: source.to_string() },
            11 | 26 => HubStoreError::Damaged { url, says: source.to_string() },
            13 => HubStoreError::DiskFull,
            _ => HubStoreError::Database { url, source },
        }
    }

    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    fn of_postgres(source: sqlx::Error, url: String, code: &str) -> HubStoreError {
        match code {
            "25006" => HubStoreError::ReadOnly { url },
            "53100" => HubStoreError::DiskFull,
            "53300" | "57P01" | "57P02" | "57P03" => HubStoreError::Unreachable { url, why: source.to_string() },
            "58030" => HubStoreError::Disk { says: source.to_string() },
            "XX001" | "XX002" => HubStoreError::Damaged { url, says: source.to_string() },
            _ => HubStoreError::Database { url, source },
        }
    }
}

/// Whether it is SQLite's.
fn is_file(url: &str) -> bool {
    url.starts_with("sqlite:")
}
