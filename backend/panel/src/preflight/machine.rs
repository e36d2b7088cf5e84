//! What is asked of the machine. Tests put another one in its place.

use std::path::Path;

use async_trait::async_trait;

use super::system::System;

/// The outer edge of all checks. What is not known is `None`.
#[async_trait]
pub trait Machine: Send + Sync {
    /// Which system this is.
    fn system(&self) -> System;

    /// Runs a program of the search path in the repository.
    async fn ask(&self, program: &str, arguments: &[&str]) -> Answer;

    /// The programs of Postgres that the lab would use, as a phrase; or why there are none.
    async fn postgres(&self) -> Result<String, String>;

    /// Who has a TCP port of the loopback.
    async fn port(&self, port: u16) -> Port;

    /// Bytes that may still be written where this folder is, or will be.
    async fn free_bytes(&self, folder: &Path) -> Option<u64>;

    /// Memory, bytes.
    async fn memory_bytes(&self) -> Option<u64>;

    /// Files that a process may have open.
    fn open_files(&self) -> u64;

    /// Processors that this process may use.
    fn cpus(&self) -> usize;
}

/// What a program answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What it wrote to standard output.
    Said(String),
    /// It failed; what it wrote to standard error.
    Failed(String),
    /// There is no such program.
    Absent,
}

/// Who has a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Port {
    /// Nobody.
    Free,
    /// Somebody, known by process id and name as far as the system tells.
    Held {
        /// Process id.
        pid: Option<u32>,
        /// E.g. `nginx (pid 812)`.
        by: Option<String>,
    },
}
