//! Which stack a panel has: plain processes, or a cluster.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use brownout_stack::{Images, KubeOptions, KubeStack, LocalOptions, LocalStack, Stack, k3d::K3d};
use clap::{Args, ValueEnum};

/// The stacks that there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Processes of this machine.
    #[default]
    Local,
    /// A cluster of its own in Docker, made by k3d.
    K3d,
    /// A cluster that the kubeconfig names.
    Kube,
}

/// Which stack, and where.
#[derive(Debug, Clone, Default, Args)]
pub struct StackArgs {
    /// Where the lab runs.
    #[arg(long, value_enum, default_value_t, env = "BROWNOUT_STACK")]
    pub stack: Kind,
    /// The kubeconfig, for `--stack kube`; KUBECONFIG or ~/.kube/config by default.
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig, for `--stack kube`; its current one by default.
    #[arg(long, value_name = "NAME", env = "BROWNOUT_CONTEXT")]
    pub context: Option<String>,
    /// Namespace, for `--stack kube`; one that we make is deleted by `down`.
    #[arg(long, value_name = "NAME", default_value = "brownout", env = "BROWNOUT_NAMESPACE")]
    pub namespace: String,
    /// For `--stack kube`: program and arguments that load an image, split at spaces; `{archive}` becomes its file.
    #[arg(long, value_name = "COMMAND", env = "BROWNOUT_LOAD_IMAGE")]
    pub load_image: Option<String>,
}

/// Where a stack works.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The repository.
    pub root: PathBuf,
    /// History, logs, builds.
    pub data_dir: PathBuf,
    /// Port of the lab's API; 0 takes any. A cluster has its node ports.
    pub api_port: u16,
    /// Port of the lab's worker.
    pub worker_port: u16,
    /// Where the lab is built; `None` for `lab/target`.
    pub lab_target_dir: Option<PathBuf>,
}

impl StackArgs {
    /// Prepares the stack; nothing is started. What a killed panel left behind on this machine has ended then.
    ///
    /// # Errors
    /// When an option is missing, or the data directory cannot be used.
    pub async fn open(self, ground: Ground) -> anyhow::Result<Arc<dyn Stack>> {
        let Ground { root, data_dir, api_port, worker_port, lab_target_dir } = ground;
        if self.stack == Kind::Local {
            let options = LocalOptions { root, data_dir, api_port, worker_port, lab_target_dir, postgres_bin: None };
            // Blocks until what was left behind has ended; so does the other.
            let opened = tokio::task::spawn_blocking(move || LocalStack::new(options));
            return Ok(opened.await.context("the stack")??);
        }
        let (images, api_port, worker_port) = match self.load_image {
            _ if self.stack == Kind::K3d => {
                std::fs::create_dir_all(&data_dir).with_context(|| format!("{} cannot be made", data_dir.display()))?;
                let (root, data_dir) = (std::fs::canonicalize(&root)?, std::fs::canonicalize(&data_dir)?);
                let cluster = K3d::of_workshop(&root, &data_dir, api_port, worker_port);
                (Images::K3d(cluster), Some(api_port), Some(worker_port))
            }
            Some(load) => (Images::Archive { load: load.split_whitespace().map(str::to_owned).collect() }, None, None),
            None => anyhow::bail!(
                "say how an image gets into the cluster, e.g. --load-image \"kind load image-archive {{archive}}\""
            ),
        };
        let options = KubeOptions {
            root,
            data_dir,
            kubeconfig: self.kubeconfig,
            context: self.context,
            namespace: self.namespace,
            images,
            api_port,
            worker_port,
            lab_target_dir,
        };
        let opened = tokio::task::spawn_blocking(move || KubeStack::new(options));
        Ok(opened.await.context("the stack")??)
    }

    /// The same choice as arguments, for a panel in the background.
    pub fn arguments(&self) -> Vec<String> {
        let kind = self.stack.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let mut arguments = vec!["--stack".to_owned(), kind, "--namespace".to_owned(), self.namespace.clone()];
        if let Some(kubeconfig) = &self.kubeconfig {
            arguments.extend(["--kubeconfig".to_owned(), kubeconfig.display().to_string()]);
        }
        for (flag, value) in [("--context", &self.context), ("--load-image", &self.load_image)] {
            if let Some(value) = value {
                arguments.extend([flag.to_owned(), value.clone()]);
            }
        }
        arguments
    }
}
