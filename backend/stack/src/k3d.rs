//! The cluster of the workshop, by the commands `docker` and `k3d`.
//!
//! `settings` is what a cluster is made with, `listing` what k3d tells of the one that is there, `pinned` the images of
//! `deploy/images.txt`, `store` how they are saved and given back to Docker. `call` runs a program, `trouble` says what
//! to do about what it said.

mod call;
mod listing;
mod pinned;
mod settings;
mod store;
mod trouble;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use brownout_core::stack::DeployStep;
use tokio::sync::broadcast;

use crate::error::StackError;
use call::{Call, Said, call};
use listing::Found;
use pinned::{For, Pinned};
use settings::Settings;
use store::Store;

/// Names or paths of the two programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commands {
    /// Docker's command.
    pub docker: PathBuf,
    /// k3d's command, 5.8 or newer.
    pub k3d: PathBuf,
}

impl Default for Commands {
    fn default() -> Self {
        Commands { docker: "docker".into(), k3d: "k3d".into() }
    }
}

/// The k3d cluster of this workshop, by the commands `docker` and `k3d`. Its paths are absolute: the programs run in
/// the repository.
#[derive(Debug, Clone)]
pub struct K3d {
    /// Its name; Docker's container of it is `k3d-<cluster>-server-0`.
    pub cluster: String,
    /// `deploy/k3d-config.yaml`. `images.txt` lies beside it, and what it names by relative paths.
    pub config: PathBuf,
    /// The repository, which holds the Dockerfile.
    pub root: PathBuf,
    /// Where the images are saved. Created when it is missing.
    pub images: PathBuf,
    /// Port of the API on 127.0.0.1.
    pub api_port: u16,
    /// Port of the worker on 127.0.0.1.
    pub worker_port: u16,
    /// The programs to call.
    pub programs: Commands,
}

/// How a cluster came to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// There was none.
    New,
    /// It ran.
    Kept,
    /// It was stopped, and runs again.
    Started,
    /// There was one that could not be used; why, as a clause.
    Remade(String),
}

/// A cluster that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its context in the user's kubeconfig.
    pub context: String,
    /// How it came to be there.
    pub made: Made,
}

/// Docker's label of each image that is built here; see the Dockerfile.
const LABEL: &str = "label=dev.brownout.image=lab";

impl K3d {
    /// The cluster `brownout` of a repository, with its saved images in `images` of the data directory. Both paths are
    /// absolute.
    pub fn of_workshop(root: &Path, data_dir: &Path, api_port: u16, worker_port: u16) -> Self {
        K3d {
            cluster: "brownout".to_owned(),
            config: root.join("deploy/k3d-config.yaml"),
            root: root.to_owned(),
            images: data_dir.join("images"),
            api_port,
            worker_port,
            programs: Commands::default(),
        }
    }

    /// Creates the cluster, or finishes or remakes a half-made one; returns when its API server answers.
    /// The saved images are the cluster's from its first second: k3s reads them before it starts a pod.
    /// Lines of the programs go to `lines`; `tell` gets what is done now.
    ///
    /// # Errors
    /// When a program is missing or refuses, with what to do and all that it said.
    pub async fn up(
        &self,
        lines: &broadcast::Sender<String>,
        tell: &(dyn Fn(&str) + Sync),
    ) -> Result<Cluster, StackError> {
        let settings = Settings::of(self)?;
        tell(&format!("Looking for the cluster {}", self.cluster));
        let made = match self.found().await? {
            None => {
                self.create(&settings, lines, tell).await?;
                Made::New
            }
            Some(found) => match found.fault(&settings.mark) {
                Some(why) => self.remake(why, &settings, lines, tell).await?,
                None => self.revive(&found, &settings, lines, tell).await?,
            },
        };
        Ok(Cluster { context: format!("k3d-{}", self.cluster), made })
    }

