//! The reports: written into files when a run ends, and again from the history whenever somebody asks for one that is
//! not there. The history is the truth; a report that is lost is lost for a moment.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use brownout_core::{
    fold::Run,
    name::nameless,
    wire::{RunState, RunSummary},
};
use brownout_report::{CaseProgress, LISTED, Record, Told, index, report};
use brownout_store::{RunFilter, StoreError};
use tokio::sync::Notify;

use crate::{app::App, settings, solution};

/// Name of a report.
pub const REPORT: &str = "report.html";
/// Name of the data beside it.
pub const DATA: &str = "data.json";
/// Name of the index.
pub const INDEX: &str = "index.html";

/// Runs in a page of the history.
const PAGE: u32 = 500;

/// Where reports are.
#[derive(Debug)]
pub struct Library {
    folder: PathBuf,
    /// Told when the index is no longer as the history is.
    changed: Notify,
}

/// Why a report cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The history cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file cannot be written.
    #[error("{} cannot be written: {source}; free some space or fix its permissions", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Its case or id is none that a folder can have.
    #[error("the run `{0}` has a name that no folder can have")]
    Name(String),
    /// The data cannot be written as JSON.
    #[error("the data of the run cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The page could not be made.
    #[error("the report could not be made: {0}")]
    Made(#[from] tokio::task::JoinError),
}

impl Library {
    /// The reports of a repository: `reports` in it, or in the data directory where that is elsewhere.
    pub fn new(root: &Path, data_dir: &Path) -> Self {
        let beside = if data_dir == root.join(".brownout") { root } else { data_dir };
        Library { folder: beside.join("reports"), changed: Notify::new() }
    }

    /// The file of a run.
    fn file(&self, summary: &RunSummary, name: &str) -> Result<PathBuf, LibraryError> {
        let fits = |part: &str| {
            let letters = part.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_');
            !part.is_empty() && part.len() <= 100 && letters
        };
        if !fits(&summary.scenario) || !fits(&summary.id) {
            return Err(LibraryError::Name(summary.id.chars().take(80).collect()));
        }
        Ok(self.folder.join(&summary.scenario).join(&summary.id).join(name))
    }

    /// A file of its own beside the index.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Asks for a new index.
    pub fn stale(&self) {
        self.changed.notify_one();
    }
}

/// A run with what a page says of it, read from the history.
#[derive(Debug)]
pub struct Kept {
    /// Its row.
    pub summary: RunSummary,
    /// Its events, folded.
    pub run: Run,
    name: String,
    machine: String,
    given: BTreeMap<String, String>,
}

impl Kept {
    /// Reads a run.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn read(app: &App, summary: RunSummary) -> Result<Kept, LibraryError> {
        let run = Run::of(&app.store.run_events(&summary.id, 0).await?);
        let participant = run.started.as_ref().map_or("", |started| &started.participant);
        let own = participant == app.session.participant();
        let name = if own { settings::name_for_others(&app.store, participant).await? } else { nameless(participant) };
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let machine = format!("{} {}, {processors} processors", std::env::consts::OS, std::env::consts::ARCH);
        Ok(Kept { summary, run, name, machine, given: given(app.catalog.root()) })
    }

    /// The same for the pages.
    pub fn told(&self) -> Told<'_> {
        Told { summary: &self.summary, run: &self.run, name: &self.name, machine: &self.machine, given: &self.given }
    }
}

/// The code as participants were given it. A copy without it shows no difference to it.
fn given(root: &Path) -> BTreeMap<String, String> {
    let files = solution::files(root, 0).unwrap_or_default();
    let text = |(kept, home): (PathBuf, PathBuf)| Some((home.to_str()?.to_owned(), fs::read_to_string(kept).ok()?));
    files.into_iter().filter_map(text).collect()
}

/// Writes the report of a run that has ended, and the index. What goes wrong is logged: the run itself is in the history,
/// and the report is made again when somebody asks for it.
pub async fn keep(app: &App, id: &str) {
    if let Err(error) = written(app, id).await {
        tracing::error!(%error, run = id, "the report could not be written");
    }
    app.library.stale();
}

async fn written(app: &App, id: &str) -> Result<(), LibraryError> {
    let Some(summary) = app.store.run_summary(id).await? else { return Ok(()) };
    write(app, summary.clone()).await?;
    // Deleted meanwhile.
    if app.store.run_summary(id).await?.is_none() {
        forget(app, &summary).await;
    }
    Ok(())
}

