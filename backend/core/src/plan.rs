//! What one run will do, fully determined before it starts: the scenario with the run's own choices made.

use serde::{Deserialize, Serialize};

use crate::scenario::{FaultKind, Scenario, Stream};

/// The plan of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// Streams of load.
    pub streams: Vec<Stream>,
    /// Faults with their choices made.
    pub faults: Vec<PlannedFault>,
    /// No arrival is due at or after this instant, µs.
    pub end_us: u64,
}

/// A fault with the run's choices made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedFault {
    /// Name as in the scenario.
    pub name: String,
    /// Begin, µs.
    pub at_us: u64,
    /// End, µs.
    pub until_us: u64,
    /// What it is, in words.
    pub says: String,
    /// What the dependency is told.
    pub order: FaultOrder,
}

/// What the dependency is told to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultOrder {
    /// Items with `item % shards == shard` are not answered.
    Hang {
        /// The shard that hangs.
        shard: u32,
        /// Number of shards.
        shards: u32,
        /// How long a call hangs, ms.
        hang_ms: u64,
    },
}

impl Plan {
    /// Makes the plan of the run with this id. The same id gives the same plan.
    pub fn of(scenario: &Scenario, run_id: &str) -> Plan {
        let choice = fnv1a(run_id.as_bytes());
        let faults = scenario.faults.iter().map(|fault| PlannedFault {
            name: fault.name.clone(),
            at_us: fault.at_us,
            until_us: fault.until_us,
            says: fault.says.clone(),
            order: match fault.kind {
                FaultKind::Hang { shards, hang_us } => FaultOrder::Hang {
                    shard: (choice % u64::from(shards.max(1))) as u32,
                    shards,
                    hang_ms: hang_us / 1_000,
                },
            },
        });
        Plan { streams: scenario.load.clone(), faults: faults.collect(), end_us: scenario.end_us }
    }

    /// All calls are settled by then at the latest, µs.
    pub fn latest_end_us(&self) -> u64 {
        self.end_us + self.streams.iter().map(|stream| stream.patience_us).max().unwrap_or(0)
    }
}

/// FNV-1a (Fowler, Noll, Vo), 64 bit: spreads run ids over shards; nothing secret hangs on it.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Fills `{n}` and `{id}` of a template.
pub fn fill(template: &str, n: u64, id: &str) -> String {
    template.replace("{n}", &n.to_string()).replace("{id}", id)
}
