//! SIGTERM: unready at once, nobody cut off, gone soon.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::{Lab, process::Process, until};

#[test]
fn a_service_that_was_told_to_stop_is_unready_and_still_answers() {
    for mode in ["api", "worker", "dep"] {
        let mut service = Process::start(mode, &[]);
        service.terminate();
        service.event("stopping");
        let answer = service.get("/readyz").answer();
        assert_eq!((answer.status, answer.header("connection")), (503, Some("close")), "{mode}");
        until("the end of listening", || TcpStream::connect(&service.address).is_err());
        assert_eq!(service.ended().code(), Some(0), "{mode}");
    }
}

#[test]
fn what_is_in_flight_is_finished() {
    let mut lab = Lab::start();
    lab.dep.hang_everything(1_000);
    let call = lab.ask(1, "a");
    until("the call", || lab.dep.in_flight() == 1);
    for service in [&lab.api, &lab.dep] {
        service.terminate();
        service.event("stopping");
    }
    assert_eq!(call.answer().status, 200);
    for service in [&mut lab.api, &mut lab.dep] {
        service.event("stopped");
        assert_eq!(service.ended().code(), Some(0));
    }
}

#[test]
fn what_does_not_finish_is_cut() {
    let mut lab = Lab::start();
    lab.dep.hang_everything(60_000);
    let _call = lab.ask(1, "a");
    until("the call", || lab.dep.in_flight() == 1);
    let told = Instant::now();
    lab.api.terminate();
    lab.api.event("cut");
    assert_eq!(lab.api.ended().code(), Some(0));
    // 250 ms for whoever balances, 2 s for who is in flight; Kubernetes kills after 3 s.
    let took = told.elapsed();
    assert!(took >= Duration::from_millis(2_200) && took < Duration::from_secs(3), "{took:?}");
    until("the dependency to notice", || lab.dep.in_flight() == 0);
}
