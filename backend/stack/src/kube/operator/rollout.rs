//! Waits for what was applied to come about.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::Operator;
use crate::{error::StackError, kube::view::Rollout};

/// A rollout that takes longer has failed.
const READY: Duration = Duration::from_secs(60);

impl Operator {
    /// Waits for every Deployment at its generation or later; fails with the first that cannot come about.
    pub(super) async fn rolled_out(&self, deployments: &[(String, i64)]) -> Result<(), StackError> {
        let deadline = Instant::now() + READY;
        let mut changes = self.observer.changes();
        loop {
            let mut missing = None;
            for (name, generation) in deployments {
                match self.observer.look(|view| view.rollout(name, *generation)) {
                    Rollout::Done => {}
                    Rollout::Underway(says) => missing = Some((name, says)),
                    Rollout::Failed(why) => return Err(self.not_ready(name, why)),
                }
            }
            let Some((name, says)) = missing else { return Ok(()) };
            if timeout_at(deadline, changes.changed()).await.is_err() {
                let late = format!("it was not ready within {} s", READY.as_secs());
                return Err(self.not_ready(name, if says.is_empty() { late } else { says }));
            }
        }
    }

    fn not_ready(&self, service: &str, why: String) -> StackError {
        let log = self.options.data_dir.join("logs").join(format!("{service}-0.log"));
        StackError::NotReady { service: service.to_owned(), why, log: log.display().to_string() }
    }
}
