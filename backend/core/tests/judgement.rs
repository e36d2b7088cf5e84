//! The verdict is right: no outcome that gets worse raises a score, windows merge exactly, hold times count windows.
#![cfg(feature = "author")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use brownout_core::{
    author,
    criterion::{self, Stage},
    event::{Body, RunEnvelope, RunEvent, Started, VERSION},
    fold::Run,
    latency::WORST_US,
    outcome::Outcome,
    plan::Plan,
    score,
    window::{StreamWindow, Window},
};
use proptest::prelude::*;

const TIMEOUTS: &str = include_str!("../../../scenarios/timeouts.yaml");
const SECOND: u64 = 1_000_000;

/// How one arrival ends.
#[derive(Debug, Clone, Copy)]
struct End {
    outcome: Outcome,
    latency_us: u64,
}

/// One way of ending for each of the 60 arrivals of each of the 60 seconds.
type Ends = Vec<End>;

const RIGHT: End = End { outcome: Outcome::Ok, latency_us: 25_000 };

/// Sums up arrivals into windows as the engine does: by the second in which they end.
fn windows(ends: &Ends) -> Vec<Window> {
    let mut by_second: BTreeMap<u32, StreamWindow> = BTreeMap::new();
    for (n, end) in ends.iter().enumerate() {
        let due = (n / 60) as u32;
        let intended = n as u64 * SECOND / 60;
        let ended = if end.outcome == Outcome::Dropped { intended } else { intended + end.latency_us };
        by_second.entry(due).or_default().scheduled += 1;
        let second = (ended / SECOND) as u32;
        by_second.entry(second).or_default().record(due, end.outcome, None, end.latency_us);
    }
    let last = by_second.keys().max().copied().unwrap_or(0);
    (0..=last)
        .map(|index| {
            let part = by_second.remove(&index).unwrap_or_default();
            Window { index, streams: BTreeMap::from([("quotes".to_owned(), part)]), gauges: BTreeMap::new() }
        })
        .collect()
}

fn started() -> RunEvent {
    let scenario = author::parse("timeouts.yaml", TIMEOUTS).scenario.expect("the scenario has no mistakes");
    RunEvent::Started(Box::new(Started {
        run: "test".into(),
        plan: Plan::of(&scenario, "test"),
        scenario,
        scenario_hash: String::new(),
        sealed_hash: String::new(),
        build: "b".into(),
        stack: "local".into(),
        participant: "p".into(),
        panel: "0".into(),
        unranked: Vec::new(),
        hints: Vec::new(),
    }))
}

fn run_of(windows: impl IntoIterator<Item = Window>) -> Run {
    let events = std::iter::once(started()).chain(windows.into_iter().map(RunEvent::Window));
    let envelopes: Vec<RunEnvelope> = events
        .enumerate()
        .map(|(n, event)| RunEnvelope {
            v: VERSION,
            stream: "run/test".into(),
            seq: n as u64 + 1,
            wall_ms: 0,
            run_us: None,
            body: Body::Known(event),
        })
        .collect();
    Run::of(&envelopes)
}

fn points(ends: &Ends) -> f64 {
    score::score(&run_of(windows(ends))).expect("started").terms.iter().map(|term| term.points).sum()
}

/// The tenth that hangs between 10 s and 45 s ends like this, everything else is right.
fn with_hanging_tenth(end: End) -> Ends {
    (0..3600).map(|n| if n % 10 == 3 && (600..2700).contains(&n) { end } else { RIGHT }).collect()
}

#[test]
fn the_ideal_ends_of_each_deadline_earn_what_the_design_says() {
    let deadline = |ms: u64| with_hanging_tenth(End { outcome: Outcome::Rejected, latency_us: ms * 1_000 });
    for (ms, wanted) in [(200, 100), (300, 100), (400, 100), (500, 96), (1_000, 75), (1_500, 55), (5_000, 55)] {
        assert_eq!(points(&deadline(ms)).round() as u32, wanted, "deadline of {ms} ms");
    }
    assert_eq!(points(&vec![RIGHT; 3600]).round() as u32, 100);
}

#[test]
fn failing_at_once_and_answering_without_asking_earn_nothing() {
    for outcome in [Outcome::Rejected, Outcome::Degraded, Outcome::Invalid, Outcome::Failed] {
        assert_eq!(points(&vec![End { outcome, latency_us: 2_000 }; 3600]), 0.0, "{outcome:?}");
    }
    assert_eq!(points(&vec![End { outcome: Outcome::Dropped, latency_us: WORST_US }; 3600]), 0.0);
}

#[test]
fn calls_that_still_wait_count_with_their_age() {
    let ends = with_hanging_tenth(End { outcome: Outcome::TimedOut, latency_us: 10 * SECOND });
    let run = run_of(windows(&ends).into_iter().take(18));
    // Arrivals of second 12 have waited for 5 s at least; nothing is known of second 17's.
    assert_eq!(run.latencies_due(None, 12).quantile(0.99), Some(5 * SECOND));
    assert_eq!(run.decided(), 17);
    let whole = run_of(windows(&ends));
    assert_eq!(whole.latencies_due(None, 12).quantile(0.99), Some(10 * SECOND));
    assert_eq!(whole.latencies_due(None, 12).count(), 60);
}

