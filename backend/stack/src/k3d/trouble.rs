//! What went wrong with Docker or k3d, and what to do about it.

use super::{
    K3d,
    call::{Refused, Why, ending},
};
use crate::error::StackError;

/// A refusal, understood as far as it can be.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Whether making the cluster anew would meet it again.
    pub(super) known: bool,
    /// The next step, and whole what was said.
    why: String,
}

impl Trouble {
    pub(super) fn error(self, what: &str) -> StackError {
        StackError::Cluster { what: what.to_owned(), why: self.why }
    }
}

/// What is said, by words of the programs that do not change from version to version; lower case.
const KNOWN: [(&[&str], &str); 8] = [
    (
        &["cannot connect to the docker daemon", "is the docker daemon running", "error during connect"],
        "Docker does not run; start Docker Desktop, or `sudo systemctl start docker`, and try again",
    ),
    (
        &["permission denied while trying to connect"],
        "this user may not use Docker; `sudo usermod -aG docker \"$USER\"`, log in anew, and try again",
    ),
    (
        &["no space left on device"],
        "the disk that Docker writes to is full; `docker system df` shows what takes it, `docker system prune` frees \
         what nothing uses",
    ),
    (
        &["buildx component is missing", "unknown flag: --progress"],
        "Docker lacks its builder; install the package docker-buildx (docker-buildx-plugin), or Docker Desktop",
    ),
    (&["unknown flag: --mode"], "this k3d is too old; 5.8 or newer is needed, see https://k3d.io"),
    (
        &["error[e", "error: could not compile"],
        "the lab does not compile; the first error stands below, mend it, then `make dev`",
    ),
    (&["no nodes found", "failed to get cluster"], "the cluster is gone; `make up STACK=k3d` makes it again"),
    (
        &[
            "failed to resolve",
            "no such host",
            "temporary failure in name resolution",
            "tls handshake timeout",
            "i/o timeout",
            "client.timeout exceeded",
            "could not resolve host",
            "failed to do request",
            "no matching package named",
            "attempting to make an http request",
        ],
        "something had to be downloaded and could not; connect to the network and run `make prefetch STACK=k3d` once",
    ),
];

impl Refused {
    /// The refusal with its next step, in the words of this workshop's ports.
    pub(super) fn of(self, cluster: &K3d) -> Trouble {
        let Refused { command, why } = self;
        let program = command.split(' ').next().unwrap_or_default();
        match why {
            Why::Absent => {
                let page = if program == "k3d" { "https://k3d.io" } else { "https://docs.docker.com/get-docker" };
                let why = format!(
                    "`{program}` is not on PATH; {page} says how to install it, `make preflight` what else is missing"
                );
                Trouble { known: true, why }
            }
            Why::NotStarted(error) => Trouble { known: true, why: format!("`{command}` cannot be started: {error}") },
            Why::Ended(status, said) => {
                let step = port(&said, cluster).or_else(|| known(&said).map(str::to_owned));
                let known = step.is_some();
                let step = step.or_else(|| slow(&said).map(str::to_owned));
                let step = step.map(|step| format!("{step}.\n")).unwrap_or_default();
                let said = if said.is_empty() { "it said nothing".to_owned() } else { said };
                Trouble { known, why: format!("{step}`{command}` {}:\n{said}", ending(status)) }
            }
        }
    }
}

fn known(said: &str) -> Option<&'static str> {
    let said = said.to_lowercase();
    KNOWN.iter().find(|(words, _)| words.iter().any(|word| said.contains(word))).map(|(_, step)| *step)
}

/// A cluster that did not come up in time: this machine is slow, or the cluster is broken; a new one may do better.
fn slow(said: &str) -> Option<&'static str> {
    said.to_lowercase().contains("context deadline exceeded").then_some(
        "the cluster was not ready in time; close what is busy, or give Docker more processors and memory, then try \
         `make up STACK=k3d` again",
    )
}

/// A port that somebody else holds, in the words of Docker's engine and of Docker Desktop.
fn port(said: &str, cluster: &K3d) -> Option<String> {
    let taken = ["port is already allocated", "address already in use", "ports are not available"];
    if !taken.iter().any(|words| said.to_lowercase().contains(words)) {
        return None;
    }
    let holds = |port: u16| said.contains(&format!(":{port}"));
    let (port, flag) = match cluster {
        K3d { api_port, .. } if holds(*api_port) => (*api_port, "--api-port"),
        K3d { worker_port, .. } if holds(*worker_port) => (*worker_port, "--worker-port"),
        _ => {
            return Some(
                "a port of 127.0.0.1 is in use by somebody else; `docker ps` shows whose containers hold which"
                    .to_owned(),
            );
        }
    };
    let other = port.checked_add(10_000).unwrap_or(port - 1);
    Some(format!(
        "port {port} is in use by somebody else; stop that (`docker ps` shows containers), or use another: {flag} {other}"
    ))
}
