//! The stack of plain processes: the handle that everybody holds.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use brownout_core::stack::Gauges;
use tokio::{runtime, sync::broadcast};
use tokio_util::sync::CancellationToken;

use crate::{
    board::Board,
    builds::Builds,
    cargo::Cargo,
    error::StackError,
    gauges::Reader,
    handle::{Handle, Handled, LINES},
    identity::identity,
    ledger::Ledger,
    operator::Operator,
    postgres,
    probe::Prober,
    replica::Tools,
    spawner::Spawner,
    watch::watch as watch_working_copy,
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
        let runtime = runtime::Handle::try_current();
        let runtime = runtime.map_err(|error| StackError::System {
            what: "the stack needs an async runtime",
            source: std::io::Error::other(error),
        })?;
        let options = absolute(options)?;
        let (ledger, ended) = Ledger::open(&options.data_dir)?;
        let ledger = Arc::new(ledger);
        let board = Arc::new(Board::new("local"));
        if ended > 0 {
            tracing::info!(ended, "processes that a killed panel left behind were ended");
        }
        board.working(identity(&options.root)?);
        let spawner = Spawner::start(runtime).map_err(StackError::system("the thread that starts processes"))?;
        let prober = Prober::new()?;
        let (lines, _) = broadcast::channel(LINES);
        let cargo = Cargo {
            root: options.root.clone(),
            target_dir: options.lab_target_dir.clone().unwrap_or_else(|| options.root.join("lab/target")),
            lines: lines.clone(),
            spawner: spawner.clone(),
            ledger: ledger.clone(),
        };
        let builds = Builds::open(&options.data_dir)?;
        let stop = CancellationToken::new();
        let watching = watch_working_copy(options.root.clone(), board.clone());
        tokio::spawn(stop.clone().run_until_cancelled_owned(watching));
        let (handle, work) = Handle::new(board.clone(), lines, stop.clone());
        let tools = Tools { spawner, ledger, prober: prober.clone(), board: board.clone() };
        let operator = Operator::new(options, tools, cargo, builds);
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

/// The same options with paths that mean the same from everywhere.
fn absolute(options: LocalOptions) -> Result<LocalOptions, StackError> {
    let LocalOptions { root, data_dir, .. } = &options;
    std::fs::create_dir_all(data_dir.join("logs")).map_err(StackError::file("cannot create", data_dir.join("logs")))?;
    let root = std::fs::canonicalize(root).map_err(StackError::file("cannot find", root))?;
    let data_dir = std::fs::canonicalize(data_dir).map_err(StackError::file("cannot find", data_dir))?;
    let target = options.lab_target_dir.as_ref().map(std::path::absolute).transpose();
    let lab_target_dir = target.map_err(StackError::system("lab_target_dir"))?;
    Ok(LocalOptions { root, data_dir, lab_target_dir, ..options })
}
