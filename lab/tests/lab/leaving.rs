//! A client that leaves takes its work with it, down to the dependency.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{Lab, http::Open, process::Process, until};

/// What a client waits for before it leaves.
const PATIENCE: Duration = Duration::from_millis(100);
/// Within this the dependency must have noticed.
const NOTICED: Duration = Duration::from_millis(300);

/// Lets the client leave and returns after how long nothing was in flight at the dependency.
fn leave(dep: &Process, client: Open) -> Duration {
    until("the call to arrive", || dep.in_flight() == 1);
    sleep(PATIENCE);
    let left = Instant::now();
    drop(client);
    until("the dependency to notice", || dep.in_flight() == 0);
    left.elapsed()
}

#[test]
fn the_dependency_notices_within_300_ms_that_its_caller_left() {
    let dep = Process::start("dep", &[]);
    dep.hang_everything(60_000);
    let noticed = leave(&dep, dep.get("/quote?item=1&id=direct"));
    assert!(noticed < NOTICED, "{noticed:?}");
    assert_eq!(dep.state()["left_total"], 1);
}

#[test]
fn the_dependency_notices_within_300_ms_that_the_apis_client_left() {
    let lab = Lab::start();
    // With a connection in the pool and without.
    for round in 0..2 {
        lab.dep.hang_everything(60_000);
        let noticed = leave(&lab.dep, lab.ask(1, "leaver"));
        assert!(noticed < NOTICED, "round {round}: {noticed:?}");
        lab.dep.send("DELETE", "/control/fault", "").answer();
        assert_eq!(lab.ask(1, "stayer").answer().status, 200, "round {round}");
    }
    let state = lab.dep.state();
    assert_eq!((&state["left_total"], &state["answered_total"]), (&2.into(), &2.into()));
}

#[test]
fn who_leaves_while_waiting_for_a_slot_never_reaches_the_dependency() {
    let lab = Lab::start();
    lab.dep.hang_everything(60_000);
    let holders: Vec<Open> = (0..24).map(|n| lab.ask(n, &format!("holder-{n}"))).collect();
    until("24 calls", || lab.dep.in_flight() == 24);
    let waiter = lab.ask(1, "waiter");
    until("a waiter", || lab.api.metric("lab_api_slots_waiting") == 1);
    drop(waiter);
    until("the waiter to be gone", || lab.api.metric("lab_api_slots_waiting") == 0);
    drop(holders);
    until("an empty dependency", || lab.dep.in_flight() == 0);
    let attempts = lab.dep.get("/control/attempts").answer().json();
    let ids: Vec<&str> = attempts["attempts"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids.len(), 24);
    assert!(!ids.contains(&"waiter"), "{ids:?}");
}
