//! One replica with its place, or without one.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use brownout_core::stack::ServiceState;

use crate::{
    autoscale::{Meter, Pod},
    board::{Board, ReplicaId, ReplicaView},
    replica::Replica,
};

/// CPU that pods may request together, in thousandths of a core; fixed, so that a larger machine is no easier.
const CAPACITY: u64 = 1300;

/// What the scheduler says of a pod that no node can take.
pub(crate) const UNSCHEDULABLE: &str = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are \
     available: 1 No preemption victims found for incoming pod.";

/// A replica that is wanted.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: ReplicaId,
    pub(super) slot: u32,
    pub(super) created: Instant,
    /// CPU that it requests, in thousandths of a core.
    request: u64,
    /// Until it has a place.
    waiting: Option<Waiting>,
    /// From then on.
    replica: Option<Replica>,
}

/// A replica without a place, in sight for as long as this lives.
#[derive(Debug)]
struct Waiting {
    id: ReplicaId,
    board: Arc<Board>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.board.forget(&self.id);
    }
}

impl Member {
    pub(super) fn waiting(id: ReplicaId, slot: u32, request: u64, board: Arc<Board>) -> Self {
        let (state, message) = (ServiceState::Starting, UNSCHEDULABLE.to_owned());
        board.replica(&id, ReplicaView { state, message, ..ReplicaView::default() });
        let waiting = Some(Waiting { id: id.clone(), board });
        Self { id, slot, created: Instant::now(), request, waiting, replica: None }
    }

    /// Gives it a place.
    pub(super) fn run(&mut self, start: impl FnOnce(ReplicaId) -> Replica) {
        // What waited is out of sight before what runs comes into it, because they have one id.
        self.waiting = None;
        self.replica = Some(start(self.id.clone()));
    }

    /// The replica; `None` while it waits for a place.
    pub(crate) fn running(&mut self) -> Option<&mut Replica> {
        self.replica.as_mut()
    }

    pub(crate) fn waits(&self) -> bool {
        self.replica.is_none()
    }

    /// Takes it out of the balance, ends it in order, and returns when it is gone.
    pub(crate) async fn stopped(self) {
        if let Some(replica) = self.replica {
            replica.stopped().await;
        }
    }

    fn view(&self) -> ReplicaView {
        self.replica.as_ref().map(Replica::view).unwrap_or_default()
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.view().pid
    }

    /// What an autoscaler sees of it.
    pub(super) fn pod(&self, meter: &Meter) -> Pod {
        let view = self.view();
        let age = self.created.elapsed();
        Pod {
            name: format!("{}-{}", self.id.service, self.slot),
            pending: view.pid.is_none() && view.restarts == 0,
            ready: view.state == ServiceState::Ready,
            age,
            turned: view.turned.map_or(age, |turned| turned.elapsed()),
            sample: view.pid.and_then(|pid| meter.sample(pid)),
        }
    }

    /// Who ends first when there are too many: who has no place, then who is not ready, then who came last.
    pub(super) fn dispensable(&self) -> (bool, bool, Instant, u64) {
        (self.waits(), self.view().state != ServiceState::Ready, self.created, self.id.number)
    }
}

/// The one node, with what is requested of it.
pub(super) struct Node {
    requested: u64,
}

impl Node {
    /// With these on it, as far as they have a place.
    pub(super) fn with<'a>(members: impl Iterator<Item = &'a Member>) -> Self {
        Self { requested: members.filter(|member| !member.waits()).map(|member| member.request).sum() }
    }

    /// Takes one more, if there is room for what it requests.
    pub(super) fn takes(&mut self, request: u64) -> bool {
        let room = request == 0 || self.requested + request <= CAPACITY;
        if room {
            self.requested += request;
        }
        room
    }
}

impl Member {
    pub(super) fn fits(&self, node: &mut Node) -> bool {
        node.takes(self.request)
    }
}

/// What it takes until a new pod's process starts: a place is found, a sandbox is made.
pub(super) const START: Duration = Duration::from_secs(2);
