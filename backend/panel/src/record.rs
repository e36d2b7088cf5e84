//! `panel.json`: how commands find the panel that runs, and the lock that keeps a second one out. A hub has the same as
//! `hub.json`.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// What a running panel or hub says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Process id.
    pub pid: u32,
    /// Base URL, e.g. `http://localhost:3000`.
    pub url: String,
    /// Secret that commands send instead of an Origin.
    pub token: String,
    /// Version of the panel.
    pub version: String,
}

/// What runs in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A panel.
    Panel,
    /// A hub.
    Hub,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Panel => "panel",
            Kind::Hub => "hub",
        }
    }

    /// How it is ended, or left alone.
    fn way_out(self) -> &'static str {
        match self {
            Kind::Panel => "stop it with `brownout down` or choose another --data-dir",
            Kind::Hub => "stop it with Ctrl-C where it runs, or give this one another --name",
        }
    }
}

/// Why the data directory cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Another panel works in it.
    #[error("another {} already uses {}{}; {}", .kind.name(), .dir.display(), whom(.holder), .kind.way_out())]
    Taken {
        /// What is claimed.
        kind: Kind,
        /// The data directory.
        dir: PathBuf,
        /// What is known of the other.
        holder: Option<Record>,
    },
    /// It cannot be written.
    #[error("the data directory {} cannot be written: {source}; free some space, fix its permissions, or choose another --data-dir", .dir.display())]
    Io {
        /// The data directory.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn whom(holder: &Option<Record>) -> String {
    holder.as_ref().map(|record| format!(" ({}, pid {})", record.url, record.pid)).unwrap_or_default()
}

/// The data directory, held for as long as this lives.
#[derive(Debug)]
pub struct Claim {
    dir: PathBuf,
    kind: Kind,
    lock: File,
}

impl Claim {
    /// Takes the data directory, creating it. The lock ends with the process, however it ends.
    pub fn take(dir: &Path) -> Result<Self, RecordError> {
        Claim::take_for(Kind::Panel, dir)
    }

    /// The same for a hub.
    pub fn take_for(kind: Kind, dir: &Path) -> Result<Self, RecordError> {
        let io = |source| RecordError::Io { dir: dir.to_owned(), source };
        fs::create_dir_all(dir).map_err(io)?;
        let path = dir.join(format!("{}.lock", kind.name()));
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => Ok(Claim { dir: dir.to_owned(), kind, lock }),
            Err(TryLockError::WouldBlock) => {
                Err(RecordError::Taken { kind, dir: dir.to_owned(), holder: read_of(kind, dir) })
            }
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }

    /// Writes `panel.json` or `hub.json`, readable by its owner only.
    pub fn publish(&self, record: &Record) -> Result<(), RecordError> {
        let io = |source| RecordError::Io { dir: self.dir.clone(), source };
        let text = serde_json::to_vec_pretty(record).map_err(|error| io(error.into()))?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let path = self.dir.join(format!("{}.json", self.kind.name()));
        let fresh = self.dir.join(format!("{}.json.new", self.kind.name()));
        options.open(&fresh).and_then(|mut file| file.write_all(&text)).map_err(io)?;
        fs::rename(&fresh, &path).map_err(io)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.dir.join(format!("{}.json", self.kind.name())));
        // A process that is being started just now has a copy of the file until it becomes another program; closing
        // ours alone would leave the directory taken for that moment.
        let _ = self.lock.unlock();
    }
}

/// The record in a data directory, if there is one. It may be of a panel that no longer lives: ask it.
pub fn read(dir: &Path) -> Option<Record> {
    read_of(Kind::Panel, dir)
}

/// The same of a hub.
pub fn read_of(kind: Kind, dir: &Path) -> Option<Record> {
    serde_json::from_slice(&fs::read(dir.join(format!("{}.json", kind.name()))).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_claim_names_the_first() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let claim = Claim::take(dir.path()).expect("first claim");
        let record = Record { pid: 7, url: "http://localhost:3000".into(), token: "t".into(), version: "1".into() };
        claim.publish(&record).expect("published");
        let text = Claim::take(dir.path()).expect_err("second claim").to_string();
        assert!(text.contains("http://localhost:3000, pid 7"), "{text}");
        drop(claim);
        assert!(read(dir.path()).is_none());
        Claim::take(dir.path()).expect("free again");
    }

    #[test]
    fn a_hub_is_no_panel_and_a_second_one_is_told_what_to_do() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let _panel = Claim::take(dir.path()).expect("the panel");
        let _hub = Claim::take_for(Kind::Hub, dir.path()).expect("the hub");
        let text = Claim::take_for(Kind::Hub, dir.path()).expect_err("second hub").to_string();
        assert!(text.contains("another hub") && text.contains("--name"), "{text}");
    }

    #[test]
    fn a_directory_is_free_although_a_process_that_is_being_started_still_has_a_copy_of_the_lock() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let claim = Claim::take(dir.path()).expect("first claim");
        // What fork leaves in a child until it becomes another program.
        let copy = claim.lock.try_clone().expect("a copy");
        Claim::take(dir.path()).expect_err("it is taken");
        drop(claim);
        Claim::take(dir.path()).expect("free again");
        drop(copy);
    }
}
