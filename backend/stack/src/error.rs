//! What can go wrong with a stack. Each message says what to do next.

use std::{io, path::PathBuf};

/// Why a stack could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// A port that the stack needs is held by somebody else.
    #[error("port {port} is in use{}; stop that, or use another: {flag} {}", by(.holder), .port.saturating_add(10))]
    PortTaken {
        /// The port.
        port: u16,
        /// Who holds it, e.g. `nginx (pid 812)`; empty where that is not known.
        holder: String,
        /// The flag that chooses another port, e.g. `--api-port`.
        flag: &'static str,
    },
    /// A manifest cannot be read.
    #[error("{file}: {why}")]
    Manifest {
        /// Path relative to the repository.
        file: String,
        /// What is wrong, with the position where it is known.
        why: String,
    },
    /// The lab does not build. Problems and output are in the status.
    #[error("the lab does not build: {why}")]
    Build {
        /// The first problem, or what kept cargo from working, with the next step.
        why: String,
    },
    /// A service did not become ready.
    #[error("{service} did not become ready: {why}; its log is {log}")]
    NotReady {
        /// Name as in the manifests.
        service: String,
        /// What was seen last.
        why: String,
        /// Its log file.
        log: String,
    },
    /// The stack must be up for this.
    #[error("the stack is not up; run `make up`")]
    NotUp,
    /// This machine has no Postgres that the lab could use.
    #[error("Postgres 13 to 18 was not found{found}; {hint}, then run `make up`")]
    PostgresMissing {
        /// What was found instead, as the rest of a clause; empty when nothing was.
        found: String,
        /// How to install it here.
        hint: &'static str,
    },
    /// The lab's database could not be made or read.
    #[error("the lab's database could not be {what}: {why}")]
    Database {
        /// What was tried, e.g. `made`.
        what: &'static str,
        /// What was said, with the next step.
        why: String,
    },
    /// There is no room for what a service requests.
    #[error("{service} has no place to run: {why} Request less CPU in its manifest, then run `make dev`")]
    Unschedulable {
        /// The service.
        service: String,
        /// The scheduler's words.
        why: String,
    },
    /// A cluster, or a program that makes or fills one, refused.
    #[error("{what}: {why}")]
    Cluster {
        /// What could not be done, e.g. `the cluster cannot be made`.
        what: String,
        /// Why, with the next step, and whole what was said.
        why: String,
    },
    /// A service refused to go back to its seed.
    #[error("{service} could not be reset: {why}; `make down` and `make up` begin anew")]
    Reset {
        /// Name as in the manifests.
        service: String,
        /// What it answered.
        why: String,
    },
    /// Another process works in this data directory.
    #[error("{data_dir} is used by process {pid}; end it, or choose another directory with --data-dir")]
    DataDirInUse {
        /// The directory.
        data_dir: PathBuf,
        /// The process that uses it.
        pid: u32,
    },
    /// A file or directory could not be read or written.
    #[error("{what} {path}: {source}", path = .path.display())]
    File {
        /// What was tried, e.g. `cannot write`.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused something else.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// `down` was asked meanwhile.
    #[error("interrupted, because the stack is being taken down")]
    Interrupted,
    /// The stack's handle was dropped, or there is no async runtime.
    #[error("the stack has ended; start the panel anew")]
    Ended,
}

fn by(holder: &str) -> String {
    if holder.is_empty() { String::new() } else { format!(" by {holder}") }
}

impl StackError {
    pub(crate) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { what, path, source }
    }

    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}
