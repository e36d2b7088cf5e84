//! The listeners of all Services.

use std::{collections::BTreeMap, io};

use crate::{
    address::{Addresses, wanted},
    balance::Balance,
    error::StackError,
    forwarder::{Forwarder, Front},
    local::LocalOptions,
    manifest::Workload,
    port::port_holder,
};

/// One front a Service; the thread runs while there is any.
#[derive(Debug, Default)]
pub(super) struct Fronts {
    forwarder: Option<Forwarder>,
    open: BTreeMap<String, Front>,
}

impl Fronts {
    /// Opens what is missing. A Service keeps its port for as long as the stack is up.
    pub(super) fn open(&mut self, workloads: &[Workload], options: &LocalOptions) -> Result<Addresses, StackError> {
        let forwarder = match &self.forwarder {
            Some(forwarder) => forwarder,
            None => {
                let started = Forwarder::start().map_err(StackError::system("the forwarder's thread"))?;
                self.forwarder.insert(started)
            }
        };
        let mut addresses = Addresses::default();
        for service in workloads.iter().filter_map(|workload| workload.service.as_ref()) {
            if !self.open.contains_key(&service.name) {
                let (port, flag) = wanted(service, options);
                let front = forwarder.listen(port, Balance::default()).map_err(|error| taken(port, flag, error))?;
                self.open.insert(service.name.clone(), front);
            }
            if let Some(front) = self.open.get(&service.name) {
                addresses.insert(service, front.port());
            }
        }
        Ok(addresses)
    }

    pub(super) fn port(&self, service: &str) -> Option<u16> {
        self.open.get(service).map(Front::port)
    }

    pub(super) fn balance(&self, service: &str) -> Option<Balance> {
        self.open.get(service).map(|front| front.balance().clone())
    }

    /// Closes those of Services that are no more.
    pub(super) async fn keep(&mut self, workloads: &[Workload]) {
        let wanted = |name: &String| {
            workloads.iter().any(|workload| workload.service.as_ref().is_some_and(|service| service.name == *name))
        };
        let gone: Vec<String> = self.open.keys().filter(|name| !wanted(name)).cloned().collect();
        for name in gone {
            if let Some(front) = self.open.remove(&name) {
                front.close().await;
            }
        }
    }

    /// Closes all; their ports are free when this returns.
    pub(super) async fn close(&mut self) {
        for (_, front) in std::mem::take(&mut self.open) {
            front.close().await;
        }
        if let Some(forwarder) = self.forwarder.take() {
            forwarder.end().await;
        }
    }
}

fn taken(port: u16, flag: &'static str, error: io::Error) -> StackError {
    if error.kind() == io::ErrorKind::AddrInUse {
        return StackError::PortTaken { port, holder: port_holder(port).unwrap_or_default(), flag };
    }
    StackError::System { what: "a loopback port could not be opened", source: error }
}
