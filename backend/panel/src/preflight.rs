//! What this machine has and lacks for a session: all checks in one pass, each within its own time.
//!
//! `machine` is the outer edge, everything that is asked of the system; `here` asks this machine. `tools`, `docker`,
//! `room` and `ports` look at one thing each; `system` knows how to mend it here.

mod docker;
mod finding;
mod here;
mod machine;
mod ports;
mod room;
mod system;
#[cfg(test)]
mod tests;
mod tools;

use std::{path::PathBuf, time::Duration};

use brownout_core::setup::{Check, CheckState, Preflight, StackAbility};
use futures::{FutureExt, future::join_all};
use tokio::time::timeout;

use finding::{Finding, Look, look};
pub use here::ThisMachine;
use machine::Machine;
use system::{Family, System};

/// What does not answer within this time counts as not there.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// Stacks by name.
const LOCAL: &str = "local";
const K3D: &str = "k3d";
const BOTH: &[&str] = &[LOCAL, K3D];

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where history, logs and builds are, or will be.
    pub data_dir: PathBuf,
    /// Port of the panel, of the lab's API and of its worker.
    pub ports: [u16; 3],
    /// The panel that runs on them, if one does.
    pub panel: Option<u32>,
    /// Whether the UI is in this program already.
    pub ui_built: bool,
    /// What does not answer within this time counts as not there: [`PATIENCE`] outside tests.
    pub patience: Duration,
}

/// Makes all checks at once. Takes as long as the slowest, 3 s at most.
pub async fn preflight(machine: &dyn Machine, wanted: &Wanted) -> Preflight {
    let looks: Vec<Look<'_>> = vec![
        look("cargo", "Rust", BOTH, tools::cargo(machine).boxed()),
        look("cc", "C compiler", BOTH, tools::cc(machine).boxed()),
        look("wasm", "Browser target", &[], tools::wasm(machine, wanted.ui_built).boxed()),
        look("make", "make", &[], tools::make(machine).boxed()),
        look("git", "git", &[], tools::git(machine).boxed()),
        look("postgres", "Postgres", &[LOCAL], tools::postgres(machine).boxed()),
        look("disk", "Disk space", BOTH, room::disk(machine, &wanted.data_dir).boxed()),
        look("files", "Open files", BOTH, room::files(machine).boxed()),
        look("cpus", "Processors", BOTH, room::cpus(machine).boxed()),
        look("memory", "Memory", &[K3D], room::memory(machine).boxed()),
        look("port-panel", "Port of the panel", BOTH, ports::panel(machine, wanted).boxed()),
        look("port-api", "Port of the lab's API", BOTH, ports::api(machine, wanted).boxed()),
        look("port-worker", "Port of the lab's worker", BOTH, ports::worker(machine, wanted).boxed()),
        look("docker", "Docker", &[K3D], docker::docker(machine).boxed()),
        look("kubectl", "kubectl", &[K3D], tools::kubectl(machine).boxed()),
        look("k3d", "k3d", &[K3D], tools::k3d(machine).boxed()),
    ];
    let checks = join_all(looks.into_iter().map(|look| settle(look, wanted.patience))).await;
    let stacks = vec![
        ability(LOCAL, "Plain processes and a Postgres of its own, on this machine.", &checks),
        ability(K3D, "A small Kubernetes cluster in Docker.", &checks),
    ];
    Preflight { checks, stacks }
}

async fn settle(look: Look<'_>, patience: Duration) -> Check {
    let finding = timeout(patience, look.finding).await.unwrap_or_else(|_| Finding {
        state: if look.needed_for.is_empty() { CheckState::Warning } else { CheckState::Missing },
        says: format!("did not answer within {patience:?}"),
        ..Finding::default()
    });
    let needed_for = finding.needed_for.unwrap_or(look.needed_for);
    Check {
        name: look.name.to_owned(),
        title: look.title.to_owned(),
        state: finding.state,
        says: finding.says,
        fix: finding.fix,
        needed_for: needed_for.iter().map(|stack| (*stack).to_owned()).collect(),
    }
}

fn ability(kind: &str, uses: &str, checks: &[Check]) -> StackAbility {
    let missing = |check: &&Check| check.state == CheckState::Missing && check.needed_for.iter().any(|of| of == kind);
    let missing: Vec<String> =
        checks.iter().filter(missing).map(|check| format!("{}: {}", check.title, check.says)).collect();
    let says = if missing.is_empty() { uses.to_owned() } else { format!("{}.", missing.join("; ")) };
    StackAbility { kind: kind.to_owned(), can_run: missing.is_empty(), says }
}

/// The machine in three words.
pub async fn described(machine: &ThisMachine) -> brownout_core::hub::readiness::Machine {
    let System { family, wsl } = machine.system();
    let os = match family {
        Family::Mac => "macos",
        _ if wsl => "wsl",
        _ => "linux",
    };
    let gib = machine.memory_bytes().await.unwrap_or_default() >> 30;
    brownout_core::hub::readiness::Machine {
        os: os.to_owned(),
        processors: u32::try_from(machine.cpus()).unwrap_or(u32::MAX),
        memory_gib: u32::try_from(gib).unwrap_or(u32::MAX),
    }
}

/// The port of an address such as `http://127.0.0.1:8080`; 0 when it has none.
pub fn port_of(url: &str) -> u16 {
    url.rsplit(':').next().and_then(|port| port.trim_end_matches('/').parse().ok()).unwrap_or(0)
}
