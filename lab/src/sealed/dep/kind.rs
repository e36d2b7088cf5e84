//! What the simulator is asked for, and what differs by it.

use std::time::Duration;

use super::latency;
use crate::sealed::{dependency::Ask, job};

/// How many counts of calls there are; see `Kind::count`.
pub(super) const COUNTS: usize = 4;

/// Kinds of calls.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Quote,
    Order,
    Job(job::Kind),
    Render,
}

impl Kind {
    /// Which count of calls it belongs to: jobs of both kinds share one licence.
    pub(super) fn count(self) -> usize {
        match self {
            Kind::Quote => 0,
            Kind::Order => 1,
            Kind::Job(_) => 2,
            Kind::Render => 3,
        }
    }

    /// Calls that may be in progress at once.
    pub(super) fn most(self) -> u64 {
        match self {
            Kind::Quote => 40,
            Kind::Order => 200,
            Kind::Job(_) => 10,
            Kind::Render => 200,
        }
    }

    /// What a caller is told who is one too many.
    pub(super) fn refusal(self) -> String {
        match self {
            Kind::Job(_) => format!("the licence allows {} sessions", self.most()),
            _ => format!("the dependency takes {} calls at once; try again later", self.most()),
        }
    }

    /// What a receipt signs.
    pub(super) fn message(self, Ask { item, id }: &Ask) -> String {
        match self {
            Kind::Quote => format!("quote:{id}:{item}"),
            Kind::Order => format!("order:{id}:{item}"),
            Kind::Job(kind) => format!("job:{id}:{}", kind.word()),
            Kind::Render => format!("render:{id}:{item}"),
        }
    }

    /// How long a healthy call takes.
    pub(super) fn latency(self, ask: &Ask) -> Duration {
        match self {
            Kind::Quote => latency::quote(ask),
            Kind::Order => latency::order(ask),
            Kind::Job(job::Kind::Fast) => Duration::from_millis(10),
            Kind::Job(job::Kind::Slow) => Duration::from_secs(1),
            Kind::Render => Duration::from_millis(40),
        }
    }
}
