//! Docker: installed, running, able to build, and large enough for a cluster.

use serde::Deserialize;

use super::{
    finding::Finding,
    machine::{Answer, Machine},
    room::{K3D_CPUS, K3D_MEMORY, gib},
    system::{Family, System},
    tools::last_line,
};

pub(super) async fn docker(machine: &dyn Machine) -> Finding {
    let system = machine.system();
    match machine.ask("docker", &["info", "--format", "{{json .}}"]).await {
        Answer::Said(said) => match serde_json::from_str::<Info>(&said) {
            // An old client reports what keeps it from its daemon as if it were an answer.
            Ok(info) => match info.server_errors.first() {
                Some(why) => refused(why, system),
                None => room(&info, system),
            },
            Err(_) => Finding::warning(format!(
                "docker says `{}`; its processors and memory are not known",
                said.trim().chars().take(80).collect::<String>()
            )),
        },
        Answer::Absent => {
            let fix = match system.family {
                Family::Mac => Some("brew install --cask docker".to_owned()),
                _ => system.install("docker.io", "moby-engine", ""),
            };
            Finding::missing("docker is not on PATH").fix(fix)
        }
        Answer::Failed(why) => refused(&why, system),
    }
}

fn refused(why: &str, system: System) -> Finding {
    if why.contains("permission denied") {
        return Finding::missing("Docker runs, but this user may not use it; log in anew after the command")
            .fix(Some("sudo usermod -aG docker \"$USER\"".to_owned()));
    }
    if why.contains("Cannot connect") || why.contains("is the docker daemon running") {
        return Finding::missing("docker is installed, and its daemon does not run").fix(Some(system.start_docker()));
    }
    Finding::missing(format!("docker fails: {}", last_line(why)))
}

/// Docker may have less than the machine: on macOS and Windows it runs in a machine of its own.
fn room(info: &Info, system: System) -> Finding {
    let Info { server_version, ncpu, mem_total, operating_system, client_info, .. } = info;
    let has = format!("Docker {server_version} with {ncpu} processors and {}", gib(*mem_total));
    if *ncpu < K3D_CPUS || *mem_total < K3D_MEMORY {
        let how = match () {
            () if operating_system.contains("Docker Desktop") => "; Docker Desktop gives it more: Settings, Resources",
            () if system.wsl => "; .wslconfig gives WSL more",
            () => "",
        };
        return Finding::missing(format!("{has}; a cluster needs {K3D_CPUS} and 6 GiB{how}"));
    }
    if client_info.lacks_builder() {
        return Finding::missing(format!("{has}, without its builder buildx")).fix(system.install(
            "docker-buildx",
            "docker-buildx",
            "docker-buildx",
        ));
    }
    Finding::ok(has)
}

/// What `docker info` says, as far as it matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Info {
    server_version: String,
    #[serde(rename = "NCPU")]
    ncpu: usize,
    mem_total: u64,
    operating_system: String,
    server_errors: Vec<String>,
    client_info: Client,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Client {
    version: String,
    plugins: Vec<Plugin>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Plugin {
    name: String,
}

impl Client {
    /// Since 23 the command builds with a plugin; before, and where it does not tell its version, by itself.
    fn lacks_builder(&self) -> bool {
        let major = self.version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        major.is_some_and(|major| major >= 23) && !self.plugins.iter().any(|plugin| plugin.name == "buildx")
    }
}
