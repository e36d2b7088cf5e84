//! A run of the engine for people and scripts: what users of load generators expect, and what the others do not tell.

use std::{collections::BTreeMap, fmt};

use brownout_core::{
    latency::{Latencies, upper_us},
    outcome::Outcome,
    quantity::Unit,
};
use serde::Serialize;

use crate::summary::{Ended, Lag, Summary};

/// Bars of the histogram.
const BARS: u64 = 11;
/// Width of the longest bar, characters.
const WIDTH: u64 = 32;
const PERCENTILES: [(&str, f64); 8] = [
    ("p10", 0.10),
    ("p25", 0.25),
    ("p50", 0.50),
    ("p75", 0.75),
    ("p90", 0.90),
    ("p95", 0.95),
    ("p99", 0.99),
    ("p99.9", 0.999),
];

/// The numbers of a bare load. Shown, it is text for a terminal; serialized, it is for scripts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How it ended.
    pub ended: Ended,
    /// From the first instant to the last end, s.
    pub seconds: f64,
    /// Arrivals that were due.
    pub scheduled: u64,
    /// Calls that were made.
    pub sent: u64,
    /// Calls with a status.
    pub answered: u64,
    /// `answered` by `seconds`.
    pub answered_per_second: f64,
    /// Arrivals that were due but not settled when it was stopped.
    pub unsettled: u64,
    /// Arrivals by how they ended; all kinds are named.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Answers by status.
    pub status: BTreeMap<u16, u64>,
    /// From the intended instant to the end, drops apart; `None` when nothing ended.
    pub latency: Option<Spread>,
    /// How late calls were made.
    pub lag: Lag,
}

/// How latencies are spread, µs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spread {
    /// The shortest.
    pub fastest_us: u64,
    /// The mean.
    pub mean_us: u64,
    /// The longest.
    pub slowest_us: u64,
    /// `p10` to `p99.9`.
    pub percentiles_us: BTreeMap<&'static str, u64>,
    /// Bars of equal width from the shortest to the longest.
    pub histogram: Vec<Bar>,
}

/// One bar of a histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// The longest latency in it, µs.
    pub up_to_us: u64,
    /// How many.
    pub count: u64,
}

/// The report of a run.
pub fn report(summary: &Summary) -> Report {
    let answered = summary.status.values().sum();
    Report {
        ended: summary.ended,
        seconds: summary.seconds,
        scheduled: summary.scheduled,
        sent: summary.sent,
        answered,
        answered_per_second: answered as f64 / summary.seconds.max(1e-9),
        unsettled: summary.unsettled(),
        outcomes: Outcome::ALL.into_iter().zip(summary.outcomes).collect(),
        status: summary.status.clone(),
        latency: Spread::of(&summary.latency),
        lag: summary.lag,
    }
}

impl From<Summary> for Report {
    fn from(summary: Summary) -> Self {
        report(&summary)
    }
}

impl Spread {
    fn of(latency: &Latencies) -> Option<Self> {
        let (fastest_us, slowest_us) = (latency.quantile(0.0)?, latency.quantile(1.0)?);
        let sum: u128 = latency.pairs().iter().map(|pair| u128::from(upper_us(pair.0)) * u128::from(pair.1)).sum();
        Some(Spread {
            fastest_us,
            slowest_us,
            mean_us: (sum / u128::from(latency.count())) as u64,
            percentiles_us: PERCENTILES.iter().filter_map(|(name, q)| Some((*name, latency.quantile(*q)?))).collect(),
            histogram: bars(latency, fastest_us, slowest_us),
        })
    }
}

