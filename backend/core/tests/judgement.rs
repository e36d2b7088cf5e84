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
    scenario::Scenario,
    score,
    window::{StreamWindow, Window},
};
use proptest::prelude::*;

const TIMEOUTS: &str = include_str!("../../../scenarios/timeouts.yaml");
const EVERY_TERM: &str = include_str!("data/every-term.yaml");
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
const REFUSED: End = End { outcome: Outcome::Rejected, latency_us: 2_000 };

/// Sums up arrivals into windows as the engine does: by the second in which they end.
fn windows(ends: &Ends) -> Vec<Window> {
    summed(ends.iter().enumerate().map(|(n, end)| ("quotes", n as u64 * SECOND / 60, *end)))
}

/// Arrivals of any streams, each with its intended instant.
fn summed<'a>(arrivals: impl Iterator<Item = (&'a str, u64, End)>) -> Vec<Window> {
    let mut by_second: BTreeMap<u32, BTreeMap<String, StreamWindow>> = BTreeMap::new();
    for (stream, intended, end) in arrivals {
        let due = (intended / SECOND) as u32;
        let ended = if end.outcome == Outcome::Dropped { intended } else { intended + end.latency_us };
        let mut part = |second: u32, add: &dyn Fn(&mut StreamWindow)| {
            add(by_second.entry(second).or_default().entry(stream.to_owned()).or_default());
        };
        part(due, &|part| part.scheduled += 1);
        part((ended / SECOND) as u32, &|part| part.record(due, end.outcome, None, end.latency_us));
    }
    let last = by_second.keys().max().copied().unwrap_or(0);
    let window = |index| {
        let streams = by_second.remove(&index).unwrap_or_default();
        Window { index, streams, gauges: BTreeMap::new() }
    };
    (0..=last).map(window).collect()
}

fn read(file: &str, text: &str) -> Scenario {
    author::parse(file, text).scenario.expect("the scenario has no mistakes")
}

fn started(scenario: Scenario) -> RunEvent {
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
        code: Vec::new(),
    }))
}

fn run_of(windows: impl IntoIterator<Item = Window>) -> Run {
    let scenario = read("timeouts.yaml", TIMEOUTS);
    folded(std::iter::once(started(scenario)).chain(windows.into_iter().map(RunEvent::Window)))
}

fn folded(events: impl Iterator<Item = RunEvent>) -> Run {
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
    points_of(&run_of(windows(ends)))
}

fn points_of(run: &Run) -> f64 {
    score::score(run).expect("started").terms.iter().map(|term| term.points).sum()
}

/// Everything that the terms of `every-term.yaml` look at: two streams, a gauge and the books.
#[derive(Debug, Clone)]
struct World {
    /// In the order of the plan: all arrivals of the first stream, then those of the second.
    ends: Vec<End>,
    /// Sessions idle in a transaction, by second.
    idle: Vec<f64>,
    balanced: bool,
}

impl World {
    const ARRIVALS: usize = 200 + 24;
    const SECONDS: usize = 20;

    fn points(&self) -> f64 {
        let scenario = read("every-term.yaml", EVERY_TERM);
        let load = scenario.load.clone();
        let due = load.iter().flat_map(|stream| stream.arrivals.instants().map(|us| (stream.name.as_str(), us)));
        let mut windows = summed(due.zip(&self.ends).map(|((stream, us), end)| (stream, us, *end)));
        for (window, idle) in windows.iter_mut().zip(&self.idle) {
            window.gauges.insert("db.idle_in_transaction".into(), *idle);
        }
        let books = RunEvent::Books { balanced: self.balanced, says: String::new() };
        let events = windows.into_iter().map(RunEvent::Window).chain([books]);
        points_of(&folded(std::iter::once(started(scenario)).chain(events)))
    }
}

#[test]
fn every_kind_of_term_can_be_earned_and_lost() {
    let right = World { ends: vec![RIGHT; World::ARRIVALS], idle: vec![0.5; World::SECONDS], balanced: true };
    assert_eq!(right.points(), 100.0);
    let lost = |change: fn(&mut World)| {
        let mut world = right.clone();
        change(&mut world);
        (100.0 - world.points()).round() as u32
    };
    assert_eq!(lost(|world| world.balanced = false), 15);
    assert_eq!(lost(|world| world.idle.fill(9.0)), 15);
    // Between the two spans of the term nothing is judged.
    assert_eq!(lost(|world| world.idle[4..10].fill(9.0)), 0);
    assert_eq!(lost(|world| world.ends[200..].fill(REFUSED)), 15, "the slow ones alone");
    assert_eq!(lost(|world| world.ends[50..100].fill(REFUSED)), 6, "fast ones between the bursts, as part of all");
    assert_eq!(lost(|world| world.ends[..200].fill(REFUSED)), 100);
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
    fn nothing_that_gets_worse_raises_any_kind_of_term(
        ends in proptest::collection::vec(end(), World::ARRIVALS),
        mostly_right in 0usize..30,
        idle in proptest::collection::vec(0.0f64..8.0, World::SECONDS),
        balanced in proptest::bool::weighted(0.8),
        victims in proptest::collection::vec((0usize..World::ARRIVALS, 1u64..3_000_000), 0..20),
        idler in proptest::collection::vec((0usize..World::SECONDS, 0.0f64..5.0), 0..5),
        unbalanced in proptest::bool::weighted(0.1),
    ) {
        let ends = ends.into_iter().enumerate().map(|(n, end)| if n % 30 < mostly_right { RIGHT } else { end }).collect();
        let before = World { ends, idle, balanced };
        let mut after = before.clone();
        victims.into_iter().for_each(|(victim, by)| after.ends[victim] = worse(after.ends[victim], by));
        idler.into_iter().for_each(|(second, by)| after.idle[second] += by);
        after.balanced &= !unbalanced;
        prop_assert!(after.points() <= before.points() + 1e-9, "{} > {}", after.points(), before.points());
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
