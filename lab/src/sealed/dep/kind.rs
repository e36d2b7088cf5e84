//! What the simulator is asked for, and what differs by it.

use std::time::Duration;

use super::latency;
use crate::sealed::dependency::Ask;

/// Kinds of calls.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Quote,
    Order,
}

impl Kind {
    /// Calls that may be in progress at once.
    pub(super) fn most(self) -> u64 {
        match self {
            Kind::Quote => 40,
            Kind::Order => 200,
        }
    }

    /// What a receipt begins with before it is signed.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Quote => "quote",
            Kind::Order => "order",
        }
    }

    /// How long a healthy call takes.
    pub(super) fn latency(self, ask: &Ask) -> Duration {
        match self {
            Kind::Quote => latency::quote(ask),
            Kind::Order => latency::order(ask),
        }
    }
}
