//! Latencies as counts in a fixed layout of buckets, so that any percentile of any span folds exactly, anywhere.
//!
//! A bucket is a latency rounded *up* to three significant decimal figures (below 1 ms: to the microsecond).
//! Thresholds that people write (`300ms`, `1s`) are therefore bucket edges: "within 1 s" is counted, not estimated.

use serde::{Deserialize, Serialize};

/// What an arrival that was never sent counts as: worse than any answer. 1,000 s in µs.
pub const WORST_US: u64 = 1_000_000_000;

const LINEAR: u64 = 1_000;
const PER_DECADE: u64 = 900;

/// Bucket of a latency in µs.
pub fn bucket(us: u64) -> u16 {
    let us = us.min(WORST_US);
    if us < LINEAR {
        return us as u16;
    }
    let decade = us.ilog10() as u64;
    let step = 10u64.pow(decade as u32 - 2);
    (LINEAR + (decade - 3) * PER_DECADE + us.div_ceil(step) - 100) as u16
}

/// The latency in µs that a bucket stands for: the largest that falls into it.
pub fn upper_us(bucket: u16) -> u64 {
    let bucket = u64::from(bucket);
    if bucket < LINEAR {
        return bucket;
    }
    let decade = 3 + (bucket - LINEAR) / PER_DECADE;
    let figures = 100 + (bucket - LINEAR) % PER_DECADE;
    figures.saturating_mul(10u64.saturating_pow(decade as u32 - 2)).min(WORST_US)
}

/// How many latencies fell into which bucket. Sparse, sorted by bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Latencies {
    pairs: Vec<(u16, u32)>,
}

impl Latencies {
    /// Counts one latency in µs.
    pub fn record(&mut self, us: u64) {
        self.add(bucket(us), 1);
    }

    /// Counts `count` latencies in a bucket.
    pub fn add(&mut self, bucket: u16, count: u32) {
        if count == 0 {
            return;
        }
        match self.pairs.binary_search_by_key(&bucket, |pair| pair.0) {
            Ok(at) => self.pairs[at].1 = self.pairs[at].1.saturating_add(count),
            Err(at) => self.pairs.insert(at, (bucket, count)),
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Latencies) {
        for &(bucket, count) in &other.pairs {
            self.add(bucket, count);
        }
    }

    /// How many latencies were counted.
    pub fn count(&self) -> u64 {
        self.pairs.iter().map(|pair| u64::from(pair.1)).sum()
    }

    /// How many were at most `us`; exact for thresholds of up to three significant figures.
    pub fn within(&self, us: u64) -> u64 {
        self.pairs.iter().take_while(|pair| upper_us(pair.0) <= us).map(|pair| u64::from(pair.1)).sum()
    }

    /// The `q`-quantile in µs by nearest rank (the smallest latency that at least `q` of all do not exceed);
    /// `None` when nothing was counted. `q` is clamped to 0..=1.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = ((q.clamp(0.0, 1.0) * count as f64).ceil() as u64).clamp(1, count);
        let mut seen = 0;
        for &(bucket, n) in &self.pairs {
            seen += u64::from(n);
            if seen >= rank {
                return Some(upper_us(bucket));
            }
        }
        None
    }

    /// The pairs `(bucket, count)` in ascending order of bucket.
    pub fn pairs(&self) -> &[(u16, u32)] {
        &self.pairs
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn human_thresholds_are_bucket_edges() {
        for us in [999, 1_000, 300_000, 400_000, 1_000_000, 1_500_000, 10_000_000] {
            assert_eq!(upper_us(bucket(us)), us);
        }
        let mut latencies = Latencies::default();
        latencies.record(1_000_000);
        latencies.record(1_000_001);
        assert_eq!(latencies.within(1_000_000), 1);
    }

    #[test]
    fn quantile_is_nearest_rank() {
        let mut latencies = Latencies::default();
        (1..=100).for_each(|n| latencies.record(n * 1_000));
        assert_eq!(latencies.quantile(0.95), Some(95_000));
        assert_eq!(latencies.quantile(0.0), Some(1_000));
        assert_eq!(Latencies::default().quantile(0.5), None);
    }

    proptest::proptest! {
        #[test]
        fn bucket_rounds_up_by_less_than_one_percent(us in 0u64..WORST_US) {
            let shown = upper_us(bucket(us));
            proptest::prop_assert!(shown >= us && shown as f64 <= us as f64 * 1.01);
            proptest::prop_assert!(bucket(us) <= bucket(us + 1));
        }

        #[test]
        fn merging_is_counting_together(a in proptest::collection::vec(0u64..20_000_000, 0..200), b in proptest::collection::vec(0u64..20_000_000, 0..200)) {
            let of = |all: &[u64]| { let mut l = Latencies::default(); all.iter().for_each(|us| l.record(*us)); l };
            let mut merged = of(&a);
            merged.merge(&of(&b));
            proptest::prop_assert_eq!(merged, of(&[a, b].concat()));
        }
    }
}
