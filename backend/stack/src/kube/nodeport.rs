//! Finds out where this machine reaches a node port.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Node, Service};
use kube::{Api, api::ListParams};
use tokio::time::{Instant, sleep};

use super::access::Access;
use crate::{error::StackError, probe::Prober};

/// A node must have learnt of new pods by then.
const LEARNT: Duration = Duration::from_secs(10);
/// Between two looks whether it has.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// An address that takes longer does not lead there.
const WITHIN: Duration = Duration::from_secs(2);

/// The URL at which `/readyz` of a Service answers with this build in its header: the mapped port of this machine where
/// the cluster has one, else the node port on loopback or on a node's own address.
///
/// # Errors
/// When the Service has no node port, or none of the addresses leads to it.
pub(super) async fn find(
    access: &Access,
    namespace: &str,
    (service, mapped): (&str, Option<u16>),
    build: &str,
    prober: &Prober,
) -> Result<String, StackError> {
    let what = || format!("Service {service}");
    let services: Api<Service> = Api::namespaced(access.client.clone(), namespace);
    let found = services.get(service).await.map_err(|error| access.error(what(), &error))?;
    let ports = found.spec.and_then(|spec| spec.ports).unwrap_or_default();
    let node_port = ports.iter().find_map(|port| u16::try_from(port.node_port?).ok());
    let Some(node_port) = node_port else {
        return Err(StackError::Cluster { what: what(), why: "it has no node port".to_owned() });
    };
    let mut tried: Vec<String> = mapped.map(|port| format!("http://127.0.0.1:{port}")).into_iter().collect();
    tried.push(format!("http://127.0.0.1:{node_port}"));
    tried.extend(addresses(access).await.into_iter().map(|address| format!("http://{address}:{node_port}")));
    // Nobody tells when a node has learnt where to send its connections; it takes a moment after the pods are ready.
    let deadline = Instant::now() + LEARNT;
    loop {
        for url in &tried {
            if prober.build(format!("{url}/readyz"), WITHIN).await.as_deref() == Some(build) {
                return Ok(url.clone());
            }
        }
        if Instant::now() >= deadline {
            break;
        }
        sleep(LOOK_AGAIN).await;
    }
    let why = format!(
        "it is ready in the cluster, but this machine reaches it at none of {}; its node ports must be reachable from here, \
         as they are with k3d (`make up STACK=k3d`)",
        tried.join(", ")
    );
    Err(StackError::Cluster { what: what(), why })
}

/// The nodes' own addresses, as far as we may see them.
async fn addresses(access: &Access) -> Vec<String> {
    let nodes: Api<Node> = Api::all(access.client.clone());
    let Ok(nodes) = nodes.list(&ListParams::default()).await else { return Vec::new() };
    let of = |node: Node| node.status.and_then(|status| status.addresses).unwrap_or_default();
    let addresses = nodes.items.into_iter().flat_map(of);
    addresses.filter(|address| address.type_.ends_with("IP")).map(|address| address.address).collect()
}

#[cfg(test)]
mod tests;