#[test]
fn a_criterion_is_met_when_it_has_held_for_long_enough_up_to_now() {
    let solved = with_hanging_tenth(End { outcome: Outcome::Rejected, latency_us: 300_000 });
    let all = windows(&solved);
    let at = |seconds: usize| criterion::judge(&run_of(all.iter().take(seconds).cloned())).remove(0);
    assert_eq!(at(10).stage, Stage::Ahead);
    assert!(!at(10).holds);
    let early = at(20);
    assert_eq!((early.stage, early.holds, early.held_s, early.met), (Stage::Judging, true, 4, false));
    let met = at(40);
    assert!(met.met && met.held_s >= met.hold_s);
    assert_eq!(at(60).stage, Stage::Over);
    let broken = with_hanging_tenth(End { outcome: Outcome::TimedOut, latency_us: 10 * SECOND });
    let p95 = criterion::judge(&run_of(windows(&broken))).remove(1);
    assert!(!p95.holds && !p95.met);
}

#[test]
fn an_event_that_was_folded_already_changes_nothing() {
    let ends = with_hanging_tenth(RIGHT);
    let mut run = run_of(windows(&ends));
    let before = run.clone();
    run.apply(&RunEnvelope {
        v: VERSION,
        stream: "run/test".into(),
        seq: 2,
        wall_ms: 0,
        run_us: None,
        body: Body::Known(RunEvent::Window(windows(&ends).remove(0))),
    });
    assert_eq!(run, before);
}

#[test]
fn a_damaged_log_neither_panics_nor_asks_for_memory() {
    let mut ends = windows(&with_hanging_tenth(RIGHT));
    ends[3].index = u32::MAX;
    ends[4].streams.values_mut().for_each(|part| part.cells.iter_mut().for_each(|cell| cell.due = u32::MAX));
    let run = run_of(ends);
    assert_eq!(run.seconds, 61);
    assert!(score::score(&run).is_some() && !criterion::judge(&run).is_empty());
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        6 => (1_000u64..9_000_000).prop_map(|latency_us| End { outcome: Outcome::Ok, latency_us }),
        1 => (1_000u64..9_000_000).prop_map(|latency_us| End { outcome: Outcome::Degraded, latency_us }),
        2 => (1_000u64..9_000_000).prop_map(|latency_us| End { outcome: Outcome::Rejected, latency_us }),
        1 => Just(End { outcome: Outcome::TimedOut, latency_us: 10 * SECOND }),
        1 => Just(End { outcome: Outcome::Dropped, latency_us: WORST_US }),
    ]
}

/// A worse end: not a better outcome and not a smaller latency.
fn worse(end: End, by: u64) -> End {
    match end.outcome {
        Outcome::Dropped => end,
        _ if by.is_multiple_of(5) => End { outcome: Outcome::Dropped, latency_us: WORST_US },
        _ if by.is_multiple_of(3) => End { outcome: Outcome::TimedOut, latency_us: end.latency_us.max(10 * SECOND) },
        Outcome::Ok if by.is_multiple_of(2) => End { outcome: Outcome::Rejected, latency_us: end.latency_us + by },
        _ => End { outcome: end.outcome, latency_us: (end.latency_us + by).min(10 * SECOND) },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_outcome_that_gets_worse_raises_the_score(
        pattern in proptest::collection::vec(end(), 1..40),
        mostly_right in 0usize..30,
        victims in proptest::collection::vec((0usize..3600, 1u64..3_000_000), 1..60),
    ) {
        // Mostly right runs are where the terms are neither 0 nor 1.
        let before: Ends = (0..3600).map(|n| if n % 30 < mostly_right { RIGHT } else { pattern[n % pattern.len()] }).collect();
        let mut after = before.clone();
        for (victim, by) in victims {
            after[victim] = worse(after[victim], by);
        }
        prop_assert!(points(&after) <= points(&before) + 1e-9, "{} > {}", points(&after), points(&before));
    }

    #[test]
    fn parts_of_a_second_merge_to_what_one_recorder_would_have_seen(
        ends in proptest::collection::vec((0u32..5, 0usize..7, 0u64..20_000_000, proptest::option::of(200u16..600)), 0..200),
        split in 0usize..200,
    ) {
        let of = |ends: &[(u32, usize, u64, Option<u16>)]| {
            let mut part = StreamWindow::default();
            for (due, outcome, latency, status) in ends {
                part.scheduled += 1;
                part.record(*due, Outcome::ALL[*outcome], *status, *latency);
            }
            part
        };
        let split = split.min(ends.len());
        let mut merged = of(&ends[..split]);
        merged.merge(&of(&ends[split..]));
        prop_assert_eq!(merged, of(&ends));
    }
}
