//! One second of a run as it was measured: what was due, what was sent, what ended, and how.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{latency::Latencies, outcome::Outcome};

/// Width of a window: one second in µs.
pub const WINDOW_US: u64 = 1_000_000;

/// Everything measured between second `index` and the next.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Window {
    /// Second of the run, from 0.
    pub index: u32,
    /// By name of the load stream.
    pub streams: BTreeMap<String, StreamWindow>,
    /// Gauges that the stack read near the end of this second.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gauges: BTreeMap<String, f64>,
}

/// One stream's share of a window.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamWindow {
    /// Arrivals whose intended instant lies in this second.
    pub scheduled: u32,
    /// Arrivals that were sent in this second.
    pub sent: u32,
    /// Calls open at the end of this second.
    pub in_flight: u32,
    /// How late the generator released arrivals of this second, 99th percentile, µs.
    #[serde(default)]
    pub lag_p99_us: u64,
    /// The latest release of this second, µs.
    #[serde(default)]
    pub lag_max_us: u64,
    /// Arrivals that *ended* in this second, by the second in which they were due.
    pub cells: Vec<Cell>,
}

/// Arrivals of one intended second that ended alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cell {
    /// Second of the intended instants.
    pub due: u32,
    /// How they ended.
    pub outcome: Outcome,
    /// HTTP status, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// From the intended instant to the end; a timeout counts as the patience, a drop as the worst.
    pub latency: Latencies,
}

impl Cell {
    /// How many arrivals this cell holds.
    pub fn count(&self) -> u64 {
        self.latency.count()
    }
}

impl StreamWindow {
    /// Counts one arrival that ended.
    pub fn record(&mut self, due: u32, outcome: Outcome, status: Option<u16>, latency_us: u64) {
        self.cell(due, outcome, status).latency.record(latency_us);
    }

    /// Adds another worker's share of the same second. Gauges of the generator (`in_flight`) add up; lags take the worst.
    pub fn merge(&mut self, other: &StreamWindow) {
        self.scheduled += other.scheduled;
        self.sent += other.sent;
        self.in_flight += other.in_flight;
        self.lag_p99_us = self.lag_p99_us.max(other.lag_p99_us);
        self.lag_max_us = self.lag_max_us.max(other.lag_max_us);
        for cell in &other.cells {
            self.cell(cell.due, cell.outcome, cell.status).latency.merge(&cell.latency);
        }
    }

    fn cell(&mut self, due: u32, outcome: Outcome, status: Option<u16>) -> &mut Cell {
        let key = (due, outcome, status);
        let at = match self.cells.binary_search_by_key(&key, |cell| (cell.due, cell.outcome, cell.status)) {
            Ok(at) => at,
            Err(at) => {
                self.cells.insert(at, Cell { due, outcome, status, latency: Latencies::default() });
                at
            }
        };
        &mut self.cells[at]
    }
}
