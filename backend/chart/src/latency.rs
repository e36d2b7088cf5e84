//! Percentiles of latency by the second in which requests were due.

use std::ops::Range;

use brownout_core::{
    fold::{Run, StreamFold},
    latency::Latencies,
};

use crate::{
    line::{Line, Reading},
    theme::Theme,
};

/// Word, quantile and width of each line; the last is dashed.
const LINES: [(&str, f64, f64); 3] = [("p50", 0.50, 1.5), ("p95", 0.95, 2.5), ("p99", 0.99, 1.5)];

/// A value that can still grow by more than this factor is only a lower bound; less cannot be seen on the log scale.
const SETTLED_WITHIN: f64 = 1.1;

/// p50, p95 and p99.
pub(crate) fn lines(run: &Run, theme: &Theme, seconds: Range<u32>) -> Vec<Line> {
    let first = seconds.start;
    let quantiles = LINES.map(|(_, q, _)| q);
    let due: Vec<_> =
        (first..seconds.end.min(end_of_load(run))).map(|second| percentiles(run, None, second, quantiles)).collect();
    let line = |(at, (word, _, width)): (usize, (&str, f64, f64))| Line {
        word: word.to_owned(),
        color: theme.percentiles[at],
        width,
        dashed: at == 2,
        strong: at == 1,
        first,
        values: due.iter().map(|values| values[at]).collect(),
    };
    LINES.into_iter().enumerate().map(line).collect()
}

/// After the last second in which something was due, of those that have been measured.
fn end_of_load(run: &Run) -> u32 {
    let end = |stream: &StreamFold| stream.due.iter().rposition(|due| due.scheduled > 0).map_or(0, |at| at as u32 + 1);
    run.streams.values().map(end).max().unwrap_or(0)
}

/// Percentiles of one second, of one stream or of all. The fold counts an open call with its age, so a value may be a
/// lower bound; of the second that has just been measured a lower bound says nothing (the age is 0), and there is none.
pub(crate) fn percentiles<const N: usize>(
    run: &Run,
    stream: Option<&str>,
    second: u32,
    quantiles: [f64; N],
) -> [Option<Reading>; N] {
    let all = run.latencies_due(stream, second);
    let settled = settled_if_some_are_open(run, stream, second);
    quantiles.map(|q| {
        let value = all.quantile(q)? as f64;
        let at_least = settled.as_ref().is_some_and(|settled| {
            at_worst(settled, all.count(), q).is_none_or(|worst| worst as f64 > value * SETTLED_WITHIN)
        });
        let just_measured = second + 1 >= run.seconds;
        (!(at_least && just_measured)).then_some(Reading { value, at_least })
    })
}

/// Latencies of the calls that have ended; `None` when no call is open.
fn settled_if_some_are_open(run: &Run, stream: Option<&str>, second: u32) -> Option<Latencies> {
    let mut open = 0;
    let mut settled = Latencies::default();
    for (_, fold) in run.select(stream) {
        let Some(due) = fold.due.get(second as usize) else { continue };
        open += due.open();
        due.ended.iter().for_each(|part| settled.merge(part));
    }
    (open > 0).then_some(settled)
}

/// The quantile of `count` calls if all that are still open took for ever; `None` when it would be among those.
fn at_worst(settled: &Latencies, count: u64, q: f64) -> Option<u64> {
    let rank = (q * count as f64).ceil().max(1.0);
    let ended = settled.count() as f64;
    // Half a rank below the wanted one, so that rounding up meets it exactly.
    (rank <= ended).then(|| settled.quantile((rank - 0.5) / ended)).flatten()
}
