//! Programs that have to be there.

use brownout_core::setup::CheckState;

use super::{
    finding::Finding,
    machine::{Answer, Machine},
};

/// The oldest k3d that reads deploy/k3d-config.yaml.
const K3D_OLDEST: (u32, u32) = (5, 8);

/// The oldest Rust that builds lab and panel.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");

pub(super) async fn cargo(machine: &dyn Machine) -> Finding {
    let system = machine.system();
    let said = match machine.ask("cargo", &["--version"]).await {
        Answer::Said(said) => first_line(&said),
        Answer::Failed(why) => {
            return Finding::missing(format!("cargo fails: {}", last_line(&why)))
                .fix(Some("rustup default stable".into()));
        }
        Answer::Absent => {
            let fix = system.install("rustup && rustup default stable", "rustup && rustup-init -y", "rustup");
            return Finding::missing("cargo is not on PATH; https://rustup.rs says how to install Rust").fix(fix);
        }
    };
    // `cargo 1.95.0 (f2d3ce0bd 2026-03-21)`
    let version = said.split(' ').nth(1).unwrap_or_default();
    match (numbers(version), numbers(RUST)) {
        (Some(found), Some(oldest)) if found < oldest => {
            Finding::missing(format!("cargo {version}; {RUST} or newer is needed"))
                .fix(Some("rustup update stable".into()))
        }
        (None, _) => Finding::warning(format!("cargo says `{said}`; {RUST} or newer is needed")),
        _ => Finding::ok(format!("cargo {version}")),
    }
}

pub(super) async fn cc(machine: &dyn Machine) -> Finding {
    match machine.ask("cc", &["--version"]).await {
        Answer::Said(said) => Finding::ok(first_line(&said)),
        Answer::Failed(_) | Answer::Absent => {
            let fix = match machine.system().family {
                super::system::Family::Mac => Some("xcode-select --install".to_owned()),
                _ => machine.system().install("gcc libc6-dev", "gcc", ""),
            };
            Finding::missing("cc is not on PATH; Rust needs it as its linker").fix(fix)
        }
    }
}

pub(super) async fn wasm(machine: &dyn Machine, ui_built: bool) -> Finding {
    if ui_built {
        return Finding::ok("not needed: the UI is built");
    }
    // The script that sets it up knows where it may be.
    match machine.ask("bash", &["deploy/setup/wasm.sh", "--missing"]).await {
        Answer::Said(missing) if missing.trim().is_empty() => Finding::ok("wasm32-unknown-unknown"),
        _ => Finding::warning("wasm32-unknown-unknown is not installed; the UI cannot be built without it")
            .fix(Some("rustup target add wasm32-unknown-unknown".to_owned())),
    }
}

pub(super) async fn make(machine: &dyn Machine) -> Finding {
    let fix = machine.system().install("make", "make", "make");
    optional(machine, "make", &["--version"], "the words after `make` work as `brownout …` too", fix).await
}

pub(super) async fn git(machine: &dyn Machine) -> Finding {
    let fix = machine.system().install("git", "git", "git");
    optional(machine, "git", &["--version"], "what you changed cannot be shown without it", fix).await
}

pub(super) async fn postgres(machine: &dyn Machine) -> Finding {
    match machine.postgres().await {
        Ok(says) => Finding::ok(says),
        Err(why) => {
            Finding::missing(why).fix(machine.system().install("postgresql", "postgresql-server", "postgresql@17"))
        }
    }
}

pub(super) async fn kubectl(machine: &dyn Machine) -> Finding {
    let fix = machine.system().install("kubernetes-client", "kubernetes-client", "kubectl");
    needed(machine, "kubectl", &["version", "--client"], "https://kubernetes.io/docs/tasks/tools", fix).await
}

pub(super) async fn k3d(machine: &dyn Machine) -> Finding {
    // No distribution of Linux has a package of it; this is its own way.
    let script = "curl -s https://raw.githubusercontent.com/k3d-io/k3d/main/install.sh | TAG=v5.8.3 bash";
    let fix = machine.system().install("", "", "k3d").or_else(|| Some(script.to_owned()));
    let found = needed(machine, "k3d", &["version"], "https://k3d.io", fix.clone()).await;
    // `k3d version v5.8.3`
    let version = found.says.rsplit(' ').next().unwrap_or_default().trim_start_matches('v').to_owned();
    match numbers(&version) {
        Some(numbers) if found.state == CheckState::Ok && numbers < K3D_OLDEST => {
            let (major, minor) = K3D_OLDEST;
            Finding::missing(format!("k3d {version}; {major}.{minor} or newer is needed")).fix(fix)
        }
        _ => found,
    }
}

async fn optional(
    machine: &dyn Machine,
    program: &str,
    arguments: &[&str],
    without: &str,
    fix: Option<String>,
) -> Finding {
    match machine.ask(program, arguments).await {
        Answer::Said(said) => Finding::ok(first_line(&said)),
        Answer::Failed(_) | Answer::Absent => Finding::warning(format!("{program} is not on PATH; {without}")).fix(fix),
    }
}

async fn needed(machine: &dyn Machine, program: &str, arguments: &[&str], page: &str, fix: Option<String>) -> Finding {
    match machine.ask(program, arguments).await {
        Answer::Said(said) => Finding::ok(first_line(&said)),
        Answer::Failed(why) => Finding::missing(format!("{program} fails: {}", last_line(&why))),
        Answer::Absent => Finding::missing(format!("{program} is not on PATH; {page} says how to install it")).fix(fix),
    }
}

fn first_line(text: &str) -> String {
    text.trim().lines().next().unwrap_or_default().trim().to_owned()
}

/// Programs say at the end what went wrong.
pub(super) fn last_line(text: &str) -> String {
    text.trim().lines().next_back().unwrap_or("it says nothing").trim().chars().take(200).collect()
}

/// Major and minor number of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split(['.', '-']).map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}
