//! The summary of a bare load as text: what users of load generators expect, and what the others do not tell.

use std::fmt::Write;

use brownout_core::{
    latency::{Latencies, upper_us},
    outcome::Outcome,
    quantity::Unit,
};
use hdrhistogram::Histogram;

use crate::summary::{Ended, Summary};

/// Bars of the histogram.
const BARS: usize = 11;
/// Width of the longest bar, characters.
const WIDTH: u64 = 32;

/// Text for a terminal.
pub fn report(summary: &Summary) -> String {
    let mut text = String::new();
    let time = |us: u64| Unit::Time.show(us as f64);
    let answered: u64 = summary.status.values().sum();
    let rate = answered as f64 / summary.seconds.max(1e-9);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "Summary\n  scheduled     {}\n  sent          {}\n  answered      {answered}\n  dropped       {}\n  in            {:.3} s\n  answered/s    {rate:.1}\n",
        summary.scheduled,
        summary.sent,
        summary.outcomes[Outcome::Dropped.index()],
        summary.seconds,
    );
    if summary.ended == Ended::Stopped {
        let _ = writeln!(text, "  stopped       {} calls were still open", summary.unsettled());
    }
    if let Some(histogram) = histogram(&summary.latency) {
        let _ = write!(
            text,
            "\nLatency, from the intended instant\n  fastest       {}\n  mean          {}\n  slowest       {}\n",
            time(histogram.min()),
            time(histogram.mean() as u64),
            time(histogram.max())
        );
        bars(&mut text, &histogram);
        let _ = writeln!(text, "\nPercentiles");
        for quantile in [0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99, 0.999] {
            let _ = writeln!(text, "  {:>5} %       {}", quantile * 100.0, time(histogram.value_at_quantile(quantile)));
        }
    }
    let _ = writeln!(
        text,
        "\nGenerator, how late it sent\n  p50           {}\n  p99           {}\n  latest        {}",
        time(summary.lag.p50_us),
        time(summary.lag.p99_us),
        time(summary.lag.max_us)
    );
    let _ = writeln!(text, "\nStatus codes");
    summary.status.iter().for_each(|(status, count)| {
        let _ = writeln!(text, "  {status}           {count}");
    });
    let failures: Vec<_> =
        Outcome::ALL.iter().filter(|o| !matches!(o, Outcome::Ok) && summary.outcomes[o.index()] > 0).collect();
    if !failures.is_empty() {
        let _ = writeln!(text, "\nNot ok");
        failures.iter().for_each(|outcome| {
            let _ = writeln!(text, "  {:<12}  {}", outcome.word(), summary.outcomes[outcome.index()]);
        });
    }
    text
}

fn histogram(latency: &Latencies) -> Option<Histogram<u64>> {
    let mut histogram = Histogram::new(3).ok()?;
    for &(bucket, count) in latency.pairs() {
        histogram.record_n(upper_us(bucket).max(1), u64::from(count)).ok()?;
    }
    (!histogram.is_empty()).then_some(histogram)
}

fn bars(text: &mut String, histogram: &Histogram<u64>) {
    let (low, high) = (histogram.min(), histogram.max());
    let step = ((high - low) / BARS as u64).max(1);
    let counts: Vec<(u64, u64)> = (0..BARS as u64)
        .map(|bar| {
            let from = low + bar * step;
            let to = if bar as usize == BARS - 1 { high } else { from + step - 1 };
            (to, histogram.count_between(from, to))
        })
        .take_while(|(to, _)| *to <= high)
        .collect();
    let most = counts.iter().map(|bar| bar.1).max().unwrap_or(0).max(1);
    let _ = writeln!(text, "\nHistogram, up to");
    for (to, count) in counts {
        let bar = "■".repeat((count * WIDTH / most) as usize);
        let _ = writeln!(text, "  {:>9} {count:>8} {bar}", Unit::Time.show(to as f64));
    }
}
