//! When requests are due: a pure function of the plan, so that load is open and latency has an honest start.

use serde::{Deserialize, Serialize};

/// One stretch of load. Instants are µs since the run began.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "shape", rename_all = "snake_case")]
pub enum Segment {
    /// The same rate from `from_us` to `to_us`.
    Constant {
        /// First instant.
        from_us: u64,
        /// End, exclusive.
        to_us: u64,
        /// Arrivals per second.
        per_second: f64,
    },
    /// A rate that changes linearly.
    Ramp {
        /// First instant.
        from_us: u64,
        /// End, exclusive.
        to_us: u64,
        /// Arrivals per second at `from_us`.
        start_per_second: f64,
        /// Arrivals per second at `to_us`.
        end_per_second: f64,
    },
    /// Many at once.
    Burst {
        /// The instant.
        at_us: u64,
        /// How many.
        count: u32,
    },
}

/// The arrivals of one stream: segments in ascending order of time, optionally with random gaps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Arrivals {
    /// Stretches of load.
    pub segments: Vec<Segment>,
    /// Seed for exponential gaps (a Poisson process); `None` spaces arrivals evenly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poisson_seed: Option<u64>,
}

impl Segment {
    /// Expected arrivals in the whole segment.
    pub fn expected(&self) -> f64 {
        match *self {
            Segment::Constant { from_us, to_us, per_second } => seconds(to_us.saturating_sub(from_us)) * per_second,
            Segment::Ramp { from_us, to_us, start_per_second, end_per_second } => {
                seconds(to_us.saturating_sub(from_us)) * (start_per_second + end_per_second) / 2.0
            }
            Segment::Burst { count, .. } => f64::from(count),
        }
    }

    /// End of the segment in µs.
    pub fn end_us(&self) -> u64 {
        match *self {
            Segment::Constant { to_us, .. } | Segment::Ramp { to_us, .. } => to_us,
            Segment::Burst { at_us, .. } => at_us,
        }
    }

    /// Instant at which `n` arrivals (a real number) have come; the inverse of the integral of the rate.
    fn instant_of(&self, n: f64) -> f64 {
        match *self {
            Segment::Constant { from_us, per_second, .. } => from_us as f64 + n / per_second * 1e6,
            Segment::Ramp { from_us, to_us, start_per_second, end_per_second } => {
                let slope = (end_per_second - start_per_second) / seconds(to_us - from_us);
                let t = if slope.abs() < 1e-9 {
                    n / start_per_second
                } else {
                    let root = (start_per_second * start_per_second + 2.0 * slope * n).max(0.0).sqrt();
                    (root - start_per_second) / slope
                };
                from_us as f64 + t * 1e6
            }
            Segment::Burst { at_us, .. } => at_us as f64,
        }
    }
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

impl Arrivals {
    /// Intended instants in ascending order, µs since the run began. The same arrivals give the same instants always.
    pub fn instants(&self) -> Instants<'_> {
        Instants { arrivals: self, segment: 0, n: 0.0, random: self.poisson_seed.map(Splitmix) }
    }

    /// Expected number of arrivals.
    pub fn expected(&self) -> f64 {
        self.segments.iter().map(Segment::expected).sum()
    }

    /// When the last segment ends, µs.
    pub fn end_us(&self) -> u64 {
        self.segments.iter().map(Segment::end_us).max().unwrap_or(0)
    }

    /// Expected arrivals per second around an instant, for drawing the plan.
    pub fn rate_at(&self, us: u64) -> f64 {
        self.segments
            .iter()
            .map(|segment| match *segment {
                Segment::Constant { from_us, to_us, per_second } if (from_us..to_us).contains(&us) => per_second,
                Segment::Ramp { from_us, to_us, start_per_second, end_per_second }
                    if (from_us..to_us).contains(&us) =>
                {
                    let share = (us - from_us) as f64 / (to_us - from_us) as f64;
                    start_per_second + (end_per_second - start_per_second) * share
                }
                Segment::Burst { at_us, count } if us / 1_000_000 == at_us / 1_000_000 => f64::from(count),
                _ => 0.0,
            })
            .sum()
    }
}

/// Iterator over intended instants, from [`Arrivals::instants`].
#[derive(Debug, Clone)]
pub struct Instants<'a> {
    arrivals: &'a Arrivals,
    segment: usize,
    n: f64,
    random: Option<Splitmix>,
}

impl Iterator for Instants<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        loop {
            let segment = self.arrivals.segments.get(self.segment)?;
            let burst = matches!(segment, Segment::Burst { .. });
            if let (Some(random), false) = (&mut self.random, burst) {
                // Gaps of a Poisson process are exponential in units of expected arrivals, whatever the rate does.
                self.n += random.exponential();
            }
            if self.n < segment.expected() - 1e-9 {
                let instant = segment.instant_of(self.n);
                if burst || self.random.is_none() {
                    self.n += 1.0;
                }
                return Some(instant.round() as u64);
            }
            self.segment += 1;
            self.n = 0.0;
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): a small seeded generator; arrivals must not depend on a library's version.
#[derive(Debug, Clone)]
struct Splitmix(u64);

impl Splitmix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn exponential(&mut self) -> f64 {
        let uniform = ((self.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64;
        -uniform.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instants(segments: Vec<Segment>) -> Vec<u64> {
        Arrivals { segments, poisson_seed: None }.instants().collect()
    }

    #[test]
    fn constant_rate_is_evenly_spaced_from_the_first_instant() {
        let at = instants(vec![Segment::Constant { from_us: 0, to_us: 1_000_000, per_second: 4.0 }]);
        assert_eq!(at, [0, 250_000, 500_000, 750_000]);
    }

    #[test]
    fn ramp_has_the_area_under_the_line() {
        let at = instants(vec![Segment::Ramp {
            from_us: 0,
            to_us: 10_000_000,
            start_per_second: 0.0,
            end_per_second: 100.0,
        }]);
        assert_eq!(at.len(), 500);
        assert!(at.iter().filter(|us| **us < 5_000_000).count().abs_diff(125) <= 1);
        assert!(at.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn burst_comes_at_once_and_segments_follow_each_other() {
        let at = instants(vec![
            Segment::Burst { at_us: 5, count: 3 },
            Segment::Constant { from_us: 10, to_us: 1_000_010, per_second: 1.0 },
        ]);
        assert_eq!(at, [5, 5, 5, 10]);
    }

    #[test]
    fn poisson_is_seeded_and_has_the_right_mean() {
        let arrivals = |seed| Arrivals {
            segments: vec![Segment::Constant { from_us: 0, to_us: 100_000_000, per_second: 100.0 }],
            poisson_seed: Some(seed),
        };
        let first: Vec<u64> = arrivals(7).instants().collect();
        assert_eq!(first, arrivals(7).instants().collect::<Vec<_>>());
        assert_ne!(first, arrivals(8).instants().collect::<Vec<_>>());
        assert!(first.len().abs_diff(10_000) < 400, "{} arrivals", first.len());
    }
}
