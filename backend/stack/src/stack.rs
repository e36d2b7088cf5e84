//! The trait: two ways to run the same manifests look alike.

use async_trait::async_trait;
use brownout_core::stack::{Books, DeployStep, Endpoints, Gauges, StackStatus};
use tokio::sync::{broadcast, watch};

use crate::error::StackError;

/// A lab stack that can be brought up, changed and ended.
///
/// Operations run one after another; a second caller waits.
/// An operation goes on when its caller stops waiting for it; only `down` interrupts one.
#[async_trait]
pub trait Stack: Send + Sync {
    /// Brings every service up and returns when all are ready. Harmless when they are.
    async fn up(&self) -> Result<(), StackError>;

    /// Builds the working copy, replaces every replica without a failed request, returns when the new ones are live.
    /// Brings the stack up when it is down. A failed build or start leaves the old build live.
    async fn deploy(&self) -> Result<Deployed, StackError>;

    /// Brings run-time state (faults, counters, queues, the database's tables) back to the seed. Processes stay.
    async fn reset(&self) -> Result<(), StackError>;

    /// Ends everything that `up` and `deploy` started, also while one of them is at work.
    async fn down(&self) -> Result<(), StackError>;

    /// The status now, and each change of it.
    fn status(&self) -> watch::Receiver<StackStatus>;

    /// Gauges of the ready replicas, summed by service: `lab_api_in_flight` becomes `api.in_flight`.
    /// Beside them, of all replicas: `<service>.replicas` (ready or not), `.replicas_desired`, `.replicas_ready`, in
    /// cores `.cpu` where the system tells it, `.cpu_request` where they request any, and `.restarts` after a crash.
    /// And of the database `db.connections`, `db.active`, `db.idle_in_transaction`, `db.waiting_on_locks` (sessions of
    /// the API's role) and `db.connection_limit`.
    /// Never fails: what does not answer within 500 ms is left out.
    async fn observe(&self) -> Gauges;

    /// Reads the books of the lab's database, once no session of the API is in a transaction, or after 5 s in any case.
    /// `None` when the manifests have no database.
    async fn books(&self) -> Result<Option<Books>, StackError>;

    /// Where a run sends its load. An address is empty until it is known.
    fn endpoints(&self) -> Endpoints;

    /// Lines of the compiler as it prints them; a slow reader misses lines and never slows a build.
    fn build_log(&self) -> broadcast::Receiver<String>;
}

/// A deploy that worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// Identity of the build that is live now, 8 hex digits.
    pub build: String,
    /// What was done and how long it took.
    pub steps: Vec<DeployStep>,
}
