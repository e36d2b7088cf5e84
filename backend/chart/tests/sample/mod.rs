//! Runs of the committed timeouts case as its physics would have them: one queue, 24 slots, one shard of ten that hangs.
//! For tests, the bench and the example; no screen of the product shows them.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{cmp::Reverse, collections::BTreeMap, collections::BinaryHeap};

use brownout_core::{
    author,
    event::{Body, RunEnvelope, RunEvent, Started, VERSION},
    fold::Run,
    outcome::Outcome,
    plan::Plan,
    scenario::Scenario,
    window::{StreamWindow, WINDOW_US, Window},
};

const PATIENCE_US: u64 = 10_000_000;
const SLOTS: usize = 24;

/// How the API calls its dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// No deadline: a hanging call holds its slot until the client leaves.
    Broken,
    /// A deadline of 300 ms, then 503.
    Solved,
}

pub(crate) fn scenario() -> Scenario {
    read("timeouts.yaml", include_str!("../../../../scenarios/timeouts.yaml"))
}

fn read(file: &str, text: &str) -> Scenario {
    author::parse(file, text).scenario.expect("the committed scenario has no mistakes")
}

/// One request from intended instant to end, µs.
struct Call {
    due: u64,
    /// When it got its slot; `None` when its client left first.
    start: Option<u64>,
    end: u64,
    outcome: Outcome,
}

/// Requests at `rate`/s for `seconds`; the shard hangs from 10 s to 15 s before the end.
fn calls(code: Code, rate: u64, seconds: u64) -> Vec<Call> {
    let hangs = 10_000_000..(seconds.max(25) - 15) * WINDOW_US;
    let mut free: BinaryHeap<Reverse<u64>> = (0..SLOTS as u64 * (rate / 60).max(1)).map(|_| Reverse(0)).collect();
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    (0..rate * seconds)
        .map(|n| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let roll = noise >> 33;
            let due = n * WINDOW_US / rate;
            let Reverse(slot) = free.pop().expect("there are slots");
            let start = due.max(slot);
            if start >= due + PATIENCE_US {
                free.push(Reverse(slot));
                return Call { due, start: None, end: due + PATIENCE_US, outcome: Outcome::TimedOut };
            }
            let (end, outcome) = match code {
                Code::Broken if n % 10 == 3 && hangs.contains(&start) => (due + PATIENCE_US, Outcome::TimedOut),
                Code::Solved if n % 10 == 3 && hangs.contains(&start) => {
                    (start + 301_000 + roll % 4_000, Outcome::Rejected)
                }
                _ if roll % 100 < 6 => (start + 120_000 + roll % 40_000, Outcome::Ok),
                _ => (start + 18_000 + roll % 16_000, Outcome::Ok),
            };
            let end = end.min(due + PATIENCE_US);
            free.push(Reverse(end));
            Call { due, start: Some(start), end, outcome }
        })
        .collect()
}

/// Windows as the engine would measure them, until the last call has ended.
pub(crate) fn windows(code: Code, rate: u64, seconds: u64) -> Vec<Window> {
    let calls = calls(code, rate, seconds);
    let last = calls.iter().map(|call| call.end / WINDOW_US).max().unwrap_or(0).max(seconds - 1);
    let mut streams = vec![StreamWindow::default(); last as usize + 1];
    for call in &calls {
        let (due, end) = (call.due / WINDOW_US, call.end / WINDOW_US);
        streams[due as usize].scheduled += 1;
        streams[due as usize].sent += 1;
        (due..end).for_each(|second| streams[second as usize].in_flight += 1);
        streams[end as usize].record(due as u32, call.outcome, None, call.end - call.due);
    }
    let gauge = |at: u64, of: &dyn Fn(&Call) -> bool| {
        calls.iter().filter(|call| call.due <= at && call.end > at && of(call)).count() as f64
    };
    let window = |(index, part): (usize, StreamWindow)| {
        let at = (index as u64 + 1) * WINDOW_US;
        let gauges = if rate > 100 {
            BTreeMap::new()
        } else {
            BTreeMap::from([
                ("dep.in_flight".to_owned(), gauge(at, &|call| call.start.is_some_and(|start| start <= at))),
                ("api.in_flight".to_owned(), gauge(at, &|_| true)),
                ("api.slots_waiting".to_owned(), gauge(at, &|call| call.start.is_none_or(|start| start > at))),
            ])
        };
        Window { index: index as u32, streams: BTreeMap::from([("quotes".to_owned(), part)]), gauges }
    };
    streams.into_iter().enumerate().map(window).collect()
}

pub(crate) fn started(scenario: Scenario) -> RunEvent {
    RunEvent::Started(Box::new(Started {
        run: "sample".into(),
        plan: Plan::of(&scenario, "sample"),
        scenario,
        scenario_hash: String::new(),
        sealed_hash: String::new(),
        build: "3f2a".into(),
        stack: "local".into(),
        participant: "sample".into(),
        panel: "0".into(),
        unranked: Vec::new(),
        hints: Vec::new(),
        code: Vec::new(),
    }))
}

/// Folds events with their instants, µs.
pub(crate) fn fold(events: impl IntoIterator<Item = (u64, RunEvent)>) -> Run {
    let envelopes: Vec<RunEnvelope> = (1..)
        .zip(events)
        .map(|(seq, (run_us, event))| RunEnvelope {
            v: VERSION,
            stream: "run/sample".into(),
            seq,
            wall_ms: 0,
            run_us: Some(run_us),
            body: Body::Known(event),
        })
        .collect();
    Run::of(&envelopes)
}

