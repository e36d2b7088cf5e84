use super::{
    count::{Proposal, propose},
    *,
};
use crate::manifest::{Amount, Policy, Rules, Select};

const SECOND: Duration = Duration::from_secs(1);
const API: Template<'_> = Template { container: "api", request: Some(100) };

/// A pod that has been ready for long.
fn uses(millicores: u64) -> Pod {
    let sample = Some(Sample { age: 3 * SECOND, window: 10 * SECOND, millicores });
    Pod { name: "api-0".to_owned(), pending: false, ready: true, age: 90 * SECOND, turned: 88 * SECOND, sample }
}

/// Ready, and not measured yet.
fn missing() -> Pod {
    Pod { sample: None, ..uses(0) }
}

fn pending() -> Pod {
    Pod { pending: true, ready: false, age: SECOND, turned: SECOND, sample: None, ..uses(0) }
}

/// Younger than its initialisation, with a sample from before it was ready.
fn young(millicores: u64) -> Pod {
    Pod { age: 9 * SECOND, turned: 7 * SECOND, ..uses(millicores) }
}

fn many(count: usize, pod: Pod) -> Vec<Pod> {
    vec![pod; count]
}

#[test]
fn usage_over_target_decides_as_kubernetes_documents_it() {
    let half = Target::Utilization(50);
    type Case = (&'static str, Target, u64, Vec<Pod>, Result<u32, &'static str>);
    let cases: Vec<Case> = vec![
        // "if the current metric value is 200m, and the desired value is 100m, the number of replicas will be doubled"
        ("doubled", Target::AverageValue(100), 0, many(2, uses(200)), Ok(4)),
        ("halved", Target::AverageValue(100), 0, many(2, uses(50)), Ok(1)),
        ("one saturated replica of 100m at 50 %", half, 100, many(1, uses(205)), Ok(5)),
        ("one at 200m: ratio 4", half, 100, many(1, uses(200)), Ok(4)),
        ("rounded up", half, 100, many(3, uses(60)), Ok(4)),
        ("at target", half, 100, many(3, uses(50)), Ok(3)),
        ("within a tenth above", half, 100, many(4, uses(55)), Ok(4)),
        ("within a tenth below", half, 100, many(4, uses(45)), Ok(4)),
        ("just over a tenth", half, 100, many(4, uses(56)), Ok(5)),
        ("percent are cut first", half, 1000, many(4, uses(559)), Ok(4)),
        ("500m at 50 %: enough", half, 500, many(1, uses(205)), Ok(1)),
        ("200m at 95 %: within", Target::Utilization(95), 200, many(1, uses(205)), Ok(1)),
        ("down to what is left", half, 100, many(6, uses(8)), Ok(1)),
        ("idle", half, 100, many(6, uses(0)), Ok(0)),
        // Who has no sample counts 0 on the way up ...
        ("up beside one without a sample", half, 100, [many(1, uses(200)), many(1, missing())].concat(), Ok(4)),
        ("which takes all reason away", half, 100, [many(1, uses(60)), many(3, missing())].concat(), Ok(4)),
        ("or leaves it within a tenth", half, 100, [many(1, uses(108)), many(1, missing())].concat(), Ok(2)),
        // ... and as if it used all that it requests on the way down.
        ("down beside one without a sample", half, 100, [many(4, uses(10)), many(1, missing())].concat(), Ok(3)),
        ("which takes all reason away, too", half, 100, [many(1, uses(20)), many(1, missing())].concat(), Ok(2)),
        ("down by value", Target::AverageValue(50), 0, [many(3, uses(10)), many(1, missing())].concat(), Ok(2)),
        // Unready ones count 0 on the way up, and not at all on the way down.
        ("up beside pending", half, 100, [many(1, uses(200)), many(3, pending())].concat(), Ok(4)),
        ("still more beside pending", half, 100, [many(2, uses(200)), many(2, pending())].concat(), Ok(8)),
        ("down beside pending", half, 100, [many(4, uses(10)), many(1, pending())].concat(), Ok(1)),
        ("a sample from before readiness", half, 100, [many(1, uses(200)), many(3, young(900))].concat(), Ok(4)),
        (
            "never ready",
            half,
            100,
            [many(1, uses(80)), many(1, Pod { ready: false, turned: 90 * SECOND, ..uses(900) })].concat(),
            Ok(2),
        ),
        (
            "was ready once: counts",
            half,
            100,
            [many(1, uses(80)), many(1, Pod { ready: false, turned: 5 * SECOND, ..uses(120) })].concat(),
            Ok(4),
        ),
        ("no request", half, 0, many(1, uses(200)), Err("missing request for cpu in container api of Pod api-0")),
        (
            "nothing measured",
            half,
            100,
            many(2, missing()),
            Err("unable to get metrics for resource cpu: no metrics returned from resource metrics API"),
        ),
        (
            "nothing that counts",
            half,
            100,
            many(2, young(50)),
            Err("did not receive metrics for targeted pods (pods might be unready)"),
        ),
    ];
    for (what, target, request, pods, expected) in cases {
        let template = Template { container: "api", request: Some(request).filter(|request| *request > 0) };
        let proposal = propose(target, template, pods.len() as u32, &pods);
        let replicas = proposal.map(|Proposal { replicas, .. }| replicas);
        assert_eq!(replicas.as_ref().map_err(String::as_str).copied(), expected, "{what}");
    }
}

