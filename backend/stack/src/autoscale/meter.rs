//! What each process used since it was last asked, as metrics-server asks the kubelets.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::Sample;
use crate::platform;

/// Samples by process. A process has one from the second reading on.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    last: HashMap<u32, Reading>,
    window: Option<Duration>,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Instant,
    used: Duration,
    /// Over which time, and how much.
    sample: Option<(Duration, u64)>,
}

impl Meter {
    /// Reads these processes; what is known of any other is forgotten.
    pub(crate) fn read(&mut self, pids: impl IntoIterator<Item = u32>) {
        let before = std::mem::take(&mut self.last);
        for pid in pids {
            let Some(used) = platform::cpu_time(pid) else { continue };
            let at = Instant::now();
            let sample = before.get(&pid).map(|then| {
                let window = at.duration_since(then.at).max(Duration::from_millis(1));
                let cores = used.saturating_sub(then.used).as_secs_f64() / window.as_secs_f64();
                (window, (cores * 1e3).ceil() as u64)
            });
            if let Some((window, _)) = sample {
                self.window = Some(window);
            }
            self.last.insert(pid, Reading { at, used, sample });
        }
    }

    pub(crate) fn sample(&self, pid: u32) -> Option<Sample> {
        let reading = self.last.get(&pid)?;
        let (window, millicores) = reading.sample?;
        Some(Sample { age: reading.at.elapsed(), window, millicores })
    }

    /// The time over which the last samples were taken.
    pub(crate) fn window(&self) -> Option<Duration> {
        self.window
    }
}
