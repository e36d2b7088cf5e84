//! Archives of workshops that somebody has opened here: a file each in the data directory, named after its content, until
//! it is erased.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use brownout_core::hub::archive::{Archive, ArchiveCard};
use brownout_hub::{HubError, archive};
use sha2::{Digest, Sha256};
use tokio::task::JoinError;

/// What the files end with.
const ENDING: &str = ".brownout.json.gz";
/// Letters of an id.
const ID_LETTERS: usize = 32;

/// The archives of a data directory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Archives {
    folder: PathBuf,
    /// Cards by id, so that a list opens each file once. What is in the folder counts.
    cards: Arc<Mutex<BTreeMap<String, ArchiveCard>>>,
}

/// Why an archive cannot be kept or shown.
#[derive(Debug, thiserror::Error)]
pub enum ArchivesError {
    /// It is none, or not as it was written.
    #[error(transparent)]
    Unfit(#[from] HubError),
    /// The system does not let us.
    #[error("{} cannot be kept: {source}; free some space or fix its permissions", .path.display())]
    Kept {
        /// The file or its folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The work was not ended.
    #[error("the archive could not be read: {0}")]
    Ended(#[from] JoinError),
}

impl Archives {
    /// Those of a data directory.
    pub fn new(data_dir: &Path) -> Self {
        Archives { folder: data_dir.join("archives"), cards: Arc::default() }
    }

    /// Keeps an archive; the same one again is the same file. What is kept is what was read, and nothing beside it.
    ///
    /// # Errors
    /// When it is no archive, or cannot be written.
    pub async fn keep(&self, file: impl AsRef<[u8]> + Send + 'static) -> Result<ArchiveCard, ArchivesError> {
        let archives = self.clone();
        tokio::task::spawn_blocking(move || {
            let archive = archive::unpack(file.as_ref())?;
            let packed = archive::pack(&archive)?;
            let id = id_of(&packed);
            archives.write(&archives.path(&id), &packed)?;
            let card = card(&id, &archive);
            archives.cards().insert(id, card.clone());
            Ok(card)
        })
        .await?
    }

    /// All of them, the newest workshop first. A file that cannot be read is logged and left out.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn list(&self) -> Result<Vec<ArchiveCard>, ArchivesError> {
        let archives = self.clone();
        tokio::task::spawn_blocking(move || {
            let ids = archives.ids()?;
            archives.cards().retain(|id, _| ids.contains(id));
            let known = |id: &String| archives.cards().get(id).cloned();
            let mut cards: Vec<ArchiveCard> =
                ids.iter().filter_map(|id| known(id).or_else(|| archives.look(id))).collect();
            cards.sort_by(|a, b| b.date_ms.cmp(&a.date_ms).then_with(|| a.id.cmp(&b.id)));
            Ok(cards)
        })
        .await?
    }

    /// The page of an archive; `None` where there is none of this id.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub async fn page(&self, id: &str) -> Result<Option<String>, ArchivesError> {
        let Some(path) = self.file(id) else { return Ok(None) };
        tokio::task::spawn_blocking(move || {
            let Some(file) = read(&path)? else { return Ok(None) };
            Ok(Some(brownout_report::workshop(&archive::unpack(&file)?)))
        })
        .await?
    }

    /// Erases an archive; whether there was one.
    ///
    /// # Errors
    /// When the system does not let us.
    pub async fn erase(&self, id: &str) -> Result<bool, ArchivesError> {
        let Some(path) = self.file(id) else { return Ok(false) };
        self.cards().remove(id);
        match tokio::fs::remove_file(&path).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(ArchivesError::Kept { path, source }),
        }
    }

    /// The file of an id that can be one.
    fn file(&self, id: &str) -> Option<PathBuf> {
        is_id(id).then(|| self.path(id))
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}{ENDING}"))
    }

    fn cards(&self) -> MutexGuard<'_, BTreeMap<String, ArchiveCard>> {
        self.cards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ids(&self) -> Result<Vec<String>, ArchivesError> {
        let failed = |source| ArchivesError::Kept { path: self.folder.clone(), source };
        let files = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            files => files.map_err(failed)?,
        };
        let mut ids = Vec::new();
        for file in files {
            let name = file.map_err(failed)?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(ENDING)).filter(|id| is_id(id));
            ids.extend(id.map(str::to_owned));
        }
        Ok(ids)
    }

    /// Reads the card of a file that somebody has put here, or that was kept before this start.
    fn look(&self, id: &str) -> Option<ArchiveCard> {
        let read = read(&self.path(id)).and_then(|file| Ok(file.map(|file| archive::unpack(&file)).transpose()?));
        match read {
            Ok(archive) => {
                let card = card(id, &archive?);
                self.cards().insert(id.to_owned(), card.clone());
                Some(card)
            }
            Err(error) => {
                tracing::warn!(%error, id, "an archive cannot be read");
                None
            }
        }
    }

    /// Writes a file whole or not at all, for its owner alone: it holds names.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), ArchivesError> {
        let failed = |source| ArchivesError::Kept { path: path.to_owned(), source };
        fs::create_dir_all(&self.folder).map_err(failed)?;
        let mut fresh = tempfile::Builder::new().prefix(".archive").tempfile_in(&self.folder).map_err(failed)?;
        io::Write::write_all(&mut fresh, bytes).map_err(failed)?;
        fresh.persist(path).map_err(|error| failed(error.error)).map(drop)
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, ArchivesError> {
    match fs::read(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ArchivesError::Kept { path: path.to_owned(), source }),
    }
}

fn card(id: &str, archive: &Archive) -> ArchiveCard {
    ArchiveCard {
        id: id.to_owned(),
        name: archive.workshop.name.clone(),
        date_ms: archive.workshop.since_ms,
        seats: u32::try_from(archive.seats.len()).unwrap_or(u32::MAX),
        url: format!("/archives/{id}"),
    }
}

fn id_of(content: &[u8]) -> String {
    let hex: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    hex.chars().take(ID_LETTERS).collect()
}

fn is_id(id: &str) -> bool {
    id.len() == ID_LETTERS && id.bytes().all(|letter| letter.is_ascii_digit() || (b'a'..=b'f').contains(&letter))
}
