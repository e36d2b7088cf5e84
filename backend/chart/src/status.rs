//! HTTP statuses of the answers, stacked.

use std::{collections::BTreeMap, ops::Range};

use brownout_core::fold::Run;

use crate::{
    line::{Line, Reading},
    theme::{Rgb, Theme},
};

/// The most frequent statuses have a line each; what is beyond is one line.
const NAMED: usize = 5;

/// A line for each status that occurs, the smallest first; the rarest together as "other".
pub(crate) fn lines(run: &Run, theme: &Theme, seconds: Range<u32>) -> Vec<Line> {
    let mut occurs: BTreeMap<u16, u64> = BTreeMap::new();
    for (status, line) in run.streams.values().flat_map(|stream| &stream.statuses) {
        *occurs.entry(*status).or_default() += line.iter().sum::<u64>();
    }
    // Counting who is more frequent is less code for the browser than sorting.
    let rank = |status: u16, count: u64| {
        occurs.iter().filter(|(other, more)| **more > count || (**more == count && **other < status)).count()
    };
    let mut groups: Vec<(String, Vec<u16>)> = Vec::new();
    let mut rare = Vec::new();
    for (&status, &count) in &occurs {
        if rank(status, count) < NAMED {
            groups.push((status.to_string(), vec![status]));
        } else {
            rare.push(status);
        }
    }
    if !rare.is_empty() {
        groups.push(("other".to_owned(), rare));
    }
    let line = |(at, (word, statuses)): (usize, (String, Vec<u16>))| Line {
        color: color(theme, &statuses, at),
        strong: at == 0,
        word,
        width: 1.0,
        dashed: false,
        first: seconds.start,
        values: seconds.clone().map(|second| Some(Reading::exact(answers(run, &statuses, second) as f64))).collect(),
    };
    groups.into_iter().enumerate().map(line).collect()
}

fn answers(run: &Run, statuses: &[u16], second: u32) -> u64 {
    let lines = run.streams.values().flat_map(|stream| &stream.statuses);
    let named = lines.filter(|(status, _)| statuses.contains(status));
    named.filter_map(|(_, line)| line.get(second as usize)).sum()
}

/// By the class of the status; statuses of one class take turns, so that neighbours can be told apart.
fn color(theme: &Theme, statuses: &[u16], at: usize) -> Rgb {
    let [ok, degraded, rejected, failed, timed_out, invalid, dropped] = theme.outcomes;
    let turns = match statuses.first().map_or(0, |status| status / 100) {
        2 => [ok, degraded],
        3 => [degraded, invalid],
        4 => [rejected, timed_out],
        5 => [failed, timed_out],
        _ => [dropped, invalid],
    };
    if statuses.len() > 1 { dropped } else { turns[at % 2] }
}