/// Writes the report of a run and its data; gives the path of the report.
///
/// # Errors
/// When the history cannot be read or a file cannot be written.
pub async fn write(app: &App, summary: RunSummary) -> Result<PathBuf, LibraryError> {
    let (page_path, data_path) = (app.library.file(&summary, REPORT)?, app.library.file(&summary, DATA)?);
    let base = match app.store.scenario_record(&summary.scenario).await?.baseline {
        Some(base) if base.id != summary.id => Some(Kept::read(app, base).await?),
        _ => None,
    };
    let kept = Kept::read(app, summary).await?;
    tokio::task::spawn_blocking(move || {
        let page = report(&kept.told(), base.as_ref().map(Kept::told).as_ref());
        let data = serde_json::to_vec(&Record::of(&kept.told()))?;
        put(&data_path, &data)?;
        put(&page_path, page.as_bytes())?;
        Ok(page_path)
    })
    .await?
}

/// A file of a run's report, written now if it is not there.
///
/// # Errors
/// As [`write`].
pub async fn read(app: &App, summary: RunSummary, name: &str) -> Result<Vec<u8>, LibraryError> {
    let path = app.library.file(&summary, name)?;
    if let Ok(bytes) = tokio::fs::read(&path).await {
        return Ok(bytes);
    }
    write(app, summary).await?;
    tokio::fs::read(&path).await.map_err(|source| LibraryError::Write { path, source })
}

/// Removes the report of a run that is no longer in the history.
pub async fn forget(app: &App, summary: &RunSummary) {
    let folder = app.library.file(summary, REPORT).ok().and_then(|path| path.parent().map(Path::to_owned));
    if let Some(folder) = folder
        && let Err(error) = tokio::fs::remove_dir_all(&folder).await
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, folder = %folder.display(), "the report of a deleted run could not be removed");
    }
    app.library.stale();
}

/// Keeps the index as the history is, for as long as the panel lives.
pub fn keep_index(app: &App) {
    let keeper = app.clone();
    app.tasks.spawn(async move {
        loop {
            tokio::select! {
                () = keeper.stop.cancelled() => return,
                () = keeper.library.changed.notified() => {}
            }
            if let Err(error) = write_index(&keeper).await {
                tracing::error!(%error, "the index of the reports could not be written");
            }
        }
    });
}

async fn write_index(app: &App) -> Result<(), LibraryError> {
    let (page, path) = (index_page(app).await?, app.library.folder.join(INDEX));
    tokio::task::spawn_blocking(move || put(&path, page.as_bytes())).await?
}

/// The index as the history is now.
///
/// # Errors
/// When the history cannot be read.
pub async fn index_page(app: &App) -> Result<String, LibraryError> {
    let mut runs = Vec::new();
    let mut before = None;
    while runs.len() < LISTED {
        let page = app.store.run_summaries(RunFilter { before, limit: PAGE, ..RunFilter::default() }).await?;
        runs.extend(page.items);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let total = app.store.run_count().await?;
    let mut cases = Vec::new();
    for entry in app.catalog.all().map(|(entries, _)| entries).unwrap_or_default() {
        let record = app.store.scenario_record(&entry.scenario.id).await?;
        cases.push(CaseProgress {
            scenario: entry.scenario.id,
            title: entry.scenario.title,
            attempts: record.attempts,
            best: record.best.and_then(|best| best.score),
        });
    }
    Ok(tokio::task::spawn_blocking(move || index(&cases, &runs, total as usize)).await?)
}

/// Whether a run has a report: it has ended.
pub fn has_report(summary: &RunSummary) -> bool {
    summary.state != RunState::Running
}

/// Writes a file whole or not at all.
///
/// # Errors
/// When the system does not let us.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), LibraryError> {
    let failed = |source| LibraryError::Write { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut fresh = tempfile::Builder::new().prefix(".report").tempfile_in(folder).map_err(failed)?;
    io::Write::write_all(&mut fresh, bytes).map_err(failed)?;
    // A temporary file is for its owner alone; a report is for whoever may see the folder.
    #[cfg(unix)]
    fs::set_permissions(fresh.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644)).map_err(failed)?;
    fresh.persist(path).map_err(|error| failed(error.error)).map(drop)
}
