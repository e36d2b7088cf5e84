//! What was due and how it went, per second.

use std::ops::Range;

use brownout_core::{
    fold::{Run, StreamFold},
    outcome::Outcome,
};

use crate::{
    line::{Line, Reading},
    theme::{Rgb, Theme},
};

/// No answer that helps: refused, broken, too late or wrong. A marked fallback is neither ok nor failed.
const FAILED: [Outcome; 4] = [Outcome::Rejected, Outcome::Failed, Outcome::TimedOut, Outcome::Invalid];

/// Scheduled by the second in which it was due; ok, failed and dropped by the second in which it ended.
pub(crate) fn lines(run: &Run, theme: &Theme, seconds: Range<u32>) -> Vec<Line> {
    let first = seconds.start;
    let line = |word: &str, color: Rgb, width, values| Line {
        word: word.to_owned(),
        color,
        width,
        dashed: word == "scheduled",
        strong: word == "ok",
        first,
        values,
    };
    let scheduled = per_second(run, &seconds, |stream, at| stream.due.get(at).map_or(0, |due| due.scheduled));
    vec![
        line("scheduled", theme.muted, 1.5, scheduled),
        line("ok", theme.outcome(Outcome::Ok), 2.5, ended(run, &seconds, &[Outcome::Ok])),
        line("failed", theme.fails, 1.5, ended(run, &seconds, &FAILED)),
        line("dropped", theme.outcome(Outcome::Dropped), 1.5, ended(run, &seconds, &[Outcome::Dropped])),
    ]
}

/// How many calls of all streams ended in each second with one of `outcomes`.
pub(crate) fn ended(run: &Run, seconds: &Range<u32>, outcomes: &[Outcome]) -> Vec<Option<Reading>> {
    per_second(run, seconds, |stream, at| {
        stream.ended.get(at).map_or(0, |second| outcomes.iter().map(|outcome| second[outcome.index()]).sum())
    })
}

fn per_second(run: &Run, seconds: &Range<u32>, of: impl Fn(&StreamFold, usize) -> u64) -> Vec<Option<Reading>> {
    let total = |at: u32| run.streams.values().map(|stream| of(stream, at as usize)).sum::<u64>();
    seconds.clone().map(|at| Some(Reading::exact(total(at) as f64))).collect()
}
