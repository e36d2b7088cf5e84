//! `stack.json`: which processes this stack has started, for whoever comes after a kill.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};

use crate::{error::StackError, platform, process::Farewell};

/// The processes of one stack, on disk for as long as there are any.
#[derive(Debug)]
pub(crate) struct Ledger {
    path: PathBuf,
    processes: Mutex<BTreeMap<u32, Entry>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Page {
    owner: Entry,
    processes: Vec<Entry>,
}

/// A process, named so that a later one with the same id is not taken for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    pid: u32,
    started: String,
    what: String,
    #[serde(default)]
    farewell: Farewell,
}

impl Entry {
    fn of(pid: u32, what: &str, farewell: Farewell) -> Self {
        Self { pid, started: platform::started(pid).unwrap_or_default(), what: what.to_owned(), farewell }
    }

    fn lives(&self) -> bool {
        platform::lives(self.pid, &self.started)
    }
}

impl Ledger {
    /// Opens the ledger and ends what a killed owner left behind. Returns how many that were. Blocks for up to 2 s.
    ///
    /// # Errors
    /// When the owner still lives, or the file cannot be replaced.
    pub(crate) fn open(data_dir: &Path) -> Result<(Self, usize), StackError> {
        let path = data_dir.join("stack.json");
        let page = fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Page>(&text).ok());
        let mut ended = 0;
        if let Some(page) = page {
            if page.owner.pid != std::process::id() && page.owner.lives() {
                return Err(StackError::DataDirInUse { data_dir: data_dir.to_owned(), pid: page.owner.pid });
            }
            ended = end(&page.processes);
        }
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(StackError::file("cannot delete", path)(error));
        }
        Ok((Self { path, processes: Mutex::default() }, ended))
    }

    pub(crate) fn enter(&self, pid: u32, what: &str, farewell: Farewell) {
        self.change(|processes| processes.insert(pid, Entry::of(pid, what, farewell)));
    }

    pub(crate) fn strike(&self, pid: u32) {
        self.change(|processes| processes.remove(&pid));
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<u32, Entry>) -> T) {
        let mut processes = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut processes);
        let written = if processes.is_empty() {
            fs::remove_file(&self.path)
        } else {
            let owner = Entry::of(std::process::id(), "owner", Farewell::default());
            self.write(&Page { owner, processes: processes.values().cloned().collect() })
        };
        if let Err(error) = written {
            tracing::warn!(path = %self.path.display(), %error, "the list of started processes could not be written");
        }
    }

    /// Replaces the file as a whole; a reader never sees half of it.
    fn write(&self, page: &Page) -> io::Result<()> {
        let beside = self.path.with_extension("json.new");
        fs::write(&beside, serde_json::to_vec_pretty(page)?)?;
        fs::rename(beside, &self.path)
    }
}

/// Ends processes of a dead owner: asks, waits up to 2 s, kills. A process id that means another process now is left alone.
fn end(processes: &[Entry]) -> usize {
    let left: Vec<&Entry> = processes.iter().filter(|process| process.lives()).collect();
    for process in &left {
        tracing::info!(pid = process.pid, what = process.what, "ending a process that a killed panel left behind");
        signal(process.pid, process.farewell.signal());
    }
    let deadline = Instant::now() + Duration::from_secs(2);
    while left.iter().any(|process| process.lives()) {
        if Instant::now() > deadline {
            left.iter().filter(|process| process.lives()).for_each(|process| signal(process.pid, Signal::KILL));
            break;
        }
        // Nobody tells us of the end of a process that is not our child; this is off the event loop, 2 s at most.
        std::thread::sleep(Duration::from_millis(10));
    }
    left.len()
}

/// Every process of the stack leads a group of its own.
fn signal(pid: u32, signal: Signal) {
    let group = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, signal);
    }
}
