//! One second of a run.

use std::collections::BTreeMap;

use brownout_core::{
    fold::{Run, StreamFold},
    outcome::Outcome,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One second of a run, over all streams of load.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Second {
    /// From 0.
    pub second: u32,
    /// Arrivals that were due in it.
    pub scheduled: u64,
    /// Requests that were sent in it.
    pub sent: u64,
    /// Answers that came in it with a valid receipt.
    pub ok: u64,
    /// Marked fallbacks.
    pub degraded: u64,
    /// Answers that refused (4xx, 5xx).
    pub rejected: u64,
    /// Connections that failed.
    pub failed: u64,
    /// Calls that the client gave up.
    pub timed_out: u64,
    /// Answers without a valid receipt.
    pub invalid: u64,
    /// Arrivals that were never sent.
    pub dropped: u64,
    /// Calls open at its end.
    pub in_flight: u64,
    /// Median latency of the arrivals that were due in it, µs.
    pub p50_us: Option<u64>,
    /// Its 95th percentile, µs.
    pub p95_us: Option<u64>,
    /// Its 99th percentile, µs.
    pub p99_us: Option<u64>,
    /// HTTP statuses of the answers that came in it.
    pub statuses: BTreeMap<u16, u64>,
    /// Gauges of the stack by name.
    pub gauges: BTreeMap<String, f64>,
}

/// A second over all streams.
pub(super) fn second(run: &Run, at: u32) -> Second {
    let place = at as usize;
    let sum = |of: &dyn Fn(&StreamFold) -> Option<u64>| run.streams.values().filter_map(of).sum::<u64>();
    let ended = |outcome: Outcome| sum(&|stream| Some(stream.ended.get(place)?[outcome.index()]));
    let due = run.latencies_due(None, at);
    let mut statuses = BTreeMap::new();
    for (status, line) in run.streams.values().flat_map(|stream| &stream.statuses) {
        if let Some(count) = line.get(place).filter(|count| **count > 0) {
            *statuses.entry(*status).or_insert(0) += count;
        }
    }
    let gauge = |(name, line): (&String, &Vec<Option<f64>>)| Some((name.clone(), line.get(place).copied().flatten()?));
    Second {
        second: at,
        scheduled: sum(&|stream| Some(stream.due.get(place)?.scheduled)),
        sent: sum(&|stream| stream.sent.get(place).copied()),
        ok: ended(Outcome::Ok),
        degraded: ended(Outcome::Degraded),
        rejected: ended(Outcome::Rejected),
        failed: ended(Outcome::Failed),
        timed_out: ended(Outcome::TimedOut),
        invalid: ended(Outcome::Invalid),
        dropped: ended(Outcome::Dropped),
        in_flight: sum(&|stream| stream.in_flight.get(place).copied()),
        p50_us: due.quantile(0.50),
        p95_us: due.quantile(0.95),
        p99_us: due.quantile(0.99),
        statuses,
        gauges: run.gauges.iter().filter_map(gauge).collect(),
    }
}