fn spec(min: u32, max: u32) -> Autoscaler {
    let period = 15 * SECOND;
    let policies = vec![Policy { amount: Amount::Pods(4), period }, Policy { amount: Amount::Percent(100), period }];
    let up = Rules { window: Duration::ZERO, select: Select::Max, policies: policies.clone() };
    let down = Rules { window: period, select: Select::Max, policies: policies[1..].to_vec() };
    Autoscaler { min, max, target: Some(Target::Utilization(50)), up, down }
}

fn at(seconds: u64) -> Now {
    Now { since: Duration::from_secs(seconds), wall_ms: seconds * 1000 }
}

fn shown(scaler: &Scaler, kind: &str) -> (bool, String) {
    let condition = scaler.shown(None).conditions.into_iter().find(|condition| condition.kind == kind);
    condition.map(|condition| (condition.status, condition.reason)).unwrap_or_default()
}

#[test]
fn no_more_than_double_or_four_come_in_fifteen_seconds() {
    let mut scaler = Scaler::new("api", spec(1, 100), 1);
    let mut count = 1;
    let mut seen = Vec::new();
    for second in (0..40).step_by(5) {
        count = scaler.sync(at(second), API, count, &many(count as usize, uses(2000)));
        seen.push(count);
    }
    assert_eq!(seen, [5, 5, 5, 10, 10, 10, 20, 20]);
    assert_eq!(shown(&scaler, "ScalingLimited"), (true, "ScaleUpLimit".to_owned()));
    assert_eq!(scaler.shown(None).sync_ms, 5000);
}

#[test]
fn fewer_are_wanted_only_after_the_window() {
    let mut scaler = Scaler::new("api", spec(1, 6), 1);
    let mut count = 6;
    let mut seen = Vec::new();
    for (second, used) in [(0, 60), (5, 60), (10, 2), (15, 2), (20, 2), (25, 2), (30, 2)] {
        count = scaler.sync(at(second), API, count, &many(count as usize, uses(used)));
        seen.push(count);
    }
    // What was wanted at 5 s holds until 20 s.
    assert_eq!(seen, [6, 6, 6, 6, 1, 1, 1]);
    let events = scaler.shown(None).events;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].message, "New size: 1; reason: All metrics below target");
}

