//! Keeps one replica alive: starts it, probes it, starts it again when it fails, ends it in order.

mod health;
mod keeper;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use brownout_core::stack::ServiceState;
use tokio::sync::watch;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::{
    board::{Board, ReplicaId, ReplicaView},
    ledger::Ledger,
    logfile::Logfile,
    manifest::{Probe, Workload},
    probe::Prober,
    process::{Farewell, Launch},
    spawner::Spawner,
};
use keeper::Keeper;

/// What every replica needs.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    pub(crate) spawner: Spawner,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) prober: Prober,
    pub(crate) board: Arc<Board>,
}

/// What one replica runs.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    pub(crate) launch: Launch,
    pub(crate) readiness: Probe,
    pub(crate) liveness: Option<Probe>,
    pub(crate) grace: Duration,
    pub(crate) log: Logfile,
    /// Where it listens; `None` when the process takes a free port and says which.
    pub(crate) address: Option<SocketAddr>,
}

impl Recipe {
    pub(crate) fn new(
        workload: &Workload,
        slot: u32,
        binary: PathBuf,
        env: Vec<(String, String)>,
        log: Logfile,
    ) -> Self {
        let dir = log.path().parent().map(PathBuf::from).unwrap_or_default();
        let what = format!("{}-{slot}", workload.name);
        let (args, farewell) = (workload.args.clone(), Farewell::default());
        let launch = Launch { what, program: binary, args, env, dir, inherit: false, account: None, farewell };
        let (readiness, liveness) = (workload.readiness.clone(), workload.liveness.clone());
        Self { launch, readiness, liveness, grace: workload.grace, log, address: None }
    }
}

/// A supervised replica. Dropping it stops it soon; `stopped` waits for that.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) id: ReplicaId,
    log: Logfile,
    view: watch::Receiver<ReplicaView>,
    stop: DropGuard,
    task: tokio::task::JoinHandle<()>,
}

impl Replica {
    pub(crate) fn start(id: ReplicaId, recipe: Recipe, tools: Tools, tracker: &TaskTracker) -> Self {
        let (sender, view) = watch::channel(ReplicaView::default());
        let stop = CancellationToken::new();
        let log = recipe.log.clone();
        let voice = Voice { id: id.clone(), board: tools.board.clone(), sender };
        voice.say(ReplicaView { state: ServiceState::Starting, ..ReplicaView::default() });
        let task = tracker.spawn(Keeper { recipe, tools, voice, stop: stop.clone() }.keep());
        Self { id, log, view, stop: stop.drop_guard(), task }
    }

    pub(crate) fn log(&self) -> &Logfile {
        &self.log
    }

    /// Waits until it is ready, however often it has to be started.
    pub(crate) async fn ready(&mut self) {
        if self.view.wait_for(|view| view.state == ServiceState::Ready).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until its first start has succeeded, and gives the build that it reports.
    ///
    /// # Errors
    /// A clause on why it failed.
    pub(crate) async fn first_ready(&mut self) -> Result<String, String> {
        let settled = |view: &ReplicaView| matches!(view.state, ServiceState::Ready | ServiceState::BackingOff);
        match self.view.wait_for(settled).await {
            Ok(view) if view.state == ServiceState::Ready => Ok(view.build.clone()),
            Ok(view) => Err(view.cause.clone()),
            Err(_) => Err("it was stopped".to_owned()),
        }
    }

    /// Waits until it is ready, or has failed to start so often.
    ///
    /// # Errors
    /// A clause on why it failed last.
    pub(crate) async fn ready_within(&mut self, starts: u32) -> Result<(), String> {
        let settled = |view: &ReplicaView| view.state == ServiceState::Ready || view.restarts >= starts;
        match self.view.wait_for(settled).await {
            Ok(view) if view.state == ServiceState::Ready => Ok(()),
            Ok(view) => Err(view.cause.clone()),
            Err(_) => Err("was stopped".to_owned()),
        }
    }

    /// What was wrong last.
    pub(crate) fn message(&self) -> String {
        self.view.borrow().message.clone()
    }

    /// Takes it out of the balance, ends it in order, and returns when it is gone.
    pub(crate) async fn stopped(self) {
        drop(self.stop);
        let _ = self.task.await;
    }
}

/// How a replica makes itself seen.
#[derive(Debug)]
struct Voice {
    id: ReplicaId,
    board: Arc<Board>,
    sender: watch::Sender<ReplicaView>,
}

impl Voice {
    fn say(&self, view: ReplicaView) {
        self.board.replica(&self.id, view.clone());
        self.sender.send_replace(view);
    }

    /// Says what has changed, if anything has.
    fn change(&self, change: impl FnOnce(&mut ReplicaView)) {
        let before = self.sender.borrow().clone();
        let mut view = before.clone();
        change(&mut view);
        if view != before {
            self.say(view);
        }
    }

    /// Begins anew with only the count of restarts kept.
    fn begin(&self, view: ReplicaView) {
        let restarts = self.sender.borrow().restarts;
        self.say(ReplicaView { restarts, ..view });
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.board.forget(&self.id);
    }
}
