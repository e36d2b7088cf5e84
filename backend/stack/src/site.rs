//! What every stack stands on: its folders, its list of processes, its builds, and the watch of the working copy.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::{runtime::Handle, sync::broadcast};
use tokio_util::sync::CancellationToken;

use crate::{
    board::Board, builder::Builder, builds::Builds, cargo::Cargo, error::StackError, handle::LINES, identity::identity,
    ledger::Ledger, spawner::Spawner, watch::watch,
};

/// A working copy and a data directory, ready for a stack. Its paths mean the same from everywhere.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) root: PathBuf,
    pub(crate) data_dir: PathBuf,
    pub(crate) board: Arc<Board>,
    pub(crate) spawner: Spawner,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) builder: Builder,
    pub(crate) lines: broadcast::Sender<String>,
    /// Ends the watch of the working copy, and whoever else is given it.
    pub(crate) stop: CancellationToken,
}

impl Site {
    /// Ends what a killed owner of the data directory left behind, and blocks until that has ended. Must be called
    /// within a tokio runtime that has IO and time. The lab is built in `target`, or else in `lab/target`.
    ///
    /// # Errors
    /// When the data directory cannot be used, another process uses it, or the working copy cannot be read.
    pub(crate) fn open(
        kind: &'static str,
        root: &Path,
        data_dir: &Path,
        target: Option<&Path>,
    ) -> Result<Self, StackError> {
        let runtime = Handle::try_current().map_err(|error| StackError::System {
            what: "the stack needs an async runtime",
            source: std::io::Error::other(error),
        })?;
        let logs = data_dir.join("logs");
        std::fs::create_dir_all(&logs).map_err(StackError::file("cannot create", logs))?;
        let root = std::fs::canonicalize(root).map_err(StackError::file("cannot find", root))?;
        let data_dir = std::fs::canonicalize(data_dir).map_err(StackError::file("cannot find", data_dir))?;
        let target = target.map(std::path::absolute).transpose().map_err(StackError::system("lab_target_dir"))?;
        let (ledger, ended) = Ledger::open(&data_dir)?;
        let ledger = Arc::new(ledger);
        if ended > 0 {
            tracing::info!(ended, "processes that a killed panel left behind were ended");
        }
        let board = Arc::new(Board::new(kind));
        board.working(identity(&root)?);
        let spawner = Spawner::start(runtime).map_err(StackError::system("the thread that starts processes"))?;
        let (lines, _) = broadcast::channel(LINES);
        let cargo = Cargo {
            root: root.clone(),
            target_dir: target.unwrap_or_else(|| root.join("lab/target")),
            lines: lines.clone(),
            spawner: spawner.clone(),
            ledger: ledger.clone(),
        };
        let builder = Builder { root: root.clone(), cargo, builds: Builds::open(&data_dir)? };
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(watch(root.clone(), board.clone())));
        Ok(Self { root, data_dir, board, spawner, ledger, builder, lines, stop })
    }
}
