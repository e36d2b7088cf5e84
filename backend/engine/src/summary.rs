//! A whole run of the engine in numbers.

use std::collections::BTreeMap;

use brownout_core::{latency::Latencies, outcome::Outcome, window::Window};
use serde::Serialize;

use crate::report::Report;

/// How the engine came to its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// All arrivals were released and settled.
    #[default]
    Completed,
    /// It was stopped.
    Stopped,
}

/// How late the generator released arrivals, µs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Lag {
    /// Median.
    pub p50_us: u64,
    /// 99th percentile.
    pub p99_us: u64,
    /// The latest.
    pub max_us: u64,
}

impl From<&Latencies> for Lag {
    fn from(lags: &Latencies) -> Self {
        let at = |q| lags.quantile(q).unwrap_or(0);
        Lag { p50_us: at(0.5), p99_us: at(0.99), max_us: at(1.0) }
    }
}

/// Totals. `scheduled` = the sum of `outcomes` + [`Summary::unsettled`]. Serialized, it is a [`Report`].
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(into = "Report")]
pub struct Summary {
    /// How it ended.
    pub ended: Ended,
    /// Arrivals that were due.
    pub scheduled: u64,
    /// Calls that were made, whether or not a connection could be had for them.
    pub sent: u64,
    /// By outcome, in the order of `Outcome::ALL`.
    pub outcomes: [u64; 7],
    /// Lateness of the generator.
    pub lag: Lag,
    /// Latencies of all that ended, drops apart.
    pub latency: Latencies,
    /// By HTTP status.
    pub status: BTreeMap<u16, u64>,
    /// From run-clock zero to the last end, s.
    pub seconds: f64,
}

impl Summary {
    /// Arrivals that were due but not settled when the engine was stopped.
    pub fn unsettled(&self) -> u64 {
        self.scheduled.saturating_sub(self.outcomes.iter().sum())
    }

    pub(crate) fn add(&mut self, window: &Window) {
        for part in window.streams.values() {
            self.scheduled += u64::from(part.scheduled);
            self.sent += u64::from(part.sent);
            for cell in &part.cells {
                self.outcomes[cell.outcome.index()] += cell.count();
                if cell.outcome != Outcome::Dropped {
                    self.latency.merge(&cell.latency);
                }
                if let Some(status) = cell.status {
                    *self.status.entry(status).or_default() += cell.count();
                }
            }
        }
    }
}
