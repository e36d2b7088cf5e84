//! What the working copy is: a hash of the lab's sources and of the manifests.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use sha2::{Digest, Sha256};

use crate::error::StackError;

/// Identity of a working copy. Equal identities run equal code under equal manifests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// For display and for the build's stamp: 8 hex digits of both hashes together.
    pub id: String,
    /// SHA-256 over the lab's sources, 64 hex digits.
    pub sources: String,
    /// SHA-256 over the manifests, 64 hex digits.
    pub manifests: String,
    /// Every file that took part, by path.
    pub files: Vec<HashedFile>,
}

/// One file of a working copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedFile {
    /// Path relative to the repository, with `/`.
    pub path: String,
    /// SHA-256 of the content, 64 hex digits.
    pub hash: String,
    /// Wall time of the last change, ms since the Unix epoch.
    pub edited_ms: u64,
}

/// Files of the lab beside `src` that decide what is built.
const BESIDE_SRC: [&str; 4] = ["Cargo.toml", "Cargo.lock", "build.rs", ".cargo/config.toml"];

/// Reads the identity of the working copy at `root`, which has `lab/` and `deploy/k8s`.
///
/// # Errors
/// When a file or directory cannot be read.
pub fn identity(root: &Path) -> Result<Identity, StackError> {
    let mut sources = Vec::new();
    walk(&root.join("lab/src"), &mut sources)?;
    sources.extend(BESIDE_SRC.iter().map(|name| root.join("lab").join(name)).filter(|path| path.is_file()));
    let mut manifests = Vec::new();
    walk(&root.join("deploy/k8s"), &mut manifests)?;
    manifests.retain(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));

    let mut files = Vec::new();
    let sources = hash_all(root, sources, &mut files)?;
    let manifests = hash_all(root, manifests, &mut files)?;
    let mut both = Sha256::new();
    both.update(&sources);
    both.update(&manifests);
    let id = hex(&both.finalize()).chars().take(8).collect();
    Ok(Identity { id, sources, manifests, files })
}

fn hash_all(root: &Path, mut paths: Vec<PathBuf>, files: &mut Vec<HashedFile>) -> Result<String, StackError> {
    paths.sort();
    let mut all = Sha256::new();
    for path in paths {
        let content = match fs::read(&path) {
            Ok(content) => content,
            // An editor that saves by renaming takes the file away for an instant.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(StackError::file("cannot read", path)(error)),
        };
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let relative = relative.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        let hash = hex(&Sha256::digest(&content));
        all.update((relative.len() as u64).to_le_bytes());
        all.update(relative.as_bytes());
        all.update(hash.as_bytes());
        files.push(HashedFile { path: relative, hash, edited_ms: edited_ms(&path) });
    }
    Ok(hex(&all.finalize()))
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) -> Result<(), StackError> {
    let entries = fs::read_dir(directory).map_err(StackError::file("cannot read", directory))?;
    for entry in entries {
        let path = entry.map_err(StackError::file("cannot read", directory))?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else if !of_an_editor(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// Backup and swap files come and go while somebody types; they are not sources.
fn of_an_editor(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.starts_with('.')
        || name.starts_with('#')
        || name.ends_with('~')
        || name == "4913"
        || [".swp", ".swx", ".tmp", ".bak", ".orig", ".rej"].iter().any(|end| name.ends_with(end))
}

fn edited_ms(path: &Path) -> u64 {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
