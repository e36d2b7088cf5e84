//! Watches the working copy and keeps its identity on the board.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, timeout_at},
};

use crate::{board::Board, identity::identity};

/// Editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(150);
/// Somebody who never stops typing is shown too.
const LONGEST: Duration = Duration::from_secs(1);
/// Looks anyway, for what a watch may miss.
const ANYWAY: Duration = Duration::from_secs(10);
/// Looks when there is no watch, and tries to begin one.
const POLL: Duration = Duration::from_secs(2);

/// What is watched: folders and not files, because many editors save by replacing the file. The outer ones are there
/// to see an inner one replaced, as `git checkout` does. `lab/target` is below `lab` and not watched.
const FOLDERS: [(&str, RecursiveMode); 5] = [
    ("", RecursiveMode::NonRecursive),
    ("lab", RecursiveMode::NonRecursive),
    ("lab/src", RecursiveMode::Recursive),
    ("deploy", RecursiveMode::NonRecursive),
    ("deploy/k8s", RecursiveMode::Recursive),
];

/// Runs until it is dropped.
pub(crate) async fn watch(root: PathBuf, board: Arc<Board>) {
    // One hint that something changed is as good as many.
    let (hint, mut hints) = mpsc::channel(1);
    let mut watcher = Watch::begin(&root, &hint);
    loop {
        board.watching(&watcher.as_ref().err().map(unwatched).unwrap_or_default());
        refresh(root.clone(), &board).await;
        let every = if watcher.is_ok() { ANYWAY } else { POLL };
        tokio::select! {
            Some(()) = hints.recv() => {
                let latest = Instant::now() + LONGEST;
                while let Ok(Some(())) = timeout_at(latest.min(Instant::now() + QUIET), hints.recv()).await {}
            }
            () = sleep(every) => {}
        }
        // What changes while a watch is begun is seen by the look that follows.
        if watcher.as_ref().map_or(true, Watch::is_lost) {
            watcher = Watch::begin(&root, &hint);
        }
    }
}

fn unwatched(error: &notify::Error) -> String {
    format!("The working copy is looked at every {} s, because it cannot be watched: {error}.", POLL.as_secs())
}

async fn refresh(root: PathBuf, board: &Board) {
    match tokio::task::spawn_blocking(move || identity(&root)).await {
        Ok(Ok(identity)) => board.working(identity),
        Ok(Err(error)) => tracing::debug!(%error, "the working copy could not be read"),
        Err(error) => tracing::debug!(%error, "reading the working copy was cut short"),
    }
}

/// A watch of the folders as they were when it began.
struct Watch {
    _watcher: RecommendedWatcher,
    lost: Arc<AtomicBool>,
}

impl Watch {
    fn begin(root: &Path, hint: &mpsc::Sender<()>) -> notify::Result<Self> {
        let folders = FOLDERS.map(|(folder, mode)| (root.join(folder), mode));
        let lost = Arc::new(AtomicBool::new(false));
        let (paths, tell, hint) = (folders.clone().map(|(path, _)| path), lost.clone(), hint.clone());
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error, e.g. an overflow, means that something was missed: look.
            if event.as_ref().is_ok_and(|event| !is_change(event.kind)) {
                return;
            }
            if event.map_or(true, |event| replaces(&event, &paths)) {
                tell.store(true, Ordering::Release);
            }
            let _ = hint.try_send(());
        })?;
        for (path, mode) in &folders {
            watcher.watch(path, *mode)?;
        }
        Ok(Self { _watcher: watcher, lost })
    }

    /// True when a watched folder came, went or was renamed since; the system forgets it then.
    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }
}

/// Reading a file is an event too, and we read them all.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

fn replaces(event: &Event, folders: &[PathBuf]) -> bool {
    let moves = matches!(
        event.kind,
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(notify::event::ModifyKind::Name(_))
    );
    moves && event.paths.iter().any(|path| folders.contains(path))
}
