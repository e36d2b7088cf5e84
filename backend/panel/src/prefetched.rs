//! The mark that `prefetch` leaves: what was fetched is still what is needed while the lock files are the same.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    clock::wall_ms,
    library::{self, LibraryError},
};

/// Name of the mark in the data directory.
const MARK: &str = "prefetched.json";
/// Files that say what is needed.
const LOCKS: [&str; 2] = ["Cargo.lock", "lab/Cargo.lock"];

#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    /// Hash of the lock files.
    locks: String,
    /// For which stack.
    stack: String,
    /// When.
    at_ms: u64,
}

/// Leaves the mark: everything was fetched, for this stack.
///
/// # Errors
/// When the data directory cannot be written.
pub fn mark(root: &Path, data_dir: &Path, stack: &str) -> Result<(), LibraryError> {
    let mark = Mark { locks: hash(root), stack: stack.to_owned(), at_ms: wall_ms() };
    library::put(&data_dir.join(MARK), &serde_json::to_vec_pretty(&mark)?)
}

/// Whether what was fetched is what is needed now; `None` where nothing was ever fetched, or the mark cannot be read: who
/// built everything by hand needs no mark.
pub fn holds(root: &Path, data_dir: &Path) -> Option<bool> {
    let mark: Mark = serde_json::from_slice(&fs::read(data_dir.join(MARK)).ok()?).ok()?;
    Some(mark.locks == hash(root))
}

fn hash(root: &Path) -> String {
    let mut hash = Sha256::new();
    for lock in LOCKS {
        let text = fs::read(root.join(lock)).unwrap_or_default();
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_holds_while_the_lock_files_are_the_same() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (root, data) = (dir.path(), dir.path().join(".brownout"));
        fs::create_dir_all(root.join("lab")).expect("a folder");
        fs::write(root.join("Cargo.lock"), "a").expect("written");
        fs::write(root.join("lab/Cargo.lock"), "b").expect("written");
        assert_eq!(holds(root, &data), None);
        mark(root, &data, "local").expect("marked");
        assert_eq!(holds(root, &data), Some(true));
        fs::write(root.join("lab/Cargo.lock"), "c").expect("written");
        assert_eq!(holds(root, &data), Some(false));
        fs::write(data.join(MARK), "{").expect("written");
        assert_eq!(holds(root, &data), None);
    }
}
