//! How many calls there can be at once.

use std::{process::Command, time::Duration};

use crate::{Lab, http::Open, process::Process, until};

/// Files that a process may open on macOS when nobody asks for more.
const FEW_FILES: u64 = 256;

#[test]
fn the_41st_call_is_refused_while_40_are_in_progress() {
    let dep = Process::start("dep", &[]);
    dep.hang_everything(60_000);
    let ask = |n: usize| dep.get(&format!("/quote?item={n}&id=call-{n}"));
    let mut calls: Vec<Open> = (0..40).map(ask).collect();
    until("40 calls", || dep.in_flight() == 40);
    let refused = ask(40).answer();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["error"], "the dependency takes 40 calls at once; try again later");
    calls.pop();
    until("a place", || dep.in_flight() == 39);
    calls.push(ask(41));
    until("40 calls again", || dep.in_flight() == 40);
    let state = dep.state();
    assert_eq!(
        (&state["refused_total"], &state["left_total"], &state["calls_total"]),
        (&1.into(), &1.into(), &42.into())
    );
    assert_eq!(dep.metric("lab_dep_calls_total{outcome=\"refused\"}"), 1);
}

#[test]
fn the_201st_order_is_refused_while_200_are_in_progress() {
    let dep = Process::start("dep", &[]);
    dep.hang_everything(60_000);
    let ask = |n: usize| dep.send("POST", &format!("/authorise?n={n}&id=call-{n}"), "");
    let _calls: Vec<Open> = (0..200).map(ask).collect();
    until("200 calls", || dep.in_flight() == 200);
    let refused = ask(200).answer();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["error"], "the dependency takes 200 calls at once; try again later");
}

#[test]
fn a_refusal_by_the_dependency_is_unavailability_of_the_api() {
    let lab = Lab::start();
    lab.dep.hang_everything(60_000);
    let _calls: Vec<Open> = (0..40).map(|n| lab.dep.get(&format!("/quote?item={n}&id=other-{n}"))).collect();
    until("40 calls", || lab.dep.in_flight() == 40);
    let answer = lab.ask(1, "a").answer();
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["error"], "the dependency answered 429 Too Many Requests");
    assert_eq!(lab.api.metric("lab_api_answers_total{outcome=\"unavailable\"}"), 1);
}

#[test]
fn the_api_has_24_calls_open_and_lets_the_others_wait() {
    let lab = Lab::start();
    lab.dep.hang_everything(60_000);
    let calls: Vec<Open> = (0..30).map(|n| lab.ask(n, &format!("call-{n}"))).collect();
    until("24 calls", || lab.dep.in_flight() == 24 && lab.api.metric("lab_api_slots_waiting") == 6);
    assert_eq!((lab.api.metric("lab_api_slots_in_use"), lab.api.metric("lab_api_slots_total")), (24, 24));
    assert_eq!(lab.api.metric("lab_api_in_flight"), 30);
    drop(calls);
    until("an empty API", || lab.api.metric("lab_api_in_flight") == 0);
    assert_eq!((lab.api.metric("lab_api_slots_in_use"), lab.api.metric("lab_api_slots_waiting")), (0, 0));
    assert_eq!(lab.api.metric("lab_api_answers_total{outcome=\"left\"}"), 30);
    lab.dep.send("DELETE", "/control/fault", "").answer();
    assert_eq!(lab.ask(1, "afterwards").answer().status, 200);
}

#[test]
fn hundreds_of_requests_wait_although_the_shell_allows_few_files() {
    // This process needs as many as the one under test.
    rlimit::increase_nofile_limit(4_096).unwrap();
    let dep = Process::start("dep", &[]);
    dep.hang_everything(60_000);
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -Sn {FEW_FILES} && exec \"$0\" api")).arg(env!("CARGO_BIN_EXE_lab"));
    command.env("LAB_LISTEN", "127.0.0.1:0").env("DEP_URL", format!("http://{}", dep.address));
    let api = Process::launch(command);
    let waiting: Vec<Open> = (0..400).map(|n| api.get(&format!("/quote?item={n}&id=call-{n}"))).collect();
    until("400 requests in progress", || api.metric("lab_api_in_flight") == 400);
    assert!(!waiting[0].answered_within(Duration::from_millis(1)));
}
