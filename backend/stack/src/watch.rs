//! Watches the working copy and keeps its identity on the board.

use std::{path::PathBuf, sync::Arc, time::Duration};

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
/// Looks anyway, for what a watch may miss: a folder that was replaced.
const ANYWAY: Duration = Duration::from_secs(10);
/// Looks when the system offers no watch.
const POLL: Duration = Duration::from_secs(2);

/// Runs until it is dropped.
pub(crate) async fn watch(root: PathBuf, board: Arc<Board>) {
    // One hint that something changed is as good as many.
    let (hint, mut hints) = mpsc::channel(1);
    let watcher = begin(&root, hint);
    let every = if watcher.is_ok() { ANYWAY } else { POLL };
    if let Err(error) = &watcher {
        board.watching(&format!(
            "The working copy is looked at every {} s, because it cannot be watched: {error}.",
            POLL.as_secs()
        ));
    }
    loop {
        refresh(root.clone(), &board).await;
        tokio::select! {
            Some(()) = hints.recv() => {
                let latest = Instant::now() + LONGEST;
                while let Ok(Some(())) = timeout_at(latest.min(Instant::now() + QUIET), hints.recv()).await {}
            }
            () = sleep(every) => {}
        }
    }
}

async fn refresh(root: PathBuf, board: &Board) {
    match tokio::task::spawn_blocking(move || identity(&root)).await {
        Ok(Ok(identity)) => board.working(identity),
        Ok(Err(error)) => tracing::debug!(%error, "the working copy could not be read"),
        Err(error) => tracing::debug!(%error, "reading the working copy was cut short"),
    }
}

fn begin(root: &std::path::Path, hint: mpsc::Sender<()>) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error, e.g. an overflow, means that something was missed: look.
        if event.map_or(true, |event| is_change(event.kind)) {
            let _ = hint.try_send(());
        }
    })?;
    // Folders and not files, because many editors save by replacing the file. `lab/target` is below `lab`, not watched.
    watcher.watch(&root.join("lab/src"), RecursiveMode::Recursive)?;
    watcher.watch(&root.join("lab"), RecursiveMode::NonRecursive)?;
    watcher.watch(&root.join("deploy/k8s"), RecursiveMode::Recursive)?;
    Ok(watcher)
}

/// Reading a file is an event too, and we read them all.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}
