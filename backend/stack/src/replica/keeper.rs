//! The task behind a replica: one process after another.

use std::time::{Duration, Instant};

use brownout_core::stack::ServiceState;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{Recipe, Tools, Voice, health::Health};
use crate::{
    backoff::Backoff,
    board::ReplicaView,
    output::Output,
    process::{Process, ending},
    quota,
};

/// A process that has not said by then where it listens will not.
const ANNOUNCED: Duration = Duration::from_secs(10);

pub(super) struct Keeper {
    pub(super) recipe: Recipe,
    pub(super) tools: Tools,
    pub(super) voice: Voice,
    pub(super) stop: CancellationToken,
}

/// How one process of a replica went.
enum Life {
    Stopped,
    /// Why it ended, and how long it had been ready.
    Ended(String, Duration),
}

impl Keeper {
    /// Starts the process again, later each time, until it is told to stop.
    pub(super) async fn keep(self) {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => return,
            () = sleep(self.recipe.delay) => {}
        }
        let mut backoff = Backoff::new();
        while let Life::Ended(cause, healthy) = self.live().await {
            let wait = backoff.after(healthy);
            let message = format!("{cause}; next start in {} s", wait.as_secs_f64());
            tracing::warn!(replica = self.recipe.launch.what, message);
            let state = ServiceState::BackingOff;
            let restarts = self.voice.sender.borrow().restarts + 1;
            self.voice.say(ReplicaView { state, message, cause, restarts, ..ReplicaView::default() });
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                () = sleep(wait) => {}
            }
        }
    }

    async fn live(&self) -> Life {
        let mut process = match Process::start(&self.recipe.launch, &self.tools.spawner, &self.tools.ledger).await {
            Ok(process) => process,
            Err(error) => return Life::Ended(format!("could not be started: {error}"), Duration::ZERO),
        };
        let mut output = Output::follow(&mut process, &self.recipe.log);
        let process_id = process.pid();
        let pid = Some(process_id);
        self.voice.begin(ReplicaView { state: ServiceState::Starting, pid, ..ReplicaView::default() });
        let mut healthy = None;
        let why = tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            ended = process.ended() => Some(ended.map_or_else(|error| format!("was lost: {error}"), ending)),
            why = self.watch(&mut output, &mut healthy) => Some(why),
            never = quota::hold(process_id, self.recipe.limit) => match never {},
        };
        // Out of the balance first; then it is asked to end.
        let message = why.clone().unwrap_or_default();
        let state = if why.is_none() { ServiceState::Stopped } else { ServiceState::Unready };
        self.voice.begin(ReplicaView { state, message, pid, ..ReplicaView::default() });
        process.stop(self.recipe.grace).await;
        output.drain().await;
        match why {
            None => Life::Stopped,
            Some(why) => Life::Ended(why, healthy.map_or(Duration::ZERO, |since: Instant| since.elapsed())),
        }
    }

    /// Probes for as long as the process is worth keeping. Returns why it is not.
    async fn watch(&self, output: &mut Output, healthy: &mut Option<Instant>) -> String {
        let announced = async {
            match self.recipe.address {
                Some(known) => Some(known),
                None => output.listening().await,
            }
        };
        let address = match timeout(ANNOUNCED, announced).await {
            Ok(Some(address)) => address,
            Ok(None) => {
                // Most likely it is ending, and its exit code says more.
                sleep(Duration::from_millis(500)).await;
                return "closed its output before it said where it listens".to_owned();
            }
            Err(_) => return format!("did not say where it listens within {} s", ANNOUNCED.as_secs()),
        };
        let health = Health { recipe: &self.recipe, prober: &self.tools.prober, voice: &self.voice, address };
        tokio::select! {
            never = health.readiness(healthy) => match never {},
            why = health.liveness() => why,
        }
    }
}
