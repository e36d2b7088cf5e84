//! Runs as a panel would record them.

use brownout_core::{
    event::{Body, Ended, Envelope, Finished, RunEnvelope, RunEvent, SessionEnvelope, SessionEvent, Started, VERSION},
    outcome::Outcome,
    plan::Plan,
    scenario::Scenario,
    score::{Score, Unranked},
    window::{StreamWindow, Window},
};
use serde_json::json;

/// Place an event in the stream of a run.
pub(crate) fn event(id: &str, seq: u64, wall_ms: u64, event: RunEvent) -> RunEnvelope {
    let body = Body::Known(event);
    Envelope { v: VERSION, stream: format!("run/{id}"), seq, wall_ms, run_us: Some(seq * 1_000_000), body }
}

/// Place an event in the stream of a session.
pub(crate) fn session_event(participant: &str, seq: u64, event: SessionEvent) -> SessionEnvelope {
    let body = Body::Known(event);
    Envelope { v: VERSION, stream: format!("session/{participant}"), seq, wall_ms: seq, run_us: None, body }
}

/// The first event of a run.
pub(crate) fn started(id: &str, scenario: &str, wall_ms: u64) -> RunEnvelope {
    let scenario = exercise(scenario);
    let started = Started {
        run: id.to_owned(),
        plan: Plan::of(&scenario, id),
        scenario,
        scenario_hash: "5ce0a110".to_owned(),
        sealed_hash: String::new(),
        build: "b1d0".to_owned(),
        stack: "local".to_owned(),
        participant: "somebody".to_owned(),
        panel: "0.1.0".to_owned(),
        unranked: Vec::new(),
        hints: Vec::new(),
        code: Vec::new(),
    };
    event(id, 1, wall_ms, RunEvent::Started(Box::new(started)))
}

/// A second in which ten were due, nine were answered in 310 ms and one was late.
pub(crate) fn window(id: &str, seq: u64, index: u32) -> RunEnvelope {
    let mut part = StreamWindow { scheduled: 10, sent: 10, lag_p99_us: 400, ..StreamWindow::default() };
    (0..9).for_each(|_| part.record(index, Outcome::Ok, Some(200), 310_000));
    part.record(index, Outcome::TimedOut, None, 2_000_000);
    let streams = [("quotes".to_owned(), part)].into();
    let gauges = [("dep.in_flight".to_owned(), 0.1 + f64::from(index) / 3.0)].into();
    event(id, seq, 0, RunEvent::Window(Window { index, streams, gauges }))
}

/// The last event of a run.
pub(crate) fn finished(
    id: &str,
    seq: u64,
    wall_ms: u64,
    ended: Ended,
    total: Option<u32>,
    unranked: &[Unranked],
) -> RunEnvelope {
    let finished = Finished {
        ended,
        criteria: Vec::new(),
        score: total.map(|total| Score { total, terms: Vec::new(), why: "Because.".to_owned(), hints: 0 }),
        unranked: unranked.to_vec(),
        lag_p99_us: 400,
        because: String::new(),
    };
    event(id, seq, wall_ms, RunEvent::Finished(Box::new(finished)))
}

/// A run of two seconds that was completed with this score.
pub(crate) fn completed(id: &str, scenario: &str, wall_ms: u64, total: u32, unranked: &[Unranked]) -> Vec<RunEnvelope> {
    vec![
        started(id, scenario, wall_ms),
        window(id, 2, 0),
        window(id, 3, 1),
        finished(id, 4, wall_ms + 2_000, Ended::Completed, Some(total), unranked),
    ]
}

fn exercise(id: &str) -> Scenario {
    let exercise = json!({
        "id": id, "order": 1, "title": id, "pattern": "p", "minutes": 10, "story": "s", "end_us": 2_000_000,
        "load": [{
            "name": "quotes", "method": "GET", "target": "api", "path": "/quotes/{n}",
            "arrivals": { "segments": [{ "shape": "constant", "from_us": 0, "to_us": 2_000_000, "per_second": 10.0 }] },
            "patience_us": 2_000_000, "right_within_us": 1_000_000, "most_in_flight": 100,
        }],
        "criteria": [{
            "name": "right", "says": "answered rightly", "signal": "load.right", "comparison": "at_least",
            "target": 0.87, "during": { "from": 0, "to": 2 }, "over_s": 1, "hold_s": 1,
        }],
        "score": [], "praise": "well done", "bands": { "broken_at_most": 30, "solved_at_least": 90 },
        "edit": [], "prompt": "",
    });
    serde_json::from_value(exercise).expect("the exercise is well formed")
}
