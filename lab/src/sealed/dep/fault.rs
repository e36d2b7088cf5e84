//! A shard that hangs.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// A fault lasts an hour at most, however it was ordered.
const LONGEST: Duration = Duration::from_secs(3_600);

/// What `PUT /control/fault` takes and `GET /control/state` shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Order {
    kind: String,
    shard: u64,
    shards: u64,
    hang_ms: u64,
    expires_ms: u64,
}

/// A fault that is on. It ends by itself, should nobody be left to end it.
pub(super) struct Fault {
    pub(super) order: Order,
    ends: Instant,
}

impl TryFrom<Order> for Fault {
    type Error = String;

    fn try_from(order: Order) -> Result<Self, String> {
        if order.kind != "hang" {
            return Err(format!("kind is `{}`; the only kind is `hang`", order.kind));
        }
        if order.shard >= order.shards {
            return Err(format!("shard {} is none of {} shards; they count from 0", order.shard, order.shards));
        }
        let ends = Instant::now() + Duration::from_millis(order.expires_ms).min(LONGEST);
        Ok(Fault { order, ends })
    }
}

impl Fault {
    pub(super) fn expired(&self) -> bool {
        self.ends <= Instant::now()
    }

    /// For how long a call for this item hangs, if it does.
    pub(super) fn hang(&self, item: u64) -> Option<Duration> {
        (item % self.order.shards == self.order.shard).then(|| Duration::from_millis(self.order.hang_ms))
    }
}
