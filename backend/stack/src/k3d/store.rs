//! Images saved as files: those of pods for the cluster, which reads them itself, the others for Docker.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokio::sync::broadcast;

use super::{
    K3d,
    pinned::{For, Image, Pinned},
};
use crate::error::StackError;

/// What the cluster reads.
pub(super) const CLUSTER_FOLDER: &str = "pods";
/// What Docker is given back.
const DOCKER_FOLDER: &str = "docker";

/// The saved images of a cluster.
pub(super) struct Store<'a> {
    pub(super) cluster: &'a K3d,
    pub(super) lines: &'a broadcast::Sender<String>,
}

impl Store<'_> {
    fn path(&self, image: &Image) -> PathBuf {
        let folder = if image.used == For::Pods { CLUSTER_FOLDER } else { DOCKER_FOLDER };
        self.cluster.images.join(folder).join(image.file())
    }

    /// Whether every image is saved.
    pub(super) fn is_full(&self) -> Result<bool, StackError> {
        Ok(Pinned::read(self.cluster)?.images.iter().all(|image| self.path(image).is_file()))
    }

    /// Pulls and saves what is not saved yet; forgets what is no longer pinned.
    pub(super) async fn fill(&self) -> Result<(), StackError> {
        let pinned = Pinned::read(self.cluster)?;
        for folder in [CLUSTER_FOLDER, DOCKER_FOLDER] {
            let folder = self.cluster.images.join(folder);
            std::fs::create_dir_all(&folder).map_err(StackError::file("cannot create", &folder))?;
            self.forget(&folder, &pinned)?;
        }
        let lacking: Vec<&Image> = pinned.images.iter().filter(|image| !self.path(image).is_file()).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let platform = self.platform().await?;
        for image in lacking {
            if !self.docker_has(image).await? {
                let pulled = self.cluster.docker(&["pull", &image.name], Some(self.lines)).await;
                pulled.map_err(|trouble| trouble.error(&format!("{} cannot be pulled", image.name)))?;
            }
            self.save(image, platform.as_deref()).await?;
        }
        Ok(())
    }

    /// Gives Docker the saved images that it has lost.
    pub(super) async fn give_back(&self, used: For) -> Result<(), StackError> {
        let pinned = Pinned::read(self.cluster)?;
        for image in pinned.images.iter().filter(|image| image.used == used) {
            let path = self.path(image);
            if path.is_file() && !self.docker_has(image).await? {
                let loaded = self.cluster.docker(&["load", "--input", &path.to_string_lossy()], Some(self.lines)).await;
                loaded.map_err(|trouble| trouble.error(&format!("{} cannot be loaded", path.display())))?;
            }
        }
        Ok(())
    }

    async fn docker_has(&self, image: &Image) -> Result<bool, StackError> {
        let list = ["image", "ls", "--quiet", "--filter", &format!("reference={}", image.name)];
        let listed = self.cluster.docker(&list, None).await;
        let listed = listed.map_err(|trouble| trouble.error("Docker's images cannot be listed"))?;
        Ok(!listed.stdout.trim().is_empty())
    }

    /// Under another name until it is whole: whatever ends in `.tar` is read by the cluster.
    async fn save(&self, image: &Image, platform: Option<&str>) -> Result<(), StackError> {
        let path = self.path(image);
        let part = path.with_extension("part");
        let to = part.to_string_lossy();
        let mut save = vec!["save", "--output", &*to];
        save.extend(platform.iter().flat_map(|platform| ["--platform", platform]));
        save.push(&image.name);
        let saved = self.cluster.docker(&save, Some(self.lines)).await;
        saved.map_err(|trouble| trouble.error(&format!("{} cannot be saved", image.name)))?;
        std::fs::rename(&part, &path).map_err(StackError::file("cannot write", &path))
    }

    /// The platform to save, where Docker must be told. With containerd's image store it writes an index of all
    /// platforms and the content of one; k3s refuses such a file.
    async fn platform(&self) -> Result<Option<String>, StackError> {
        let what = "Docker cannot be asked for its platform";
        let asked = self.cluster.docker(&["info", "--format", "{{json .}}"], None).await;
        let said = asked.map_err(|trouble| trouble.error(what))?.stdout;
        let info: Info = serde_json::from_str(said.trim()).map_err(|error| StackError::Cluster {
            what: what.to_owned(),
            why: format!("`docker info` said something else than expected: {error}"),
        })?;
        let containerd = info.driver_status.iter().flatten().any(|word| word.contains("containerd.snapshotter"));
        let architecture = match info.architecture.as_str() {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        Ok(containerd.then(|| format!("{}/{architecture}", info.os_type)))
    }

    fn forget(&self, folder: &Path, pinned: &Pinned) -> Result<(), StackError> {
        let kept: Vec<PathBuf> = pinned.images.iter().map(|image| self.path(image)).collect();
        let entries = std::fs::read_dir(folder).map_err(StackError::file("cannot read", folder))?;
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| !kept.contains(path)) {
            std::fs::remove_file(&path).map_err(StackError::file("cannot delete", &path))?;
        }
        Ok(())
    }
}

/// What `docker info` says, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Info {
    #[serde(rename = "OSType")]
    os_type: String,
    architecture: String,
    driver_status: Vec<Vec<String>>,
}