fn bars(latency: &Latencies, fastest_us: u64, slowest_us: u64) -> Vec<Bar> {
    let step = (slowest_us - fastest_us).div_ceil(BARS).max(1);
    let mut below = 0;
    let ends =
        (1..=BARS).map(|bar| fastest_us + bar * step).take_while(|end| end - step < slowest_us.max(fastest_us + 1));
    ends.map(|end| {
        let up_to_us = end.min(slowest_us);
        let within = latency.within(up_to_us);
        let count = within - below;
        below = within;
        Bar { up_to_us, count }
    })
    .collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |us: u64| Unit::Time.show(us as f64);
        let dropped = self.outcomes.get(&Outcome::Dropped).copied().unwrap_or(0);
        writeln!(f, "Summary")?;
        writeln!(f, "  scheduled    {}", self.scheduled)?;
        writeln!(f, "  sent         {}", self.sent)?;
        writeln!(f, "  answered     {}", self.answered)?;
        writeln!(f, "  dropped      {dropped}")?;
        writeln!(f, "  total        {:.3} s", self.seconds)?;
        writeln!(f, "  requests/s   {:.1}", self.answered_per_second)?;
        if self.ended == Ended::Stopped {
            writeln!(f, "  stopped with {} not settled", self.unsettled)?;
        }
        if let Some(latency) = &self.latency {
            writeln!(f, "\nLatency, from the intended instant")?;
            writeln!(f, "  fastest      {}", time(latency.fastest_us))?;
            writeln!(f, "  mean         {}", time(latency.mean_us))?;
            writeln!(f, "  slowest      {}", time(latency.slowest_us))?;
            for (name, us) in &latency.percentiles_us {
                writeln!(f, "  {name:<12} {}", time(*us))?;
            }
            writeln!(f, "\nHistogram, up to")?;
            let most = latency.histogram.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
            for bar in &latency.histogram {
                let drawn = "■".repeat((bar.count * WIDTH).div_ceil(most) as usize);
                writeln!(f, "  {:>9} {:>9} {drawn}", time(bar.up_to_us), bar.count)?;
            }
        }
        if !self.status.is_empty() {
            writeln!(f, "\nStatus codes")?;
            self.status.iter().try_for_each(|(status, count)| writeln!(f, "  {status:<12} {count}"))?;
        }
        writeln!(f, "\nOutcomes")?;
        for (outcome, count) in self.outcomes.iter().filter(|(_, count)| **count > 0) {
            writeln!(f, "  {:<12} {count}", outcome.word())?;
        }
        writeln!(f, "\nGenerator, how late it sent")?;
        writeln!(f, "  p50          {}", time(self.lag.p50_us))?;
        writeln!(f, "  p99          {}", time(self.lag.p99_us))?;
        writeln!(f, "  latest       {}", time(self.lag.max_us))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let mut latency = Latencies::default();
        (1..=1_000).for_each(|n| latency.record(n * 100));
        Summary {
            scheduled: 1_010,
            sent: 1_005,
            outcomes: [990, 0, 10, 0, 0, 0, 5],
            latency,
            status: BTreeMap::from([(200, 990), (503, 10)]),
            seconds: 10.0,
            ..Summary::default()
        }
    }

    #[test]
    fn bars_hold_every_latency_and_end_at_the_slowest() {
        for latencies in [vec![7], vec![5, 6], vec![0, 0, 3], (1..=1_000).map(|n| n * 997).collect()] {
            let mut latency = Latencies::default();
            latencies.iter().for_each(|us| latency.record(*us));
            let spread = Spread::of(&latency).unwrap();
            assert_eq!(spread.histogram.iter().map(|bar| bar.count).sum::<u64>(), latencies.len() as u64);
            assert_eq!(spread.histogram.last().unwrap().up_to_us, spread.slowest_us);
            assert!(spread.histogram.len() <= BARS as usize);
        }
        assert_eq!(Spread::of(&Latencies::default()), None);
    }

    #[test]
    fn text_names_what_scripts_get_as_json() {
        let text = report(&summary()).to_string();
        for line in
            ["scheduled    1010", "dropped      5", "requests/s   100.0", "p99.9", "503          10", "rejected     10"]
        {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        let json = serde_json::to_value(summary()).unwrap();
        assert_eq!(json["scheduled"], 1_010);
        assert_eq!(json["outcomes"]["dropped"], 5);
        assert_eq!(json["unsettled"], 5);
        assert_eq!(json["latency"]["percentiles_us"]["p50"], 50_000);
        assert_eq!(json["status"]["503"], 10);
    }
}
