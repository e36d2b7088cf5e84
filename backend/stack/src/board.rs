//! What everybody sees of the stack. The operator and the replicas write to it; readers get each change.

mod build;
mod replicas;

use std::sync::{Mutex, MutexGuard, PoisonError};

use brownout_core::stack::{DeployStep, Endpoints, Scaling, StackPhase, StackStatus};
use tokio::sync::watch;

use crate::{identity::Identity, postgres::Auditor};
pub(crate) use build::Failure;
pub(crate) use replicas::{Count, ReadyReplica, ReplicaId, ReplicaView, Row};

/// The shared view. Every change computes the status anew, so the parts cannot disagree.
#[derive(Debug)]
pub(crate) struct Board {
    /// What the stack is called.
    kind: &'static str,
    inner: Mutex<Inner>,
    status: watch::Sender<StackStatus>,
}

#[derive(Debug, Default)]
struct Inner {
    mode: Mode,
    doing: String,
    failure: String,
    /// The working copy that the failure was about.
    about: String,
    watching: String,
    notices: Vec<String>,
    replicas: replicas::Replicas,
    scaling: Vec<Scaling>,
    build: build::Build,
    endpoints: Endpoints,
    database: Option<Auditor>,
}

/// What the operator is about; the rest of the phase follows from the replicas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    #[default]
    Down,
    Starting,
    Up,
    Stopping,
}

