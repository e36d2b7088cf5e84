//! The seal: hashes of what makes an exercise honest. A run whose sealed files are others is "practice".
//!
//! Sealed is everything of the lab but the case files, the scenario itself, and the manifests. In `deploy/k8s/api*.yaml`
//! participants may change resources, replicas and the autoscaler's spec; these are compared by meaning, not by text.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Where the seal is, relative to the repository.
pub const FILE: &str = "scenarios/seal.json";
/// What participants edit.
const EDITED: &str = "lab/src/cases/";
/// Files of the lab beside `src` that decide what is built.
const BESIDE_SRC: [&str; 4] = ["lab/Cargo.toml", "lab/Cargo.lock", "lab/build.rs", "lab/.cargo/config.toml"];

/// Hashes of all sealed files, by path relative to the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// First 16 hex digits of the SHA-256 of each file.
    pub files: BTreeMap<String, String>,
}

impl Seal {
    /// The working copy as it is now.
    ///
    /// # Errors
    /// When a file or folder cannot be read.
    pub fn of(root: &Path) -> io::Result<Self> {
        let mut paths: Vec<PathBuf> =
            BESIDE_SRC.iter().map(|path| root.join(path)).filter(|path| path.is_file()).collect();
        for folder in ["lab/src", "scenarios", "deploy/k8s"] {
            walk(&root.join(folder), &mut paths)?;
        }
        let mut files = BTreeMap::new();
        for path in paths {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let relative = relative.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            let counts = match relative.split('/').next() {
                Some("lab") => !relative.starts_with(EDITED),
                _ => relative.ends_with(".yaml") || relative.ends_with(".yml"),
            };
            if counts {
                files.insert(relative.clone(), hash(&sealed_part(&relative, fs::read(&path)?)));
            }
        }
        Ok(Seal { files })
    }

    /// The committed seal.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn read(root: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(root.join(FILE))?)?)
    }

    /// Writes the seal of the working copy.
    ///
    /// # Errors
    /// When a file cannot be read or the seal cannot be written.
    pub fn write(root: &Path) -> io::Result<Self> {
        let seal = Seal::of(root)?;
        let mut text = serde_json::to_string_pretty(&seal)?;
        text.push('\n');
        fs::write(root.join(FILE), text)?;
        Ok(seal)
    }

    /// Files that are not as `sealed` has them, as far as they concern this scenario: changed, added or removed.
    pub fn changed(&self, sealed: &Seal, scenario: &str) -> Vec<String> {
        let own = |path: &str| {
            let of_scenario = path.strip_prefix("scenarios/").and_then(|name| name.split('.').next());
            of_scenario.is_none_or(|name| name == scenario)
        };
        let mut changed: Vec<String> = self
            .files
            .iter()
            .filter(|(path, hash)| sealed.files.get(*path) != Some(hash))
            .map(|(path, _)| path.clone())
            .chain(sealed.files.keys().filter(|path| !self.files.contains_key(*path)).cloned())
            .filter(|path| own(path))
            .collect();
        changed.sort();
        changed
    }

    /// One hash of all files.
    pub fn hash(&self) -> String {
        hash(serde_json::to_string(&self.files).unwrap_or_default().as_bytes())
    }
}

/// The hash of what is sealed now, and the files that break the seal for this scenario.
pub fn look(root: &Path, scenario: &str) -> (String, Vec<String>) {
    let now = match Seal::of(root) {
        Ok(now) => now,
        Err(error) => {
            tracing::warn!(%error, "sealed files cannot be read");
            return (String::new(), vec![format!("{FILE}: {error}")]);
        }
    };
    match Seal::read(root) {
        Ok(sealed) => (now.hash(), now.changed(&sealed, scenario)),
        Err(error) => {
            tracing::warn!(%error, "the seal cannot be read");
            (now.hash(), vec![FILE.to_owned()])
        }
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        if path.is_dir() {
            walk(&path, found)?;
        } else if !(name.starts_with('.') || name.ends_with('~') || name.ends_with(".swp")) {
            found.push(path);
        }
    }
    Ok(())
}

/// What of a file is sealed: all of it, but of the API's manifests only what participants may not change.
fn sealed_part(path: &str, text: Vec<u8>) -> Vec<u8> {
    if !path.starts_with("deploy/k8s/api") {
        return text;
    }
    let documents: Result<Vec<Value>, _> = serde_saphyr::from_multiple(&String::from_utf8_lossy(&text));
    let Ok(mut documents) = documents else { return text };
    documents.iter_mut().for_each(open);
    serde_json::to_vec(&documents).unwrap_or(text)
}

/// Takes away what participants may change in a manifest.
fn open(document: &mut Value) {
    if document["kind"] == "HorizontalPodAutoscaler" {
        document["spec"] = Value::Null;
        return;
    }
    let Some(spec) = document.get_mut("spec").and_then(Value::as_object_mut) else { return };
    spec.remove("replicas");
    let containers = spec.get_mut("template").and_then(|template| template.pointer_mut("/spec/containers"));
    for container in containers.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(container) = container.as_object_mut() {
            container.remove("resources");
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    #[test]
    fn the_committed_seal_is_that_of_the_repository() {
        let sealed = Seal::read(&repository()).unwrap();
        let now = Seal::of(&repository()).unwrap();
        assert_eq!(now, sealed, "run `make seal`, and commit {FILE} with the change that it is about");
        assert!(now.files.keys().any(|path| path.starts_with("lab/src/sealed/")));
        assert!(!now.files.keys().any(|path| path.starts_with("lab/src/cases/")));
    }

    #[test]
    fn resources_and_replicas_may_differ_and_nothing_else() {
        let manifest = |replicas: &str, image: &str, cpu: &str| {
            format!(
                "kind: Deployment\nspec:\n  replicas: {replicas}\n  template:\n    spec:\n      containers:\n      \
                 - image: {image}\n        resources: {{ requests: {{ cpu: {cpu} }} }}\n---\n\
                 kind: HorizontalPodAutoscaler\nspec: {{ maxReplicas: {replicas} }}\n"
            )
        };
        let part = |text: String| sealed_part("deploy/k8s/api.yaml", text.into_bytes());
        let given = part(manifest("1", "lab:dev", "100m"));
        assert_eq!(part(manifest("3", "lab:dev", "2")), given);
        assert_ne!(part(manifest("1", "other", "100m")), given);
        assert_eq!(part("# a comment\n".to_owned() + &manifest("1", "lab:dev", "100m")), given);
    }

    #[test]
    fn another_scenario_does_not_break_the_seal_of_this_one() {
        let seal = |files: &[(&str, &str)]| Seal {
            files: files.iter().map(|(path, hash)| (path.to_string(), hash.to_string())).collect(),
        };
        let sealed = seal(&[("scenarios/timeouts.yaml", "1"), ("scenarios/other.yaml", "1"), ("lab/src/main.rs", "1")]);
        let now = seal(&[("scenarios/timeouts.yaml", "1"), ("scenarios/other.yaml", "2"), ("lab/src/main.rs", "1")]);
        assert!(now.changed(&sealed, "timeouts").is_empty());
        assert_eq!(now.changed(&sealed, "other"), ["scenarios/other.yaml"]);
        let now = seal(&[("scenarios/timeouts.yaml", "1"), ("lab/src/sealed/new.rs", "1")]);
        assert_eq!(now.changed(&sealed, "timeouts"), ["lab/src/main.rs", "lab/src/sealed/new.rs"]);
    }
}
