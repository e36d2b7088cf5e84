//! A limit of CPU without cgroups: what a process may use of each 100 ms, as the kernel's CFS quota gives it.
//!
//! Once a process has used its share of a period, all its threads stand still until the next one begins. cgroups belong
//! to root; SIGSTOP and SIGCONT do not. How much was used is read to the nanosecond, and no more often than all cores
//! together could use up what is left.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::time::sleep;

use crate::platform;

/// Kubernetes' own.
const PERIOD: Duration = Duration::from_millis(100);
/// Between two readings at least; so much may be used too much, and is taken off the next period.
const SHORTEST: Duration = Duration::from_millis(1);

/// Holds a process, leader of its own group, to a limit in thousandths of a core until this is dropped.
pub(crate) async fn hold(pid: u32, limit: Option<u64>) -> Infallible {
    let Some(limit) = limit else { return std::future::pending().await };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = PERIOD * u32::try_from(limit).unwrap_or(u32::MAX) / 1000;
    if share >= PERIOD * u32::try_from(cores).unwrap_or(u32::MAX) {
        return std::future::pending().await;
    }
    let mut held = Held { pid, stopped: false };
    let mut owed = Duration::ZERO;
    loop {
        let begun = Instant::now();
        let Some(before) = platform::cpu_time(pid) else { return std::future::pending().await };
        let allowed = share.saturating_sub(owed);
        let used = loop {
            let used = platform::cpu_time(pid).unwrap_or(before).saturating_sub(before);
            let left = PERIOD.saturating_sub(begun.elapsed());
            if left.is_zero() {
                break used;
            }
            let Some(rest) = allowed.checked_sub(used).filter(|rest| !rest.is_zero()) else {
                held.stop();
                sleep(left).await;
                held.go();
                break platform::cpu_time(pid).unwrap_or(before).saturating_sub(before);
            };
            sleep((rest / u32::try_from(cores).unwrap_or(1)).clamp(SHORTEST, left.max(SHORTEST))).await;
        };
        owed = (owed + used).saturating_sub(share);
    }
}

/// A process that goes on when this is dropped.
struct Held {
    pid: u32,
    stopped: bool,
}

impl Held {
    fn stop(&mut self) {
        self.stopped = true;
        self.signal(Signal::STOP);
    }

    fn go(&mut self) {
        if std::mem::take(&mut self.stopped) {
            self.signal(Signal::CONT);
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.go();
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::process::CommandExt, process::Command};

    use super::*;

    /// CPU that a process which wants a whole core gets in a second under a limit, in thousandths of a core.
    async fn used(limit: u64) -> u128 {
        let mut busy = Command::new("sh").args(["-c", "while :; do :; done"]).process_group(0).spawn().unwrap();
        let pid = busy.id();
        let before = platform::cpu_time(pid).unwrap();
        let begun = Instant::now();
        let _ = tokio::time::timeout(Duration::from_secs(1), hold(pid, Some(limit))).await;
        let used = platform::cpu_time(pid).unwrap() - before;
        let share = used.as_nanos() * 1000 / begun.elapsed().as_nanos();
        busy.kill().unwrap();
        busy.wait().unwrap();
        share
    }

    #[tokio::test]
    async fn a_process_gets_no_more_than_its_limit() {
        for limit in [100, 300] {
            let used = used(limit).await;
            // Less, when the machine has no time for it.
            assert!(used <= u128::from(limit) * 5 / 4, "{used}m of {limit}m");
        }
    }
}
