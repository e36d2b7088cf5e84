//! The line that people share.

use crate::{
    fold::Run,
    outcome::Outcome,
    scenario::Span,
    signal::{Measure, Signal},
};

/// The line that people share: `SCORE timeouts 92/100 p95=310ms ok=99.1% drop=0 stack=local run=7f3a`.
pub fn score_line(run: &Run, total: u32) -> String {
    let Some(started) = &run.started else { return String::new() };
    let judged = started.scenario.criteria.first().map_or(Span { from: 0, to: run.seconds }, |first| first.during);
    let load = |measure| Signal::Load { stream: None, measure }.value(run, judged.from..judged.to);
    let p95 = load(Measure::Percentile(950)).map_or("-".to_owned(), |us| format!("{:.0}ms", us / 1e3));
    let ok = load(Measure::Right).map_or("-".to_owned(), |share| format!("{:.1}%", share * 100.0));
    let drop: u64 = run.streams.values().map(|stream| stream.total(Outcome::Dropped)).sum();
    format!(
        "SCORE {} {total}/100 p95={p95} ok={ok} drop={drop} stack={} run={}",
        started.scenario.id,
        started.stack,
        short(&started.run)
    )
}

/// Last four characters of a run id.
pub fn short(run: &str) -> &str {
    let from = run.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    &run[from..]
}
