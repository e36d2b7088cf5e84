//! The history through its public edge. What is SQLite's own is in `damage`; the rest holds for any database.

// Tests fail by panicking.
#![allow(clippy::expect_used, clippy::panic)]

mod choices;
mod damage;
mod log;
mod record;
mod recording;
mod results;
mod together;

use std::path::PathBuf;

use brownout_core::event::RunEnvelope;
use brownout_store::Store;
use tempfile::TempDir;

/// A folder of its own with a history in it; both end with the test.
struct History {
    folder: TempDir,
    store: Store,
}

impl History {
    async fn new() -> History {
        let folder = TempDir::new().expect("a temporary folder");
        let opened = Store::open(&folder.path().join("deep/down/history.sqlite")).await.expect("opens");
        assert_eq!(opened.notices, Vec::<String>::new());
        History { folder, store: opened.store }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("deep/down/history.sqlite")
    }

    /// Closes the history and opens it again, as a panel that restarts.
    async fn reopened(self) -> History {
        self.store.close().await;
        let opened = Store::open(&self.path()).await.expect("opens again");
        assert_eq!(opened.notices, Vec::<String>::new());
        History { folder: self.folder, store: opened.store }
    }

    async fn append(&self, events: &[RunEnvelope]) {
        for event in events {
            self.store.append_run(event).await.expect("appends");
        }
    }
}
