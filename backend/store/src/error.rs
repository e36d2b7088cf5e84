//! What can go wrong with the history, said so that a participant knows what to do.

use std::{io, path::PathBuf};

/// Anything that keeps the history from being read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or the file cannot be created or moved.
    #[error(
        "cannot keep the history in {}: {source}. Make its folder writable or choose another with --data-dir.",
        path.display()
    )]
    Place {
        /// The path that was tried.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite cannot open the file.
    #[error(
        "cannot open the history {}: {source}. Check who may read and write it, or choose another folder with --data-dir.",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: sqlx::Error,
    },
    /// The file has a schema that this version does not know.
    #[error(
        "the history {} was written by a newer version of Brownout (its schema has step {found}, this version knows {known}). \
         Update Brownout, or choose another folder with --data-dir.",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Step of the schema that is unknown here.
        found: i64,
        /// Last step that is known here.
        known: i64,
    },
    /// A step of the schema is not the one that this version would have taken.
    #[error(
        "the history {} has another schema than this version of Brownout makes (step {step}). \
         Use the version that wrote it, or choose another folder with --data-dir.",
        path.display()
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// The step that differs.
        step: i64,
    },
    /// No room is left.
    #[error(
        "the history cannot be written: the disk is full. Free some space and try again; what was written is safe."
    )]
    DiskFull,
    /// The file may only be read.
    #[error("the history cannot be written: it is read-only. Make the file and its folder writable or use --data-dir.")]
    ReadOnly,
    /// A run that goes on cannot be deleted.
    #[error("run {id} goes on; stop it first, then delete it")]
    GoesOn {
        /// The run.
        id: String,
    },
    /// Somebody else holds the file.
    #[error("the history is locked by another program. Close the other Brownout or the SQLite tool that has it open.")]
    Locked,
    /// SQLite found the file damaged.
    #[error(
        "the history is damaged ({says}). Restart Brownout: it keeps the file aside and begins a new one. \
         If it does not, move history.sqlite out of the data folder."
    )]
    Damaged {
        /// What was found.
        says: String,
    },
    /// An event names a stream of another kind.
    #[error("`{stream}` is not a stream of this kind: `{expected}` was expected.")]
    Stream {
        /// As the event names it.
        stream: String,
        /// What it should look like.
        expected: &'static str,
    },
    /// Events are missing before this one.
    #[error("event {seq} of `{stream}` cannot be appended: the last one is {last}, the next must be {}.", last + 1)]
    Gap {
        /// The stream.
        stream: String,
        /// Number of the event.
        seq: u64,
        /// Last number in the log; 0 when there is none.
        last: u64,
    },
    /// The number is taken by another event.
    #[error("event {seq} of `{stream}` is in the history already with other content. Number events once and in order.")]
    Conflict {
        /// The stream.
        stream: String,
        /// Number of the event.
        seq: u64,
    },
    /// The first event of a run does not say what it starts with.
    #[error("the first event of `{stream}` must be `started` with the same run id.")]
    Headless {
        /// The stream.
        stream: String,
    },
    /// A page was asked for after a run that is not there.
    #[error("there is no run `{id}` to continue the list from. Ask for the first page again.")]
    Cursor {
        /// As it was given.
        id: String,
    },
    /// An event that cannot be written as JSON or read from it.
    #[error("event {seq} of `{stream}` cannot be read or written as JSON: {source}.")]
    Json {
        /// The stream.
        stream: String,
        /// Number of the event.
        seq: u64,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// Anything else that SQLite says.
    #[error("the history cannot be read or written: {0}.")]
    Database(sqlx::Error),
}

impl StoreError {
    /// Whether the file itself is beyond use.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, StoreError::Damaged { .. })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        // https://www.sqlite.org/rescode.html; the low byte is the kind, the rest refines it.
        match primary_code(&error) {
            Some(5 | 6) => StoreError::Locked,
            Some(8) => StoreError::ReadOnly,
            Some(11 | 26) => StoreError::Damaged { says: error.to_string() },
            Some(13) => StoreError::DiskFull,
            _ => match error {
                sqlx::Error::PoolTimedOut => StoreError::Locked,
                other => StoreError::Database(other),
            },
        }
    }
}

fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