#[test]
fn bounds_hold_even_without_metrics() {
    let blind = Template { container: "api", request: None };
    let mut scaler = Scaler::new("api", spec(1, 1), 1);
    assert_eq!(scaler.sync(at(0), blind, 6, &many(6, uses(200))), 1);
    assert_eq!(scaler.sync(at(5), blind, 1, &many(1, uses(200))), 1);
    let status = scaler.shown(Some(10 * SECOND));
    assert_eq!((status.metric.as_str(), status.metrics_ms), ("cpu <unknown> of request, target 50 %", 10_000));
    let active = status.conditions.iter().find(|condition| condition.kind == "ScalingActive").unwrap();
    assert_eq!((active.status, active.reason.as_str()), (false, "FailedGetResourceMetric"));
    assert_eq!(
        active.message,
        "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in \
         container api of Pod api-0"
    );
    let reasons: Vec<&str> = status.events.iter().map(|event| event.reason.as_str()).collect();
    assert_eq!(reasons, ["SuccessfulRescale", "FailedGetResourceMetric"]);

    let mut scaler = Scaler::new("api", spec(6, 6), 1);
    assert_eq!(scaler.sync(at(0), blind, 1, &many(1, missing())), 6);
    assert_eq!(
        scaler.shown(None).events[0].message,
        "New size: 6; reason: Current number of replicas below Spec.MinReplicas"
    );
}

#[test]
fn one_replica_at_most_stays_one_and_says_why() {
    let mut scaler = Scaler::new("api", spec(1, 1), 1);
    assert_eq!(scaler.sync(at(0), API, 1, &many(1, uses(205))), 1);
    assert_eq!(shown(&scaler, "ScalingActive"), (true, "ValidMetricFound".to_owned()));
    assert_eq!(shown(&scaler, "ScalingLimited"), (true, "TooManyReplicas".to_owned()));
    assert_eq!(scaler.shown(None).metric, "cpu 205 % of request, target 50 %");
    // More are allowed from now on.
    scaler.follow(spec(1, 6));
    assert_eq!(scaler.sync(at(5), API, 1, &many(1, uses(205))), 5);
    let message = scaler.shown(None).events[0].message.clone();
    assert_eq!(message, "New size: 5; reason: cpu resource utilization (percentage of request) above target");
    assert_eq!(shown(&scaler, "AbleToScale"), (true, "SucceededRescale".to_owned()));
}

/// The case itself: a replica does 20 documents a second, each of 10 ms of CPU. Gives how many there are at the end.
fn case(request: Option<u64>, target: u64, max: u32) -> u32 {
    let template = Template { container: "api", request };
    let mut scaler = Scaler::new("api", Autoscaler { target: Some(Target::Utilization(target)), ..spec(1, max) }, 1);
    let mut pods: Vec<u64> = vec![0];
    let mut samples: Vec<(u64, u64)> = Vec::new();
    for second in (0..85_u64).step_by(5) {
        let rate = match second {
            0..8 => 4,
            8..14 => 4 + 46 * (second - 8) / 6,
            _ => 50,
        };
        let used = (rate * 10 / pods.iter().filter(|born| **born + 2 <= second).count().max(1) as u64).min(200);
        if second % 10 == 0 {
            samples = pods.iter().filter(|born| **born + 12 <= second || **born == 0).map(|b| (*b, used)).collect();
        }
        let mut given = samples.iter();
        let seen: Vec<Pod> = pods
            .iter()
            .map(|born| {
                let age = Duration::from_secs(second - born) + if *born == 0 { 90 * SECOND } else { Duration::ZERO };
                let started = age > 2 * SECOND;
                let sample = given.next().map(|(_, used)| Sample {
                    age: Duration::from_secs(second % 10),
                    window: 10 * SECOND,
                    millicores: *used,
                });
                let turned = if started { age - 2 * SECOND } else { age };
                Pod { name: String::new(), pending: !started, ready: started, age, turned, sample }
            })
            .collect();
        let wanted = scaler.sync(at(second), template, pods.len() as u32, &seen) as usize;
        pods.truncate(wanted);
        pods.extend(std::iter::repeat_n(second, wanted.saturating_sub(pods.len())));
    }
    pods.len() as u32
}

#[test]
fn the_case_is_solved_by_a_request_and_room_to_grow() {
    for (request, target, max, expected) in [
        (None, 50, 1, 1..=1),
        (Some(100), 50, 1, 1..=1),
        (None, 50, 6, 1..=1),
        (Some(100), 50, 6, 6..=6),
        (Some(100), 70, 6, 5..=6),
        (Some(100), 95, 10, 4..=10),
        (Some(500), 50, 6, 1..=1),
    ] {
        let replicas = case(request, target, max);
        assert!(expected.contains(&replicas), "request {request:?}, target {target} %, max {max}: {replicas}");
    }
}
