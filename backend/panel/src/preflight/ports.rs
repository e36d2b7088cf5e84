//! Ports of panel and lab: free, or held by the panel that runs.

use super::{
    Wanted,
    finding::Finding,
    machine::{Machine, Port},
};

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
        Port::Held { by, .. } => {
            let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
            let other = number.checked_add(further).unwrap_or(number - 1);
            Finding::missing(format!("{number} is in use{by}"))
                .fix(Some(format!("make run ARGS=\"--open {flag} {other}\"")))
        }
    }
}
