//! The two probes of a running process. They run side by side, as the kubelet's do.

use std::{
    convert::Infallible,
    net::SocketAddr,
    time::{Duration, Instant},
};

use brownout_core::stack::ServiceState;
use tokio::time::sleep;

use super::{Recipe, Voice};
use crate::probe::Prober;

/// Between probes until the first success; a person waits for it.
const EAGER: Duration = Duration::from_millis(25);
/// A start-up that takes longer is explained, and probed less often.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) struct Health<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) prober: &'a Prober,
    pub(super) voice: &'a Voice,
    pub(super) address: SocketAddr,
}

impl Health<'_> {
    /// Says whether the process may get connections. `healthy` is when it first could.
    pub(super) async fn readiness(&self, healthy: &mut Option<Instant>) -> Infallible {
        let probe = &self.recipe.readiness;
        let begun = Instant::now();
        let mut failures = 0;
        loop {
            match self.prober.ask(self.address, probe).await {
                Ok(said) => {
                    failures = 0;
                    healthy.get_or_insert_with(Instant::now);
                    self.voice.change(|view| {
                        view.state = ServiceState::Ready;
                        // Who has said where it listens is given connections and asked for metrics.
                        view.address = self.recipe.address.is_none().then_some(self.address);
                        view.build = said.build;
                        view.message.clear();
                    });
                }
                Err(why) => {
                    failures += 1;
                    let unready = healthy.is_some() && failures >= probe.failures;
                    let slow = healthy.is_none() && begun.elapsed() > PATIENCE;
                    if unready || slow {
                        self.voice.change(|view| {
                            view.state = if unready { ServiceState::Unready } else { ServiceState::Starting };
                            view.message = why;
                        });
                    }
                }
            }
            let wait = match healthy {
                Some(_) => probe.period,
                None if begun.elapsed() < PATIENCE => EAGER,
                None => EAGER * 4,
            };
            sleep(wait).await;
        }
    }

    /// Returns why the process should be started again; never, where no liveness probe is asked for.
    pub(super) async fn liveness(&self) -> String {
        let Some(probe) = &self.recipe.liveness else { return std::future::pending().await };
        let mut failures = 0;
        loop {
            sleep(probe.period).await;
            match self.prober.ask(self.address, probe).await {
                Ok(_) => failures = 0,
                Err(why) => {
                    failures += 1;
                    if failures >= probe.failures {
                        return format!(
                            "was restarted, because its liveness probe failed ({failures} in a row): {why}"
                        );
                    }
                }
            }
        }
    }
}
