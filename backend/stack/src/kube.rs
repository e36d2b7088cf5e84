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

pub use images::Images;

use crate::{
    error::StackError,
    handle::{Handle, Handled},
    probe::Prober,
    site::Site,
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
        let kind = if matches!(options.images, Images::K3d(_)) { "k3d" } else { "kube" };
        let KubeOptions { root, data_dir, lab_target_dir, .. } = &options;
        let site = Site::open(kind, root, data_dir, lab_target_dir.as_deref())?;
        let options = KubeOptions { root: site.root, data_dir: site.data_dir, ..options };
        let (handle, work) = Handle::new(site.board.clone(), site.lines, site.stop);
        let (observer, namespace) = (Observer::new(site.board.clone()), options.namespace.clone());
        let operator = Operator::new(options, site.board, observer.clone(), site.builder, Prober::new()?);
        tokio::spawn(operator.run(work));
        Ok(Arc::new(Self { handle, namespace, observer }))
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
