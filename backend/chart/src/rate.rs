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

/// No answer that helps: refused, broken, too late or wrong. A marked fallback is neither ok nor failed, and has a line of its own.
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
    let of = |word: &str, outcome: Outcome, width| {
        line(word, theme.outcome(outcome), width, ended(run, &seconds, &[outcome]))
    };
    let mut lines = vec![
        line("scheduled", theme.muted, 1.5, scheduled),
        of("ok", Outcome::Ok, 2.5),
        line("failed", theme.fails, 1.5, ended(run, &seconds, &FAILED)),
    ];
    // Four lines are enough to read: fallbacks take the place of drops, unless there were both.
    let any = |outcome: Outcome| run.streams.values().any(|stream| stream.total(outcome) > 0);
    let degraded = any(Outcome::Degraded);
    if degraded {
        lines.insert(2, of("degraded", Outcome::Degraded, 1.5));
    }
    if !degraded || any(Outcome::Dropped) {
        lines.push(of("dropped", Outcome::Dropped, 1.5));
    }
    lines
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
