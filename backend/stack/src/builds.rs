//! The binaries that were built, apart from cargo's target folder, so that a build never touches what runs.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::error::StackError;

/// So many are kept: the live one, the one before, and one more to compare.
const KEPT: usize = 3;

/// `<data dir>/builds`.
#[derive(Debug, Clone)]
pub(crate) struct Builds {
    directory: PathBuf,
}

impl Builds {
    pub(crate) fn open(data_dir: &Path) -> Result<Self, StackError> {
        let directory = data_dir.join("builds");
        fs::create_dir_all(&directory).map_err(StackError::file("cannot create", &directory))?;
        Ok(Self { directory })
    }

    /// The binary of an earlier build with this identity. An empty one was cut short by a power failure.
    pub(crate) fn find(&self, id: &str) -> Option<PathBuf> {
        Some(self.path(id))
            .filter(|path| path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0))
    }

    /// Copies a binary here under its identity; a half-written copy is never seen.
    pub(crate) fn keep(&self, executable: &Path, id: &str) -> Result<PathBuf, StackError> {
        let path = self.path(id);
        let beside = path.with_extension("new");
        fs::copy(executable, &beside).map_err(StackError::file("cannot copy the build to", &beside))?;
        fs::rename(&beside, &path).map_err(StackError::file("cannot write", &path))?;
        Ok(path)
    }

    /// Deletes all but the newest few; `live` stays in any case.
    pub(crate) fn prune(&self, live: &str) {
        let live = self.path(live);
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let mut builds: Vec<(SystemTime, PathBuf)> = entries
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .filter(|(_, path)| *path != live)
            .collect();
        builds.sort_by(|a, b| b.cmp(a));
        for (_, path) in builds.into_iter().skip(KEPT - 1) {
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!(path = %path.display(), %error, "an old build could not be deleted");
            }
        }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("lab-{id}"))
    }
}