impl Board {
    pub(crate) fn new(kind: &'static str) -> Self {
        let board = Self { kind, inner: Mutex::default(), status: watch::Sender::default() };
        board.change(|_| {});
        board
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<StackStatus> {
        self.status.subscribe()
    }

    pub(crate) fn mode(&self, mode: Mode, doing: &str) {
        self.change(|inner| {
            inner.mode = mode;
            inner.doing = doing.to_owned();
        });
    }

    pub(crate) fn doing(&self, doing: &str) {
        self.change(|inner| inner.doing = doing.to_owned());
    }

    /// Keeps why the last operation failed, as a notice; empty when it did not.
    /// It goes away when a working copy that differed from the live build equals it again.
    pub(crate) fn failure(&self, sentence: &str) {
        self.change(|inner| {
            inner.failure = sentence.to_owned();
            inner.about = inner.build.concerned().to_owned();
        });
    }

    /// Keeps why the working copy cannot be watched as it should; empty when it can.
    pub(crate) fn watching(&self, sentence: &str) {
        self.change(|inner| inner.watching = sentence.to_owned());
    }

    pub(crate) fn notices(&self, notices: Vec<String>) {
        self.change(|inner| inner.notices = notices);
    }

    /// Sets which services there are, in the order in which they are shown.
    pub(crate) fn rows(&self, rows: Vec<Row>) {
        self.change(|inner| inner.replicas.rows(rows));
    }

    /// Takes the replica's newest view. One that is not listed is kept out of sight and gets no connections.
    pub(crate) fn replica(&self, id: &ReplicaId, view: ReplicaView) {
        self.change(|inner| inner.replicas.view(id, view));
    }

    pub(crate) fn forget(&self, id: &ReplicaId) {
        self.change(|inner| inner.replicas.forget(id));
    }

    /// Puts these replicas, and no others, into sight and into balance, in one step.
    pub(crate) fn list(&self, ids: &[ReplicaId]) {
        self.change(|inner| inner.replicas.list(ids));
    }

    /// Shows these replicas and no others, in one step.
    pub(crate) fn replicas_are(&self, replicas: Vec<(ReplicaId, ReplicaView)>) {
        self.change(|inner| inner.replicas.are(replicas));
    }

    /// Puts one more replica into sight.
    pub(crate) fn show(&self, id: &ReplicaId) {
        self.change(|inner| inner.replicas.show(id));
    }

    /// The replicas that may be asked for their gauges.
    pub(crate) fn ready(&self) -> Vec<ReadyReplica> {
        self.lock().replicas.ready()
    }

    /// Takes a replica out of sight and out of balance.
    pub(crate) fn hide(&self, id: &ReplicaId) {
        self.change(|inner| inner.replicas.hide(id));
    }

    /// Sets how many replicas of a service are wanted.
    pub(crate) fn desire(&self, service: &str, desired: u32) {
        self.change(|inner| inner.replicas.desire(service, desired));
    }

    /// Shows what the autoscalers do.
    pub(crate) fn scaling(&self, scaling: Vec<Scaling>) {
        self.change(|inner| inner.scaling = scaling);
    }

    /// The processes of all services, ready or not.
    pub(crate) fn processes(&self) -> Vec<(String, u32)> {
        self.lock().replicas.processes()
    }

    /// The services with the numbers of their replicas.
    pub(crate) fn counts(&self) -> Vec<Count> {
        self.lock().replicas.counts()
    }

    pub(crate) fn tell_endpoints(&self, endpoints: Endpoints) {
        self.lock().endpoints = endpoints;
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        self.lock().endpoints.clone()
    }

    /// Who may read the database; `None` while it does not run.
    pub(crate) fn database(&self, auditor: Option<Auditor>) {
        self.lock().database = auditor;
    }

    pub(crate) fn auditor(&self) -> Option<Auditor> {
        self.lock().database.clone()
    }

    pub(crate) fn working(&self, identity: Identity) {
        self.change(|inner| inner.build.working(identity));
    }

    pub(crate) fn live(&self, identity: Option<Identity>) {
        self.change(|inner| inner.build.live(identity));
    }

    pub(crate) fn building(&self, building: bool) {
        self.change(|inner| inner.build.building(building));
    }

    pub(crate) fn build_failed(&self, id: &str, failure: &Failure) {
        self.change(|inner| inner.build.failed(id, failure));
    }

    pub(crate) fn built(&self) {
        self.change(|inner| inner.build.worked());
    }

    pub(crate) fn steps(&self, steps: Vec<DeployStep>) {
        self.change(|inner| inner.build.steps(steps));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let mut inner = self.lock();
        change(&mut inner);
        inner.forgive();
        let status = StackStatus { kind: self.kind.to_owned(), ..inner.status() };
        // Sent under the lock, so that readers see changes in their order.
        self.status.send_if_modified(|shown| {
            let differs = *shown != status;
            *shown = status;
            differs
        });
    }
}

impl Inner {
    /// Nothing is wrong with a working copy that is live. A failure to start what is live already stays.
    fn forgive(&mut self) {
        if let Some(live) = self.build.settled() {
            if self.about != live {
                self.failure.clear();
            }
            self.build.forgive();
        }
    }

    fn status(&self) -> StackStatus {
        let services = self.replicas.services();
        let phase = match self.mode {
            Mode::Down => StackPhase::Down,
            Mode::Starting => StackPhase::Starting,
            Mode::Stopping => StackPhase::Stopping,
            Mode::Up if self.replicas.well() => StackPhase::Ready,
            Mode::Up => StackPhase::Degraded,
        };
        let sentences = [&self.failure, &self.watching].into_iter().filter(|sentence| !sentence.is_empty());
        StackStatus {
            doing: self.doing.clone(),
            phase,
            services,
            build: self.build.status(),
            notices: sentences.chain(&self.notices).cloned().collect(),
            scaling: self.scaling(),
            ..StackStatus::default()
        }
    }

    /// What the autoscalers say, with the replicas that there are now.
    fn scaling(&self) -> Vec<Scaling> {
        let counts = self.replicas.counts();
        let mut scaling = self.scaling.clone();
        for scaled in &mut scaling {
            if let Some(count) = counts.iter().find(|count| count.service == scaled.service) {
                (scaled.current, scaled.ready) = (count.existing, count.ready);
            }
        }
        scaling
    }
}
