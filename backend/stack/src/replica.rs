//! Keeps one replica alive: starts it, probes it, starts it again when it fails, ends it in order.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use brownout_core::stack::ServiceState;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::{
    backoff::Backoff,
    board::{Board, ReplicaId, ReplicaView},
    ledger::Ledger,
    logfile::Logfile,
    manifest::{Probe, Workload},
    output::Output,
    probe::Prober,
    process::{Launch, Process, ending},
    spawner::Spawner,
};

/// A process that has not said by then where it listens will not.
const ANNOUNCED: Duration = Duration::from_secs(10);
/// Between probes until the first success; a person waits for it.
const EAGER: Duration = Duration::from_millis(25);
/// A start-up that takes longer is explained.
const PATIENCE: Duration = Duration::from_secs(1);

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
        let launch = Launch { what, program: binary, args: workload.args.clone(), env, dir, inherit: false };
        let (readiness, liveness) = (workload.readiness.clone(), workload.liveness.clone());
        Self { launch, readiness, liveness, grace: workload.grace, log }
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
            Ok(view) => Err(view.message.clone()),
            Err(_) => Err("it was stopped".to_owned()),
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

    fn change(&self, change: impl FnOnce(&mut ReplicaView)) {
        let mut view = self.sender.borrow().clone();
        change(&mut view);
        self.say(view);
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.board.forget(&self.id);
    }
}

struct Keeper {
    recipe: Recipe,
    tools: Tools,
    voice: Voice,
    stop: CancellationToken,
}

/// How one process of a replica went.
enum Life {
    Stopped,
    /// Why it ended, and how long it had been ready.
    Ended(String, Duration),
}

impl Keeper {
    async fn keep(self) {
        let mut backoff = Backoff::new();
        while let Life::Ended(why, healthy) = self.live().await {
            let wait = backoff.after(healthy);
            let message = format!("{why}; next start in {} s", wait.as_secs_f64());
            tracing::warn!(replica = self.recipe.launch.what, message);
            let restarts = self.voice.sender.borrow().restarts + 1;
            self.voice.say(ReplicaView {
                state: ServiceState::BackingOff,
                message,
                restarts,
                ..ReplicaView::default()
            });
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                () = sleep(wait) => {}
            }
        }
    }

    async fn live(&self) -> Life {
        let mut process = match Process::start(&self.recipe.launch, &self.tools.spawner, &self.tools.ledger).await {
            Ok(process) => process,
            Err(error) => return Life::Ended(format!("could not be started: {error}"), Duration::ZERO),
        };
        let mut output = Output::follow(&mut process, &self.recipe.log);
        let pid = Some(process.pid());
        self.voice.change(|view| {
            *view =
                ReplicaView { state: ServiceState::Starting, pid, restarts: view.restarts, ..ReplicaView::default() }
        });
        let mut healthy = None;
        let why = tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            ended = process.ended() => Some(ended.map_or_else(|error| format!("was lost: {error}"), ending)),
            why = self.watch(&mut output, &mut healthy) => Some(why),
        };
        // Out of the balance first; then it is asked to end.
        let message = why.clone().unwrap_or_default();
        let state = if why.is_none() { ServiceState::Stopped } else { ServiceState::Unready };
        self.voice.change(|view| {
            *view = ReplicaView { state, message, pid, restarts: view.restarts, ..ReplicaView::default() }
        });
        process.stop(self.recipe.grace).await;
        output.drain().await;
        match why {
            None => Life::Stopped,
            Some(why) => Life::Ended(why, healthy.map_or(Duration::ZERO, |since: Instant| since.elapsed())),
        }
    }

    /// Probes for as long as the process is worth keeping. Returns why it is not.
    async fn watch(&self, output: &mut Output, healthy: &mut Option<Instant>) -> String {
        let address = match timeout(ANNOUNCED, output.listening()).await {
            Ok(Some(address)) => address,
            Ok(None) => {
                // Most likely it is ending, and its exit code says more.
                sleep(Duration::from_millis(500)).await;
                return "closed its output before it said where it listens".to_owned();
            }
            Err(_) => return format!("did not say where it listens within {} s", ANNOUNCED.as_secs()),
        };
        let begun = Instant::now();
        let (mut unready, mut dead) = (0, 0);
        loop {
            match self.tools.prober.ask(address, &self.recipe.readiness).await {
                Ok(said) => {
                    unready = 0;
                    healthy.get_or_insert_with(Instant::now);
                    self.show(|view| {
                        view.state = ServiceState::Ready;
                        view.address = Some(address);
                        view.build.clone_from(&said.build);
                        view.message.clear();
                    });
                }
                Err(why) if healthy.is_none() => {
                    if begun.elapsed() > PATIENCE {
                        self.show(|view| view.message = why);
                    }
                }
                Err(why) => {
                    unready += 1;
                    if unready >= self.recipe.readiness.failures {
                        self.show(|view| {
                            view.state = ServiceState::Unready;
                            view.message = why;
                        });
                    }
                }
            }
            if healthy.is_none() && begun.elapsed() < PATIENCE {
                sleep(EAGER).await;
                continue;
            }
            if let Some(liveness) = &self.recipe.liveness {
                match self.tools.prober.ask(address, liveness).await {
                    Ok(_) => dead = 0,
                    Err(why) => {
                        dead += 1;
                        if dead >= liveness.failures {
                            return format!("is restarted, because its liveness probe failed {dead} times: {why}");
                        }
                    }
                }
            }
            sleep(if healthy.is_none() { EAGER * 4 } else { self.recipe.readiness.period }).await;
        }
    }

    /// Says it only when it is news.
    fn show(&self, change: impl FnOnce(&mut ReplicaView)) {
        let mut view = self.voice.sender.borrow().clone();
        change(&mut view);
        if *self.voice.sender.borrow() != view {
            self.voice.say(view);
        }
    }
}
