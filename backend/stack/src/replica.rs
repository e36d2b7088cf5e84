//! Keeps one replica alive: starts it, probes it, starts it again when it fails, ends it in order.

mod health;
mod keeper;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

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
    manifest::{Probe, Resources, Workload},
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
    /// What it takes until a new pod's process starts.
    pub(crate) delay: Duration,
    /// What the process may use of each 100 ms, in thousandths of a core.
    pub(crate) limit: Option<u64>,
    /// Where it listens; `None` when the process takes a free port and says which.
    pub(crate) address: Option<SocketAddr>,
}

/// What all replicas of a service have in common. While it is equal, they need not be replaced.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    name: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
    readiness: Probe,
    liveness: Option<Probe>,
    grace: Duration,
    resources: Resources,
}

impl Template {
    /// With an environment in which addresses are those of this machine.
    pub(crate) fn of(workload: &Workload, mut env: Vec<(String, String)>) -> Self {
        // The process takes a free port and says which.
        env.push(("LAB_LISTEN".to_owned(), "127.0.0.1:0".to_owned()));
        Self {
            name: workload.name.clone(),
            args: workload.args.clone(),
            env,
            readiness: workload.readiness.clone(),
            liveness: workload.liveness.clone(),
            grace: workload.grace,
            resources: workload.resources,
        }
    }

    /// For one of them.
    pub(crate) fn recipe(&self, slot: u32, binary: PathBuf, log: Logfile, delay: Duration) -> Recipe {
        let launch = Launch {
            what: format!("{}-{slot}", self.name),
            program: binary,
            args: self.args.clone(),
            env: self.env.clone(),
            dir: log.path().parent().map(PathBuf::from).unwrap_or_default(),
            inherit: false,
            account: None,
            farewell: Farewell::default(),
        };
        let (readiness, liveness) = (self.readiness.clone(), self.liveness.clone());
        let limit = self.resources.limit;
        Recipe { launch, readiness, liveness, grace: self.grace, log, delay, limit, address: None }
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

    /// What it said last.
    pub(crate) fn view(&self) -> ReplicaView {
        self.view.borrow().clone()
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
    fn say(&self, mut view: ReplicaView) {
        let (was, turned) = {
            let before = self.sender.borrow();
            (before.state == ServiceState::Ready, before.turned)
        };
        let is = view.state == ServiceState::Ready;
        view.turned = if is == was { turned } else { Some(Instant::now()) };
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
