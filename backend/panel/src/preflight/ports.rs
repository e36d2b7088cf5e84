//! Ports of panel and lab: free, or held by the panel that runs or by its cluster.

use super::{
    LOCAL, Wanted,
    finding::Finding,
    machine::{Answer, Machine, Port},
};

/// Published ports of the workshop's cluster, by the label that k3d gives its containers.
const CLUSTER_PORTS: [&str; 5] = ["ps", "--filter", "label=k3d.cluster=brownout", "--format", "{{.Ports}}"];

pub(super) async fn panel(machine: &dyn Machine, wanted: &Wanted) -> Finding {
    port(machine, wanted, 0, "--port", 1).await
}

pub(super) async fn api(machine: &dyn Machine, wanted: &Wanted) -> Finding {
    port(machine, wanted, 1, "--api-port", 10_000).await
}

pub(super) async fn worker(machine: &dyn Machine, wanted: &Wanted) -> Finding {
    port(machine, wanted, 2, "--worker-port", 10_000).await
}

async fn port(machine: &dyn Machine, wanted: &Wanted, which: usize, flag: &str, further: u16) -> Finding {
    let number = wanted.ports[which];
    // 0 takes any.
    if number == 0 {
        return Finding::ok("any free port");
    }
    match machine.port(number).await {
        Port::Free => Finding::ok(format!("{number} is free")),
        Port::Held { pid: Some(pid), .. } if wanted.panel == Some(pid) => {
            Finding::ok(format!("{number} is held by the panel that runs (pid {pid})"))
        }
        Port::Held { .. } if which > 0 && is_clusters(machine, number).await => match wanted.panel {
            Some(_) => Finding::ok(format!("{number} is held by the cluster brownout")),
            None => Finding::missing(format!("{number} is held by the cluster brownout; local needs it"))
                .fix(Some("make down STACK=k3d".to_owned()))
                .only_for(&[LOCAL]),
        },
        Port::Held { by, .. } => {
            let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
            let other = number.checked_add(further).unwrap_or(number - 1);
            Finding::missing(format!("{number} is in use{by}"))
                .fix(Some(format!("make run ARGS=\"--open {flag} {other}\"")))
        }
    }
}

/// Whether the cluster publishes it: `127.0.0.1:8080->30080/tcp`.
async fn is_clusters(machine: &dyn Machine, port: u16) -> bool {
    let Answer::Said(said) = machine.ask("docker", &CLUSTER_PORTS).await else { return false };
    said.contains(&format!(":{port}->3008"))
}
