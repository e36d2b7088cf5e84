//! The log of one replica, never longer than it should be.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// At this size the file becomes `<name>.1` and a new one begins.
const LARGEST: u64 = 5 * 1024 * 1024;

/// A log file that rotates. Cloning shares it, so that the outgoing and the incoming replica write whole lines to one.
#[derive(Debug, Clone)]
pub(crate) struct Logfile {
    path: PathBuf,
    open: Arc<Mutex<Option<Open>>>,
}

#[derive(Debug)]
struct Open {
    file: File,
    size: u64,
}

impl Logfile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, open: Arc::default() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends whole lines. A disk that is full must not stop the service that speaks, so a failure is only told once.
    pub(crate) fn append(&self, lines: &[u8]) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let had = open.is_some();
        if let Err(error) = self.try_append(&mut open, lines) {
            *open = None;
            if had {
                tracing::warn!(path = %self.path.display(), %error, "a log could not be written");
            }
        }
    }

    fn try_append(&self, open: &mut Option<Open>, lines: &[u8]) -> io::Result<()> {
        if open.as_ref().is_some_and(|open| open.size + lines.len() as u64 > LARGEST) {
            *open = None;
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
        }
        let open = match open {
            Some(open) => open,
            None => {
                let file = OpenOptions::new().create(true).append(true).open(&self.path)?;
                let size = file.metadata()?.len();
                open.insert(Open { file, size })
            }
        };
        open.file.write_all(lines)?;
        open.size += lines.len() as u64;
        Ok(())
    }

    /// The last `count` lines, of the last 16 KB.
    pub(crate) fn tail(&self, count: usize) -> String {
        let read = || -> io::Result<String> {
            let mut file = File::open(&self.path)?;
            let size = file.metadata()?.len();
            file.seek(SeekFrom::Start(size.saturating_sub(16 * 1024)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        let text = read().unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(count)..].join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_stays_within_its_bound_and_keeps_the_newest_lines() {
        let dir = tempfile::tempdir().unwrap();
        let log = Logfile::new(dir.path().join("api-0.log"));
        let block = format!("{}\n", "x".repeat(1023)).repeat(1024);
        for _ in 0..12 {
            log.append(block.as_bytes());
        }
        log.append(b"newest\n");
        let size = |name: &str| fs::metadata(dir.path().join(name)).unwrap().len();
        assert!(size("api-0.log") <= LARGEST && size("api-0.log.1") <= LARGEST);
        assert_eq!(log.tail(1), "newest");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}