    /// Builds the working copy's image, named `lab:<build>`, and brings it into the cluster. Says how long each took.
    ///
    /// # Errors
    /// When the lab does not build, or the cluster does not take the image, with all that was said.
    pub async fn image(&self, build: &str, lines: &broadcast::Sender<String>) -> Result<Vec<DeployStep>, StackError> {
        let begun = Instant::now();
        let image = format!("lab:{build}");
        self.store(lines).give_back(For::Build).await?;
        self.build(build, &image, lines).await?;
        let built = step("build image", begun);
        let begun = Instant::now();
        let import = ["image", "import", "--cluster", &self.cluster, "--mode", "direct", &image];
        let imported = self.k3d(&import, Some(lines)).await;
        imported.map_err(|trouble| trouble.error("the image cannot be brought into the cluster"))?;
        Ok(vec![built, step("import image", begun)])
    }

    /// Deletes the cluster that `up` made, and the images that `image` built; harmless when there are none.
    ///
    /// # Errors
    /// When a program is missing or refuses, or the cluster of this name was made by somebody else.
    pub async fn down(&self, lines: &broadcast::Sender<String>) -> Result<(), StackError> {
        if self.found().await?.is_some() {
            self.delete(lines).await?;
        }
        let list = ["image", "ls", "--filter", LABEL, "--format", "{{.Repository}}:{{.Tag}}"];
        let listed = self.docker(&list, None).await;
        let listed = listed.map_err(|trouble| trouble.error("the lab's images cannot be listed"))?;
        let images: Vec<&str> = listed.stdout.lines().filter(|image| image.starts_with("lab:")).collect();
        if !images.is_empty() {
            let remove = [&["image", "rm", "--force"], &images[..]].concat();
            let removed = self.docker(&remove, Some(lines)).await;
            removed.map_err(|trouble| trouble.error("the lab's images cannot be removed"))?;
        }
        Ok(())
    }

    /// Pulls and saves every image of `deploy/images.txt` and builds the lab's image once, so that `up` and `image`
    /// need no network. What is saved already is left as it is.
    ///
    /// # Errors
    /// When an image cannot be had or saved, or the lab does not build.
    pub async fn prefetch(&self, lines: &broadcast::Sender<String>) -> Result<(), StackError> {
        self.store(lines).fill().await?;
        // Compiles what the lab depends on; the next build begins behind it.
        self.build("prefetch", "lab:prefetch", lines).await
    }

    async fn create(
        &self,
        settings: &Settings,
        lines: &broadcast::Sender<String>,
        tell: &(dyn Fn(&str) + Sync),
    ) -> Result<(), StackError> {
        let store = self.store(lines);
        if !store.is_full()? {
            tell("Images were not fetched beforehand; what is missing is downloaded now (`make prefetch STACK=k3d`)");
        }
        store.give_back(For::Cluster).await?;
        tell(&format!("Making the cluster {}", self.cluster));
        let arguments = settings.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let created = self.k3d(&arguments, Some(lines)).await;
        created.map(drop).map_err(|trouble| trouble.error("the cluster cannot be made"))
    }

    /// Keeps or starts a cluster that can be used. One that does neither is made anew, unless the reason for it would
    /// meet the new one too.
    async fn revive(
        &self,
        found: &Found,
        settings: &Settings,
        lines: &broadcast::Sender<String>,
        tell: &(dyn Fn(&str) + Sync),
    ) -> Result<Made, StackError> {
        let made = if found.runs() { Made::Kept } else { Made::Started };
        if made == Made::Started {
            tell(&format!("Starting the cluster {}, which was stopped", self.cluster));
            let start = ["cluster", "start", &self.cluster, "--wait", "--timeout", "60s"];
            match self.k3d(&start, Some(lines)).await {
                Ok(_) => {}
                Err(trouble) if trouble.known => return Err(trouble.error("the cluster cannot be started")),
                Err(_) => {
                    let why = "it was stopped and did not start".to_owned();
                    return self.remake(why, settings, lines, tell).await;
                }
            }
        }
        // Who made it may have been killed before the last step, or the kubeconfig is another one since.
        let merge =
            ["kubeconfig", "merge", &self.cluster, "--kubeconfig-merge-default", "--kubeconfig-switch-context=false"];
        match self.k3d(&merge, None).await {
            Ok(_) => Ok(made),
            Err(trouble) if trouble.known => Err(trouble.error("the cluster's kubeconfig cannot be had")),
            Err(_) => {
                let why = "it was half made and tells no kubeconfig".to_owned();
                self.remake(why, settings, lines, tell).await
            }
        }
    }

