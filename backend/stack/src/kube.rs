//! The lab in a Kubernetes cluster: the handle that everybody holds.
//!
//! `access` is the way in and what refusals mean; `objects` the manifests as the cluster is to have them; `apply` puts
//! them in and takes them out; `operator` is the one task that does so. `observer` watches and keeps `view` and board, `pulse` asks whether
//! anybody is there;
//! `pods` and `scaler` say in plain sentences what is seen. `images` brings builds into the cluster, `reach` leads to
//! what runs there by `nodeport` and `tunnel`, `gauges` and `logs` read it. Tests ask a `mock` in place of a cluster.

mod access;
mod apply;
mod gauges;
mod images;
mod logs;
#[cfg(test)]
mod mock;
mod nodeport;
mod objects;
mod observer;
mod operator;
mod pods;
mod problems;
mod pulse;
mod reach;
mod scaler;
mod tunnel;
mod view;

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use brownout_core::stack::Gauges;
use tokio::{runtime, sync::broadcast};
use tokio_util::sync::CancellationToken;

pub use images::Images;

use crate::{
    board::Board,
    builder::Builder,
    builds::Builds,
    cargo::Cargo,
    error::StackError,
    handle::{Handle, Handled, LINES},
    identity::identity,
    ledger::Ledger,
    probe::Prober,
    spawner::Spawner,
    watch::watch as watch_working_copy,
};
use observer::Observer;
use operator::Operator;

/// What a stack in a cluster is made of.
#[derive(Debug, Clone)]
pub struct KubeOptions {
    /// The repository or a copy: has `lab/` and `deploy/k8s`.
    pub root: PathBuf,
    /// Where logs and builds go. Created when it is missing.
    pub data_dir: PathBuf,
    /// The kubeconfig; `None` for the one of the environment.
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig; `None` for its current one.
    pub context: Option<String>,
    /// Namespace; made when it is missing, and then deleted by `down`.
    pub namespace: String,
    /// How images are made and loaded.
    pub images: Images,
    /// Port of this machine that the cluster maps to the API's node port, where it does.
    pub api_port: Option<u16>,
    /// The same for the worker.
    pub worker_port: Option<u16>,
    /// Where cargo builds the lab; `None` for `lab/target`.
    pub lab_target_dir: Option<PathBuf>,
}

/// A stack in a cluster. Dropping the last handle ends the watches; what runs in the cluster stays until `down`.
#[derive(Debug)]
pub struct KubeStack {
    handle: Handle,
    namespace: String,
    observer: Observer,
}

impl KubeStack {
    /// Prepares a stack. Nothing is asked of the cluster before `up`. Must be called within a tokio runtime that has IO
    /// and time; blocks while it ends what a killed owner of the data directory left behind.
    ///
    /// # Errors
    /// When the data directory cannot be used, another process uses it, or the working copy cannot be read.
    pub fn new(options: KubeOptions) -> Result<Arc<Self>, StackError> {
        let runtime = runtime::Handle::try_current().map_err(|error| StackError::System {
            what: "the stack needs an async runtime",
            source: std::io::Error::other(error),
        })?;
        let options = options.absolute()?;
        let ledger = Arc::new(Ledger::open(&options.data_dir)?.0);
        let kind = if matches!(options.images, Images::K3d(_)) { "k3d" } else { "kube" };
        let board = Arc::new(Board::new(kind));
        board.working(identity(&options.root)?);
        let (lines, _) = broadcast::channel(LINES);
        let spawner = Spawner::start(runtime).map_err(StackError::system("the thread that starts processes"))?;
        let cargo = Cargo {
            root: options.root.clone(),
            target_dir: options.lab_target_dir.clone().unwrap_or_else(|| options.root.join("lab/target")),
            lines: lines.clone(),
            spawner,
            ledger,
        };
        let builder = Builder { root: options.root.clone(), cargo, builds: Builds::open(&options.data_dir)? };
        let stop = CancellationToken::new();
        let watching = watch_working_copy(options.root.clone(), board.clone());
        tokio::spawn(stop.clone().run_until_cancelled_owned(watching));
        let (handle, work) = Handle::new(board.clone(), lines, stop);
        let observer = Observer::new(board.clone());
        let namespace = options.namespace.clone();
        let operator = Operator::new(options, board.clone(), observer.clone(), builder, Prober::new()?);
        tokio::spawn(operator.run(work));
        Ok(Arc::new(Self { handle, namespace, observer }))
    }
}

impl KubeOptions {
    /// The same options with paths that mean the same from everywhere.
    fn absolute(self) -> Result<Self, StackError> {
        let logs = self.data_dir.join("logs");
        std::fs::create_dir_all(&logs).map_err(StackError::file("cannot create", logs))?;
        let root = std::fs::canonicalize(&self.root).map_err(StackError::file("cannot find", &self.root))?;
        let data_dir =
            std::fs::canonicalize(&self.data_dir).map_err(StackError::file("cannot find", &self.data_dir))?;
        let target = self.lab_target_dir.as_ref().map(std::path::absolute).transpose();
        let lab_target_dir = target.map_err(StackError::system("lab_target_dir"))?;
        Ok(Self { root, data_dir, lab_target_dir, ..self })
    }
}

#[async_trait]
impl Handled for KubeStack {
    fn handle(&self) -> &Handle {
        &self.handle
    }

    async fn gauges(&self) -> Gauges {
        gauges::read(&self.namespace, &self.observer).await
    }
}
