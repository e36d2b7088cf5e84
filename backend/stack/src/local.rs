//! The stack of plain processes: the handle that everybody holds.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use brownout_core::stack::Gauges;

use crate::{
    error::StackError,
    gauges::Reader,
    handle::{Handle, Handled},
    ledger::Ledger,
    operator::Operator,
    postgres,
    probe::Prober,
    replica::Tools,
    site::Site,
};

/// What a local stack is made of.
#[derive(Debug, Clone)]
pub struct LocalOptions {
    /// The repository or a copy: has `lab/` and `deploy/k8s`.
    pub root: PathBuf,
    /// Where logs, builds and the list of processes go. Created when it is missing.
    pub data_dir: PathBuf,
    /// Port of the API on both loopbacks; 0 takes any.
    pub api_port: u16,
    /// Port of the worker on both loopbacks; 0 takes any.
    pub worker_port: u16,
    /// Where cargo builds the lab; `None` for `lab/target`.
    pub lab_target_dir: Option<PathBuf>,
    /// Folders in which Postgres' programs may be, the first that will do is taken; `None` for the usual ones.
    pub postgres_bin: Option<Vec<PathBuf>>,
}

/// A stack of supervised processes on this machine. Dropping the last handle ends them.
#[derive(Debug)]
pub struct LocalStack {
    handle: Handle,
    gauges: Reader,
}

impl LocalStack {
    /// Prepares a stack and starts nothing yet. Ends what a killed owner of the data directory left behind.
    /// Must be called within a tokio runtime that has IO and time.
    ///
    /// # Errors
    /// When the data directory cannot be used, another process uses it, or the working copy cannot be read.
    pub fn new(options: LocalOptions) -> Result<Arc<Self>, StackError> {
        let LocalOptions { root, data_dir, lab_target_dir, .. } = &options;
        let site = Site::open("local", root, data_dir, lab_target_dir.as_deref())?;
        let options = LocalOptions { root: site.root, data_dir: site.data_dir, ..options };
        let prober = Prober::new()?;
        let (handle, work) = Handle::new(site.board.clone(), site.lines, site.stop);
        let tools = Tools { spawner: site.spawner, ledger: site.ledger, prober: prober.clone(), board: site.board };
        let operator = Operator::new(options, tools, site.builder);
        tokio::spawn(operator.run(work));
        Ok(Arc::new(Self { handle, gauges: Reader::new(prober) }))
    }
}

#[async_trait]
impl Handled for LocalStack {
    fn handle(&self) -> &Handle {
        &self.handle
    }

    async fn gauges(&self) -> Gauges {
        self.gauges.read(&self.handle.board).await
    }
}

/// Ends what a killed owner of a data directory left behind and deletes its database; for whoever takes a stack down
/// that has no owner any more. Blocks for up to a few seconds.
///
/// # Errors
/// When the owner lives, or something cannot be deleted.
pub fn sweep(data_dir: &Path) -> Result<(), StackError> {
    let (_ledger, ended) = Ledger::open(data_dir)?;
    if ended > 0 {
        tracing::info!(ended, "processes that a killed panel left behind were ended");
    }
    postgres::delete(data_dir)
}
