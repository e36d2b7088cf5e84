//! Docker: installed, running, and large enough for a cluster.

use super::{
    finding::Finding,
    machine::{Answer, Machine},
    room::{K3D_CPUS, K3D_MEMORY, gib},
    system::Family,
    tools::last_line,
};

pub(super) async fn docker(machine: &dyn Machine) -> Finding {
    let system = machine.system();
    match machine.ask("docker", &["info", "--format", "{{.ServerVersion}} {{.NCPU}} {{.MemTotal}}"]).await {
        Answer::Said(said) => room(&said),
        Answer::Absent => {
            let fix = match system.family {
                Family::Mac => Some("brew install --cask docker".to_owned()),
                _ => system.install("docker.io", "moby-engine", ""),
            };
            Finding::missing("docker is not on PATH").fix(fix)
        }
        Answer::Failed(why) if why.contains("permission denied") => {
            Finding::missing("Docker runs, but this user may not use it; log in anew after the command")
                .fix(Some("sudo usermod -aG docker \"$USER\"".to_owned()))
        }
        Answer::Failed(why) if why.contains("Cannot connect") || why.contains("is the docker daemon running") => {
            Finding::missing("docker is installed, and its daemon does not run").fix(Some(system.start_docker()))
        }
        Answer::Failed(why) => Finding::missing(format!("docker fails: {}", last_line(&why))),
    }
}

/// Docker may have less than the machine: on macOS and Windows it runs in a machine of its own.
fn room(said: &str) -> Finding {
    let mut words = said.split_whitespace();
    let version = words.next().unwrap_or("?");
    let (Some(cpus), Some(memory)) = (
        words.next().and_then(|word| word.parse::<usize>().ok()),
        words.next().and_then(|word| word.parse::<u64>().ok()),
    ) else {
        return Finding::warning(format!("docker says `{}`; its processors and memory are not known", said.trim()));
    };
    let has = format!("Docker {version} with {cpus} processors and {}", gib(memory));
    if cpus < K3D_CPUS || memory < K3D_MEMORY {
        return Finding::missing(format!("{has}; a cluster needs {K3D_CPUS} and 6 GiB"));
    }
    Finding::ok(has)
}
