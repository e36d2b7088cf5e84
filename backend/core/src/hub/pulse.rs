//! What is true on a laptop now and need not be kept.

use serde::{Deserialize, Serialize};

use crate::stack::BuildState;

/// What is true on a laptop now: sent over the WebSocket when it changes, at most once a second, at least each 20 s.
/// The last one counts, and of each case the latest reading of its clock; nothing of it outlives the hub.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pulse {
    /// The case that is open, if one is.
    pub open: Option<String>,
    /// Reading of its clock, ms.
    pub clock_ms: u64,
    /// Whether that clock runs.
    pub ticking: bool,
    /// The run that goes on.
    pub running: Option<RunningNow>,
    /// Whether a run waits for a precondition.
    #[serde(default)]
    pub run_waits: bool,
    /// Services that are ready.
    pub services: ServicesReady,
    /// As the panel's build card has it.
    pub build: BuildState,
    /// The compiler's first complaint, `lab/src/cases/timeouts.rs:33 error[E0308]`; no code. A hub shows 200 characters.
    pub problem: Option<String>,
    /// Events and records that wait to be sent.
    pub waiting: u32,
}

/// A run that goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunningNow {
    /// Scenario id.
    pub scenario: String,
    /// Second of the run, from 0.
    pub second: u32,
    /// How many seconds it has.
    pub of: u32,
}

/// How many services are ready of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServicesReady {
    /// Services of which every wanted replica is ready.
    pub ready: u32,
    /// Services of the stack; 0 while it is down.
    pub of: u32,
}

impl ServicesReady {
    /// Whether all are ready; a stack that is down has none.
    pub fn all(self) -> bool {
        self.of > 0 && self.ready >= self.of
    }
}

impl Pulse {
    /// Why a participant cannot go on, as the end of "it cannot go on: …"; `None` who can.
    pub fn locked(&self) -> Option<&'static str> {
        match self {
            Pulse { build: BuildState::Failed, .. } => Some("the build has failed"),
            Pulse { services, build, .. } if !services.all() && *build != BuildState::Building => {
                Some("services are not ready")
            }
            Pulse { run_waits: true, .. } => Some("a run waits"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_go_on_is_told_why() {
        let well =
            || Pulse { services: ServicesReady { ready: 4, of: 4 }, build: BuildState::Live, ..Pulse::default() };
        let few = ServicesReady { ready: 3, of: 4 };
        for (pulse, why) in [
            (well(), None),
            (Pulse { build: BuildState::Edited, ..well() }, None),
            (Pulse { build: BuildState::Failed, services: few, ..well() }, Some("the build has failed")),
            (Pulse { services: few, ..well() }, Some("services are not ready")),
            (Pulse { services: ServicesReady::default(), ..well() }, Some("services are not ready")),
            // A deploy takes replicas out one after the other.
            (Pulse { services: few, build: BuildState::Building, ..well() }, None),
            (Pulse { run_waits: true, ..well() }, Some("a run waits")),
        ] {
            assert_eq!(pulse.locked(), why, "{pulse:?}");
        }
    }
}
