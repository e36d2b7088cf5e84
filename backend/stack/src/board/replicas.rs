//! The services' part of the board.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
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
}

/// A service as the manifests and the ports make it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) desired: u32,
    pub(crate) address: String,
    pub(crate) log: String,
    pub(crate) balance: Option<Balance>,
}

/// A replica that answers.
#[derive(Debug)]
pub(crate) struct ReadyReplica {
    pub(crate) service: String,
    pub(crate) address: SocketAddr,
    pub(crate) pid: Option<u32>,
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

    pub(super) fn show(&mut self, id: &ReplicaId) {
        self.listed.insert(id.clone());
        self.balance();
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
        self.listed_of(service).filter(|view| view.state == ServiceState::Ready).filter_map(|view| {
            Some(ReadyReplica { service: service.to_owned(), address: view.address?, pid: view.pid })
        })
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
