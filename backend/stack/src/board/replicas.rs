//! The services' part of the board.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Instant,
};

use brownout_core::stack::{ServiceState, ServiceStatus};

use crate::balance::Balance;

/// Names one replica; a number is never used twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReplicaId {
    pub(crate) service: String,
    pub(crate) number: u64,
}

/// What a replica says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ReplicaView {
    pub(crate) state: ServiceState,
    /// Where it gets connections from a balance and is asked for metrics; `None` while it does not run.
    pub(crate) address: Option<SocketAddr>,
    pub(crate) pid: Option<u32>,
    /// The build it reports; empty until it was asked.
    pub(crate) build: String,
    /// Starts after a crash.
    pub(crate) restarts: u32,
    /// What is wrong; empty otherwise.
    pub(crate) message: String,
    /// Why it backs off, without when it starts again; empty otherwise.
    pub(crate) cause: String,
    /// When it last became ready, or no longer was; `None` while it never was.
    pub(crate) turned: Option<Instant>,
}

/// A service as the manifests and the ports make it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) desired: u32,
    /// Fewest that are enough, where an autoscaler decides.
    pub(crate) enough: u32,
    /// CPU that each of its replicas requests, in thousandths of a core.
    pub(crate) request: Option<u64>,
    pub(crate) address: String,
    pub(crate) log: String,
    pub(crate) balance: Option<Balance>,
}

/// A replica that answers.
#[derive(Debug)]
pub(crate) struct ReadyReplica {
    pub(crate) service: String,
    pub(crate) address: SocketAddr,
}

/// Replicas of a service.
#[derive(Debug, Clone)]
pub(crate) struct Count {
    pub(crate) service: String,
    pub(crate) desired: u32,
    pub(crate) existing: u32,
    pub(crate) ready: u32,
    /// Starts after a crash, of all of them.
    pub(crate) restarts: u32,
    /// CPU that each requests, in thousandths of a core.
    pub(crate) request: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Replicas {
    rows: Vec<Row>,
    views: BTreeMap<ReplicaId, ReplicaView>,
    listed: BTreeSet<ReplicaId>,
}

impl Replicas {
    pub(super) fn rows(&mut self, rows: Vec<Row>) {
        self.rows = rows;
        self.balance();
    }

    pub(super) fn view(&mut self, id: &ReplicaId, view: ReplicaView) {
        self.views.insert(id.clone(), view);
        self.balance();
    }

    pub(super) fn forget(&mut self, id: &ReplicaId) {
        self.views.remove(id);
        self.listed.remove(id);
        self.balance();
    }

    pub(super) fn list(&mut self, ids: &[ReplicaId]) {
        self.listed = ids.iter().cloned().collect();
        self.balance();
    }

    pub(super) fn are(&mut self, replicas: Vec<(ReplicaId, ReplicaView)>) {
        self.listed = replicas.iter().map(|(id, _)| id.clone()).collect();
        self.views = replicas.into_iter().collect();
        self.balance();
    }

    pub(super) fn show(&mut self, id: &ReplicaId) {
        self.listed.insert(id.clone());
        self.balance();
    }

    /// Takes one replica out of sight and out of balance.
    pub(super) fn hide(&mut self, id: &ReplicaId) {
        self.listed.remove(id);
        self.balance();
    }

    /// Sets how many replicas of a service are wanted.
    pub(super) fn desire(&mut self, service: &str, desired: u32) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.name == service) {
            row.desired = desired;
        }
    }

    /// Every process that is in sight, ready or not, with its service.
    pub(super) fn processes(&self) -> Vec<(String, u32)> {
        let listed = self.listed.iter().filter_map(|id| Some((id.service.clone(), self.views.get(id)?.pid?)));
        listed.collect()
    }

    /// What the services have in replicas.
    pub(super) fn counts(&self) -> Vec<Count> {
        let count = |row: &Row| {
            let existing = self.listed_of(&row.name).count();
            let ready = self.listed_of(&row.name).filter(|view| view.state == ServiceState::Ready).count();
            let [existing, ready] = [existing, ready].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
            let restarts = self.listed_of(&row.name).map(|view| view.restarts).sum();
            Count { service: row.name.clone(), desired: row.desired, existing, ready, restarts, request: row.request }
        };
        self.rows.iter().map(count).collect()
    }

    /// Whether every service has what it needs. New replicas beside those that are enough hurt nobody.
    pub(super) fn well(&self) -> bool {
        self.rows.iter().all(|row| {
            let views = || self.listed_of(&row.name);
            let ready = views().filter(|view| view.state == ServiceState::Ready).count();
            let rising = views().filter(|view| view.state == ServiceState::Starting && view.message.is_empty()).count();
            let has = |count: usize, wanted: u32| u32::try_from(count).unwrap_or(u32::MAX) >= wanted;
            has(ready, row.desired) || (has(ready, row.enough.max(1)) && has(ready + rising, row.desired))
        })
    }

    pub(super) fn ready(&self) -> Vec<ReadyReplica> {
        let names = self.rows.iter().map(|row| row.name.as_str());
        names.flat_map(|name| self.ready_of(name)).collect()
    }

    pub(super) fn services(&self) -> Vec<ServiceStatus> {
        self.rows.iter().map(|row| self.service(row)).collect()
    }

    fn balance(&self) {
        for row in &self.rows {
            if let Some(balance) = &row.balance {
                balance.set(self.ready_of(&row.name).map(|replica| replica.address).collect());
            }
        }
    }

    fn listed_of<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a ReplicaView> {
        let views = self.listed.iter().filter(move |id| id.service == service);
        views.filter_map(|id| self.views.get(id))
    }

    fn ready_of<'a>(&'a self, service: &'a str) -> impl Iterator<Item = ReadyReplica> + 'a {
        self.listed_of(service)
            .filter(|view| view.state == ServiceState::Ready)
            .filter_map(|view| Some(ReadyReplica { service: service.to_owned(), address: view.address? }))
    }

    fn service(&self, row: &Row) -> ServiceStatus {
        let views: Vec<&ReplicaView> = self.listed_of(&row.name).collect();
        let ready = views.iter().filter(|view| view.state == ServiceState::Ready);
        let worst = views.iter().max_by_key(|view| severity(view.state));
        ServiceStatus {
            name: row.name.clone(),
            state: worst.map(|view| view.state).unwrap_or_default(),
            desired: row.desired,
            ready: u32::try_from(ready.clone().count()).unwrap_or(u32::MAX),
            build: ready.clone().map(|view| view.build.clone()).next().unwrap_or_default(),
            restarts: views.iter().map(|view| view.restarts).sum(),
            message: worst.map(|view| view.message.clone()).unwrap_or_default(),
            address: row.address.clone(),
            log: row.log.clone(),
        }
    }
}

fn severity(state: ServiceState) -> u8 {
    match state {
        ServiceState::Ready => 0,
        ServiceState::Stopped => 1,
        ServiceState::Starting => 2,
        ServiceState::Unready => 3,
        ServiceState::BackingOff => 4,
    }
}
