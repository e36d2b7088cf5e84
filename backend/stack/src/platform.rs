//! What only the operating system can tell: when a process began, what it used, who listens where.
//!
//! Linux answers from `/proc`. Elsewhere (macOS) `ps` and `lsof` answer, and a process cannot be bound to the life of
//! its parent, so the ledger of the next start cleans up. `ps.rs` is compiled for tests everywhere.

#[cfg(target_os = "linux")]
mod proc;
#[cfg(any(not(target_os = "linux"), test))]
mod ps;

#[cfg(target_os = "linux")]
pub(crate) use proc::{cpu_time, die_with_parent, listener, name, started};
#[cfg(not(target_os = "linux"))]
pub(crate) use ps::{cpu_time, die_with_parent, listener, name, started};

/// True while the process that began at `started` lives. A process id alone may have been given to another.
pub(crate) fn lives(pid: u32, begun: &str) -> bool {
    started(pid).is_some_and(|now| now == begun)
}
