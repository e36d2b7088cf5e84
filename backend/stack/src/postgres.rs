//! The lab's Postgres: the machine's own programs, a cluster in the data directory, supervised like any service.
//!
//! `binaries` finds the programs, `place` the folder, `cluster` makes what is in it, `server` says how it is started,
//! `greeting` asks whether it takes connections, `auditor` reads it, `login` holds the names agreed with the SQL.

mod auditor;
mod binaries;
mod cluster;
pub(crate) mod greeting;
mod login;
mod place;
mod server;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::{
    account::Account,
    board::ReplicaId,
    error::StackError,
    logfile::Logfile,
    manifest::Database,
    replica::{Replica, Tools},
};
pub(crate) use auditor::Auditor;
use binaries::Binaries;
pub(crate) use login::url;
use place::Place;
pub(crate) use server::Server;

/// Programs of Postgres that the lab can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    /// Where they are.
    pub folder: PathBuf,
    /// Major version, e.g. 17.
    pub version: u32,
}

/// The programs of Postgres that `up` would use. Blocks for the time of starting a program.
///
/// # Errors
/// How to install them.
pub fn postgres_programs() -> Result<Programs, StackError> {
    let Binaries { folder, version } = Binaries::find(None, Account::unprivileged()?)?;
    Ok(Programs { folder, version })
}

/// A start that takes longer has failed.
const READY: Duration = Duration::from_secs(30);
/// Between two looks whether it is ready.
const EAGER: Duration = Duration::from_millis(25);
/// A start may fail so often: sessions of a server that was killed need a moment to notice.
const STARTS: u32 = 3;

/// The running Postgres, if there is one. Dropping it stops it soon.
#[derive(Debug, Default)]
pub(crate) struct Postgres {
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    server: Server,
    replica: Replica,
    auditor: Auditor,
}

/// Where its programs may be, and where its files go.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) data_dir: PathBuf,
    /// Folders with programs; `None` for the usual ones.
    pub(crate) folders: Option<Vec<PathBuf>>,
    pub(crate) log: Logfile,
}

impl Postgres {
    /// Finds what it takes to run a database, and touches nothing that runs.
    ///
    /// # Errors
    /// When programs, a user or a folder are missing.
    pub(crate) async fn prepare(&self, database: Database, ground: Ground) -> Result<Server, StackError> {
        let port = self.running.as_ref().map(|running| running.server.port);
        let find = move || {
            let account = Account::unprivileged()?;
            let binaries = Binaries::find(ground.folders.as_deref(), account)?;
            let place = Place::open(&ground.data_dir, account)?;
            let port = match port {
                Some(port) => port,
                None => free_port().map_err(StackError::system("no port for Postgres"))?,
            };
            Ok(Server { database, binaries, place, port, log: ground.log })
        };
        tokio::task::spawn_blocking(find).await.map_err(|_| StackError::Ended)?
    }

    /// Runs this server and returns when it is ready. One that runs as wanted is left alone, and `false` returned.
    ///
    /// # Errors
    /// When a cluster cannot be made, or the server does not become ready.
    pub(crate) async fn run(
        &mut self,
        server: Server,
        id: ReplicaId,
        tools: &Tools,
        tracker: &TaskTracker,
    ) -> Result<bool, StackError> {
        if self.running.as_ref().is_some_and(|running| running.server.database == server.database) {
            return Ok(false);
        }
        self.end(&tools.board).await;
        let kept = cluster::is_kept(&server);
        if !kept {
            self.make(&server, tools).await?;
        }
        match self.start(server.clone(), id.clone(), tools, tracker).await {
            // A cluster that was not written with care may not survive a power failure, and holds nothing of value.
            Err(error) if kept => {
                tracing::warn!(%error, "the kept database does not start and is made anew");
                self.make(&server, tools).await?;
                self.start(server, id, tools, tracker).await?;
            }
            other => other?,
        }
        Ok(true)
    }

    async fn make(&self, server: &Server, tools: &Tools) -> Result<(), StackError> {
        tools.board.doing("making the database");
        cluster::make(server, tools).await
    }

    async fn start(
        &mut self,
        server: Server,
        id: ReplicaId,
        tools: &Tools,
        tracker: &TaskTracker,
    ) -> Result<(), StackError> {
        tools.board.doing("starting the database");
        let mut replica = Replica::start(id, server.recipe(), tools.clone(), tracker);
        tools.board.show(&replica.id);
        let ready = timeout(READY, replica.ready_within(STARTS)).await;
        let why = match ready {
            Ok(Ok(())) => {
                let auditor = Auditor::new(server.port, &server.database.database);
                tools.board.database(Some(auditor.clone()));
                self.running = Some(Running { server, replica, auditor });
                return Ok(());
            }
            Ok(Err(why)) => format!("it {why}: {}", server.log.tail(1)),
            Err(_) => format!("it was not ready within {} s: {}", READY.as_secs(), replica.message()),
        };
        replica.stopped().await;
        let log = server.log.path().display().to_string();
        Err(StackError::NotReady { service: server.database.name, why, log })
    }

    /// Stops it in order. Its files stay.
    pub(crate) async fn end(&mut self, board: &crate::board::Board) {
        if let Some(running) = self.running.take() {
            board.database(None);
            running.auditor.close().await;
            running.replica.stopped().await;
        }
    }

    /// The process that runs.
    pub(crate) fn replica(&mut self) -> Option<&mut Replica> {
        self.running.as_mut().map(|running| &mut running.replica)
    }

    /// Where it is read; empty while it does not run.
    pub(crate) fn url(&self) -> String {
        let server = self.running.as_ref().map(|running| &running.server);
        server.map(|server| login::url(server.port, &server.database.database)).unwrap_or_default()
    }
}

/// Deletes the cluster of a data directory, wherever it is. Harmless when there is none.
///
/// # Errors
/// When something cannot be deleted.
pub(crate) fn delete(data_dir: &Path) -> Result<(), StackError> {
    Place::delete(data_dir)
}

/// A loopback port that nobody uses. Systems give outgoing connections ports above 32767; one of these could take the
/// port while Postgres restarts, or even be a client that connects to itself. So it is one below.
fn free_port() -> std::io::Result<u16> {
    let free = |port: u16| TcpListener::bind(login::address(port)).and_then(|listener| listener.local_addr());
    let chosen = (0..100).find_map(|_| free(fastrand::u16(20_000..30_000)).ok());
    chosen.map_or_else(|| free(0), Ok).map(|address| address.port())
}