    async fn remake(
        &self,
        why: String,
        settings: &Settings,
        lines: &broadcast::Sender<String>,
        tell: &(dyn Fn(&str) + Sync),
    ) -> Result<Made, StackError> {
        tell(&format!("Making the cluster {} anew, because {why}", self.cluster));
        self.delete(lines).await?;
        self.create(settings, lines, tell).await?;
        Ok(Made::Remade(why))
    }

    async fn delete(&self, lines: &broadcast::Sender<String>) -> Result<(), StackError> {
        let deleted = self.k3d(&["cluster", "delete", &self.cluster], Some(lines)).await;
        deleted.map(drop).map_err(|trouble| trouble.error("the cluster cannot be deleted"))
    }

    /// The cluster of this name, if there is one. One that somebody else made is an error: it is not ours to change.
    async fn found(&self) -> Result<Option<Found>, StackError> {
        let what = "the clusters cannot be listed";
        let listed = self.k3d(&["cluster", "list", "--output", "json"], None).await;
        let listed = listed.map_err(|trouble| trouble.error(what))?;
        let found = Found::read(&listed.stdout, &self.cluster)
            .map_err(|why| StackError::Cluster { what: what.to_owned(), why })?;
        match found {
            Some(found) if found.is_foreign() => Err(StackError::Cluster {
                what: format!("a cluster named {} is there that Brownout did not make", self.cluster),
                why: format!("delete it with `k3d cluster delete {}` if nobody needs it", self.cluster),
            }),
            found => Ok(found),
        }
    }

    async fn build(&self, build: &str, image: &str, lines: &broadcast::Sender<String>) -> Result<(), StackError> {
        let stamp = format!("LAB_BUILD_ID={build}");
        let build = ["build", "--progress", "plain", "--target", "lab", "--build-arg", &stamp, "--tag", image, "."];
        let built = self.docker(&build, Some(lines)).await;
        built.map(drop).map_err(|trouble| trouble.error("the lab's image cannot be built"))
    }

    fn store<'a>(&'a self, lines: &'a broadcast::Sender<String>) -> Store<'a> {
        Store { cluster: self, lines }
    }

    async fn docker(
        &self,
        arguments: &[&str],
        lines: Option<&broadcast::Sender<String>>,
    ) -> Result<Said, trouble::Trouble> {
        // BuildKit also where Docker is older than 23; an image for one platform alone, without attestations.
        let env = [("DOCKER_BUILDKIT", "1"), ("BUILDX_NO_DEFAULT_ATTESTATIONS", "1"), ("DOCKER_CLI_HINTS", "false")];
        let env = env.map(|(name, value)| (name, value.to_owned()));
        let program = &self.programs.docker;
        call(&Call { program, arguments, env: &env, folder: &self.root }, lines).await.map_err(|why| why.of(self))
    }

    async fn k3d(
        &self,
        arguments: &[&str],
        lines: Option<&broadcast::Sender<String>>,
    ) -> Result<Said, trouble::Trouble> {
        // Its helper comes with its own version otherwise, which nobody fetched beforehand.
        let tools = Pinned::read(self).ok().and_then(|pinned| pinned.named("k3d-tools"));
        let env: Vec<(&str, String)> = tools.map(|image| ("K3D_IMAGE_TOOLS", image)).into_iter().collect();
        let program = &self.programs.k3d;
        call(&Call { program, arguments, env: &env, folder: &self.root }, lines).await.map_err(|why| why.of(self))
    }
}

fn step(name: &str, begun: Instant) -> DeployStep {
    DeployStep { name: name.to_owned(), took_ms: begun.elapsed().as_millis() as u64 }
}
