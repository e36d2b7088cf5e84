//! The scenario files of the repository, read anew whenever they are asked for: a file may change under the panel.

use std::path::{Path, PathBuf};

use brownout_core::{
    author::{self, Diagnostic, Severity},
    event::CodeFile,
    scenario::{EditPoint, Scenario},
    wire::EditPlace,
};
use sha2::{Digest, Sha256};

/// Where scenario files are.
#[derive(Debug, Clone)]
pub struct Catalog {
    root: PathBuf,
}

/// A scenario with the hash of its file.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The exercise.
    pub scenario: Scenario,
    /// First 16 hex digits of the SHA-256 of the file.
    pub hash: String,
}

/// Why a scenario cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The folder cannot be read.
    #[error("the scenario folder {} cannot be read: {source}; start the panel in the repository or pass --root", .path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No file has this id.
    #[error("there is no scenario `{0}`")]
    Unknown(String),
    /// A file has mistakes.
    #[error("{} has {} mistakes; `brownout check` shows them", .path.display(), .diagnostics.len())]
    Mistakes {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
    },
}

impl Catalog {
    /// The catalog of a repository.
    pub fn new(root: &Path) -> Self {
        Catalog { root: root.to_owned() }
    }

    /// The repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All scenario files, by name.
    pub fn files(&self) -> Result<Vec<PathBuf>, CatalogError> {
        let folder = self.root.join("scenarios");
        let io = |source| CatalogError::Io { path: folder.clone(), source };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// All scenarios in the order of the workshop, and the mistakes of files that have some.
    pub fn all(&self) -> Result<(Vec<Entry>, Vec<CatalogError>), CatalogError> {
        let (mut entries, mut mistakes) = (Vec::new(), Vec::new());
        for path in self.files()? {
            match read(&path) {
                Ok(entry) => entries.push(entry),
                Err(error) => mistakes.push(error),
            }
        }
        entries.sort_by_key(|entry| (entry.scenario.order, entry.scenario.id.clone()));
        Ok((entries, mistakes))
    }

    /// The cases of these ids in the order of the workshop; all when there are none.
    ///
    /// # Errors
    /// When one of them is not there or cannot be read; where all are wanted, when any cannot be read.
    pub fn chosen(&self, cases: &[String]) -> Result<Vec<Scenario>, CatalogError> {
        let mut scenarios: Vec<Scenario> = Vec::new();
        if cases.is_empty() {
            let (entries, mistakes) = self.all()?;
            if let Some(mistake) = mistakes.into_iter().next() {
                return Err(mistake);
            }
            scenarios.extend(entries.into_iter().map(|entry| entry.scenario));
        }
        for case in cases {
            scenarios.push(self.find(case)?.scenario);
        }
        scenarios.sort_by_key(|scenario| scenario.order);
        scenarios.dedup_by(|one, other| one.id == other.id);
        Ok(scenarios)
    }

    /// The scenario with this id.
    pub fn find(&self, id: &str) -> Result<Entry, CatalogError> {
        let (entries, mistakes) = self.all()?;
        if let Some(entry) = entries.into_iter().find(|entry| entry.scenario.id == id) {
            return Ok(entry);
        }
        let of_this_name = |error: &CatalogError| matches!(error, CatalogError::Mistakes { path, .. } if path.file_stem().is_some_and(|stem| stem == id));
        Err(mistakes.into_iter().find(of_this_name).unwrap_or_else(|| CatalogError::Unknown(id.to_owned())))
    }

    /// Where an edit point is now.
    pub fn place(&self, point: &EditPoint) -> EditPlace {
        let path = self.root.join(&point.file);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let line = text.lines().position(|line| line.contains(&point.marker)).map_or(1, |at| at as u32 + 1);
        EditPlace { file: point.file.clone(), path: path.display().to_string(), line, says: point.says.clone() }
    }
}

/// A longer file is none that participants edit, bytes.
const LONGEST_FILE: u64 = 64 * 1024;

impl Catalog {
    /// The files that a case is about, as they are now; one that is no text is left out.
    pub fn code(&self, scenario: &Scenario) -> Vec<CodeFile> {
        let mut code: Vec<CodeFile> = Vec::new();
        for point in &scenario.edit {
            let path = self.root.join(&point.file);
            let is_short = std::fs::metadata(&path).is_ok_and(|file| file.len() <= LONGEST_FILE);
            if is_short
                && !code.iter().any(|known| known.path == point.file)
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                code.push(CodeFile { path: point.file.clone(), text });
            }
        }
        code
    }
}

fn read(path: &Path) -> Result<Entry, CatalogError> {
    let bytes = std::fs::read(path).map_err(|source| CatalogError::Io { path: path.to_owned(), source })?;
    let parsed = author::parse(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
    match parsed.scenario {
        Some(scenario) => Ok(Entry { scenario, hash: short_hash(&bytes) }),
        None => Err(CatalogError::Mistakes {
            path: path.to_owned(),
            diagnostics: parsed.diagnostics.into_iter().filter(|d| d.severity == Severity::Error).collect(),
        }),
    }
}

fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
