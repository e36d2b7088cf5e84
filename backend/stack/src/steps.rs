//! Times what a deploy does.

use std::time::Instant;

use brownout_core::stack::DeployStep;

/// The steps so far; each one lasts since the one before.
#[derive(Debug)]
pub(crate) struct Steps {
    since: Instant,
    done: Vec<DeployStep>,
}

impl Steps {
    pub(crate) fn begin() -> Self {
        Self { since: Instant::now(), done: Vec::new() }
    }

    pub(crate) fn done(&mut self, name: &str) {
        let took_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.done.push(DeployStep { name: name.to_owned(), took_ms });
        self.since = Instant::now();
    }

    /// Takes steps over that somebody else has timed, up to now.
    pub(crate) fn add(&mut self, steps: Vec<DeployStep>) {
        self.done.extend(steps);
        self.since = Instant::now();
    }

    pub(crate) fn list(&self) -> Vec<DeployStep> {
        self.done.clone()
    }
}