/// What happens beside the windows.
pub(crate) fn happenings(scenario: &Scenario) -> Vec<(u64, RunEvent)> {
    let phases = scenario.phases.iter().map(|phase| (phase.from_us, RunEvent::Phase { says: phase.says.clone() }));
    let fault = |at: u64, says: &str, on| (at, RunEvent::Fault { name: "shard-hangs".into(), says: says.into(), on });
    let faults = scenario
        .faults
        .iter()
        .flat_map(|planned| [fault(planned.at_us, &planned.says, true), fault(planned.until_us, &planned.says, false)]);
    phases.chain(faults).collect()
}

/// The run up to second `now`, with `more` events of its own.
pub(crate) fn run_with(code: Code, now: u32, more: Vec<(u64, RunEvent)>) -> Run {
    let scenario = scenario();
    let mut events = happenings(&scenario);
    events.extend(more);
    events.retain(|(at, _)| *at <= u64::from(now) * WINDOW_US);
    let measured = windows(code, 60, 60).into_iter().take(now as usize);
    events.extend(measured.map(|window| ((u64::from(window.index) + 1) * WINDOW_US, RunEvent::Window(window))));
    events.sort_by_key(|(at, _)| *at);
    fold(std::iter::once((0, started(scenario))).chain(events))
}

/// The run up to second `now`; `u32::MAX` for all of it.
pub(crate) fn run(code: Code, now: u32) -> Run {
    run_with(code, now, Vec::new())
}

/// The bulkheads case: ten places for all jobs when it is broken, six for fast ones and four for slow ones when solved.
pub(crate) fn bulkheads(code: Code) -> Run {
    let scenario = read("bulkheads.yaml", include_str!("../../../../scenarios/bulkheads.yaml"));
    let places = |count: usize| (0..count).map(|_| Reverse(0_u64)).collect::<BinaryHeap<_>>();
    let mut free = match code {
        Code::Broken => vec![places(10)],
        Code::Solved => vec![places(6), places(4)],
    };
    let mut arrivals: Vec<(u64, usize)> = scenario
        .load
        .iter()
        .enumerate()
        .flat_map(|(kind, stream)| stream.arrivals.instants().map(move |due| (due, kind)))
        .collect();
    arrivals.sort_unstable();
    // Due, begun and done.
    let mut jobs: [Vec<(u64, u64, u64)>; 2] = Default::default();
    for (due, kind) in arrivals {
        let free = &mut free[kind.min(code as usize)];
        let Reverse(place) = free.pop().expect("there are places");
        let begun = due.max(place);
        let done = begun + [11_000, 1_002_000][kind];
        free.push(Reverse(done));
        jobs[kind].push((due, begun, done));
    }
    let window = |index: u32| {
        let at = (u64::from(index) + 1) * WINDOW_US;
        let mut window = Window { index, ..Window::default() };
        for (jobs, name) in jobs.iter().zip(["fast", "slow"]) {
            let mut part = StreamWindow::default();
            for (due, _, done) in jobs {
                let seen = done + 20_000;
                let of = |us: u64| (us / WINDOW_US) as u32;
                part.scheduled += u32::from(of(*due) == index);
                part.sent += u32::from(of(*due) == index);
                part.in_flight += u32::from(*due < at && seen >= at);
                if of(seen) == index {
                    part.record(of(*due), Outcome::Ok, Some(202), seen - due);
                }
            }
            window.streams.insert(name.to_owned(), part);
            let waits = jobs.iter().filter(|(due, begun, _)| *due < at && *begun >= at);
            let oldest = waits.clone().map(|(due, ..)| at - due).max().unwrap_or(0);
            let busy = jobs.iter().filter(|(_, begun, done)| *begun < at && *done >= at).count();
            window.gauges.insert(format!("worker.queued_{name}"), waits.count() as f64);
            window.gauges.insert(format!("worker.oldest_{name}_seconds"), oldest as f64 / 1e6);
            window.gauges.insert(format!("worker.busy_{name}"), busy as f64);
        }
        window
    };
    all_of(scenario, (0..48).map(window))
}

/// The autoscaling case, solved, by its gauges alone.
pub(crate) fn autoscaling() -> Run {
    let scenario = read("autoscaling.yaml", include_str!("../../../../scenarios/autoscaling.yaml"));
    let window = |index: u32| {
        let desired = if index < 16 {
            1.0
        } else if index < 31 {
            4.0
        } else {
            6.0
        };
        let ready = if index < 19 {
            1.0
        } else if index < 34 {
            4.0
        } else {
            6.0
        };
        let load = (4.0 + (f64::from(index) - 8.0).clamp(0.0, 6.0) * 46.0 / 6.0).min(20.0 * ready);
        let gauges = [
            ("api.replicas", desired),
            ("api.replicas_desired", desired),
            ("api.replicas_ready", ready),
            ("api.cpu", 0.01 * load + 0.004 * ready),
            ("api.cpu_request", 0.1 * desired),
            ("api.render_queue", if (10..24).contains(&index) { 38.0 } else { 1.0 }),
        ];
        let gauges = gauges.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Window { index, streams: BTreeMap::new(), gauges }
    };
    all_of(scenario, (0..86).map(window))
}

/// A run of a scenario with these windows.
fn all_of(scenario: Scenario, windows: impl Iterator<Item = Window>) -> Run {
    let mut events = happenings(&scenario);
    events.extend(windows.map(|window| ((u64::from(window.index) + 1) * WINDOW_US, RunEvent::Window(window))));
    events.sort_by_key(|(at, _)| *at);
    fold(std::iter::once((0, started(scenario))).chain(events))
}
