#![cfg(feature = "author")]
//! What the scenario language reads, and what it says about what it cannot read.

use brownout_core::{
    author::{self, Parsed},
    plan::Plan,
};

const TIMEOUTS: &str = include_str!("../../../scenarios/timeouts.yaml");

fn parsed(text: &str) -> Parsed {
    author::parse("timeouts.yaml", text)
}

#[test]
fn the_first_case_is_read_without_a_word() {
    let parsed = parsed(TIMEOUTS);
    let printed = author::render("timeouts.yaml", TIMEOUTS, &parsed.diagnostics, false);
    assert_eq!(printed, "");
    let scenario = parsed.scenario.expect("a scenario without errors");
    let plan = Plan::of(&scenario, "run-1");
    assert_eq!(plan.streams[0].arrivals.expected(), 3600.0);
    assert_eq!(plan.streams[0].arrivals.instants().count(), 3600);
}

/// `BROWNOUT_WRITE_SCHEMA=1 cargo test -p brownout-core --features author` writes the file anew.
#[test]
fn the_committed_schema_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/schema.json");
    let fresh = format!("{}\n", serde_json::to_string_pretty(&author::schema()).expect("JSON"));
    if std::env::var_os("BROWNOUT_WRITE_SCHEMA").is_some() {
        std::fs::write(path, &fresh).expect("scenarios/schema.json can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == fresh, "scenarios/schema.json is stale: run `brownout schema > scenarios/schema.json`");
}
