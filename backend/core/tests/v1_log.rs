//! A log that version 1 wrote folds to the same result for ever: events change additively, judgement does not drift.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use brownout_core::{criterion, event::RunEnvelope, fold::Run, score, wire};
use serde_json::{Value, json};

const LOG: &str = include_str!("data/run-v1.ndjson");
const RESULT: &str = include_str!("data/run-v1.json");

fn events() -> Vec<RunEnvelope> {
    LOG.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
}

fn result(run: &Run) -> Value {
    let score = score::score(run).expect("it started");
    json!({
        "line": wire::score_line(run, score.total),
        "score": score,
        "criteria": criterion::judge(run),
        "seconds": run.seconds,
        "marks": run.marks.iter().map(|mark| json!([mark.run_us, mark.says])).collect::<Vec<_>>(),
    })
}

#[test]
fn the_committed_log_folds_to_the_committed_result() {
    let run = Run::of(&events());
    let now = result(&run);
    if std::env::var_os("BROWNOUT_WRITE_RESULT").is_some() {
        let text = serde_json::to_string_pretty(&now).expect("JSON") + "\n";
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/run-v1.json"), text).expect("written");
        return;
    }
    let committed: Value = serde_json::from_str(RESULT).expect("JSON");
    assert_eq!(now, committed);
}

#[test]
fn what_was_judged_then_is_judged_now_and_no_event_of_the_log_is_unknown() {
    let events = events();
    assert!(events.iter().all(|event| event.body.known().is_some()));
    let run = Run::of(&events);
    let finished = run.finished.clone().expect("it ended");
    assert_eq!(score::score(&run), finished.score);
    assert_eq!(criterion::judge(&run), finished.criteria);
}

#[test]
fn events_survive_being_written_again() {
    for (event, line) in events().iter().zip(LOG.lines()) {
        let again: Value = serde_json::from_str(&serde_json::to_string(event).expect("JSON")).expect("JSON");
        assert_eq!(again, serde_json::from_str::<Value>(line).expect("JSON"));
    }
}
