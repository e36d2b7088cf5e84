#![cfg(feature = "author")]
#![allow(clippy::expect_used, reason = "a test ends where its ground is missing")]
//! The committed cases, as they are read: the numbers of the design.

use brownout_core::{
    author,
    plan::Plan,
    scenario::{FaultKind, Scenario, Span, Term},
};

fn scenario(name: &str, text: &str) -> Scenario {
    let parsed = author::parse(name, text);
    assert_eq!(author::render(name, text, &parsed.diagnostics, false), "");
    parsed.scenario.expect("a file without diagnostics is a scenario")
}

fn timeouts() -> Scenario {
    scenario("timeouts.yaml", include_str!("../../../scenarios/timeouts.yaml"))
}

#[test]
fn the_first_case_is_read_with_the_numbers_of_the_design() {
    let scenario = timeouts();
    let stream = &scenario.load[0];
    assert_eq!((stream.patience_us, stream.right_within_us, stream.most_in_flight), (10_000_000, 1_000_000, 1_000));
    assert_eq!(scenario.faults[0].kind, FaultKind::Hang { shards: 10, hang_us: 60_000_000 });
    assert_eq!((scenario.faults[0].at_us, scenario.faults[0].until_us), (10_000_000, 45_000_000));
    let terms = scenario.score.iter().map(|term| (term.weight, term.worthless, term.perfect));
    assert_eq!(terms.collect::<Vec<_>>(), [(35.0, 0.5, 0.87), (45.0, 1_500_000.0, 400_000.0), (20.0, 0.95, 0.985)]);
    assert_eq!(scenario.score[1].times, ["right"]);
    assert_eq!(scenario.score[2].during, [Span { from: 0, to: 10 }, Span { from: 50, to: 60 }]);
    let targets = scenario.criteria.iter().map(|criterion| (criterion.target, criterion.over_s, criterion.hold_s));
    assert_eq!(targets.collect::<Vec<_>>(), [(0.87, 5, 15), (400_000.0, 5, 15), (0.98, 5, 5)]);
    assert_eq!((scenario.bands.broken_at_most, scenario.bands.solved_at_least), (40, 90));
}

#[test]
fn the_first_case_is_planned_with_3600_arrivals() {
    let plan = Plan::of(&timeouts(), "run-1");
    assert_eq!(plan.streams[0].arrivals.expected(), 3_600.0);
    assert_eq!(plan.streams[0].arrivals.instants().count(), 3_600);
    assert_eq!((plan.end_us, plan.latest_end_us()), (60_000_000, 70_000_000));
}

#[test]
fn the_second_case_is_read_with_the_numbers_of_the_design() {
    let scenario = scenario("transactions.yaml", include_str!("../../../scenarios/transactions.yaml"));
    let terms = scenario.score.iter().map(|term| (term.weight, term.worthless, term.perfect, term.times.len()));
    assert_eq!(
        terms.collect::<Vec<_>>(),
        [(25.0, 0.6, 0.95, 0), (15.0, 2_000_000.0, 400_000.0, 1), (15.0, 6.0, 1.0, 1), (45.0, 0.0, 1.0, 1)]
    );
    assert!(scenario.score.iter().all(|term| term.during == [Span { from: 10, to: 45 }]));
    let signals: Vec<String> = scenario.score.iter().map(|term| term.signal.to_string()).collect();
    assert_eq!(signals, ["load.right", "load.p95", "probe.db.idle_in_transaction", "books.balanced"]);
    let plan = Plan::of(&scenario, "run-1");
    assert_eq!((plan.streams[0].arrivals.instants().count(), plan.end_us), (4_500, 45_000_000));
}

/// Weight, worthless, perfect and factors of each term.
fn terms(scenario: &Scenario) -> Vec<(f64, f64, f64, &[String])> {
    fn values(term: &Term) -> (f64, f64, f64, &[String]) {
        (term.weight, term.worthless, term.perfect, &term.times)
    }
    scenario.score.iter().map(values).collect()
}

#[test]
fn the_third_case_is_read_with_the_numbers_of_the_design() {
    let scenario = scenario("bulkheads.yaml", include_str!("../../../scenarios/bulkheads.yaml"));
    let fast = ["fast".to_owned()];
    assert_eq!(
        terms(&scenario),
        [
            (35.0, 0.7, 0.95, [].as_slice()),
            (20.0, 1_000_000.0, 250_000.0, fast.as_slice()),
            (45.0, 0.7, 0.98, fast.as_slice())
        ]
    );
    let near = [5, 15, 25, 35].map(|from| Span { from, to: from + 3 });
    assert_eq!(scenario.score[0].during, near);
    let signals: Vec<String> = scenario.score.iter().map(|term| term.signal.to_string()).collect();
    assert_eq!(signals, ["load.fast.right", "load.fast.p95", "load.slow.right"]);
    let within: Vec<u64> = scenario.load.iter().map(|stream| stream.right_within_us).collect();
    assert_eq!(within, [300_000, 9_000_000]);
    let plan = Plan::of(&scenario, "run-1");
    let arrivals: Vec<usize> = plan.streams.iter().map(|stream| stream.arrivals.instants().count()).collect();
    assert_eq!((arrivals.as_slice(), plan.end_us), ([2_700, 96].as_slice(), 45_000_000));
}

#[test]
fn the_fourth_case_is_read_with_the_numbers_of_the_design() {
    let scenario = scenario("autoscaling.yaml", include_str!("../../../scenarios/autoscaling.yaml"));
    let right = ["right".to_owned()];
    assert_eq!(
        terms(&scenario),
        [
            (45.0, 0.6, 0.97, [].as_slice()),
            (25.0, 2_000_000.0, 600_000.0, right.as_slice()),
            (30.0, 4.0, 2.0, right.as_slice())
        ]
    );
    assert_eq!(scenario.score[2].during, [Span { from: 0, to: 8 }]);
    assert!(scenario.score[..2].iter().all(|term| term.during == [Span { from: 62, to: 85 }]));
    let stream = &scenario.load[0];
    assert_eq!((stream.requests_per_connection, stream.patience_us), (Some(1), 5_000_000));
    assert_eq!(stream.arrivals.expected(), 32.0 + 162.0 + 3_550.0);
}
