//! What all three services have.

use std::{net::TcpListener, process::Command};

use crate::{Lab, process::Process};

fn all() -> [Process; 3] {
    // Nobody listens there; readiness must not ask.
    ["api", "worker", "dep"].map(|mode| Process::start(mode, &[("DEP_URL", "http://127.0.0.1:1")]))
}

#[test]
fn each_service_is_healthy_and_ready_without_the_others() {
    for service in all() {
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(service.get(path).answer().status, 200, "{path}");
        }
    }
}

#[test]
fn each_answer_names_the_build() {
    for service in all() {
        let metrics = service.get("/metrics").answer().body;
        for path in ["/healthz", "/readyz", "/metrics", "/quote", "/nowhere"] {
            let answer = service.get(path).answer();
            let build = answer.header("x-lab-build").unwrap_or_else(|| panic!("{path}: {answer:?}"));
            assert!(metrics.contains(&format!("lab_build_info{{build=\"{build}\"}} 1\n")), "{metrics}");
        }
    }
}

#[test]
fn callers_say_whether_they_reach_the_dependency() {
    let lab = Lab::start();
    let worker = Process::start("worker", &[("DEP_URL", &format!("http://{}", lab.dep.address))]);
    for caller in [&lab.api, &worker] {
        assert_eq!(caller.get("/reach").answer().status, 200);
    }
    assert_eq!(lab.dep.state()["calls_total"], 0, "it is no call of a run");
    // It takes connections and answers none, as where a network swallows what is sent.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    for (url, says) in
        [("http://127.0.0.1:1", "the dependency cannot be reached: "), (&silent, "did not answer within 2 s")]
    {
        for mode in ["api", "worker"] {
            let answer = Process::start(mode, &[("DEP_URL", url)]).get("/reach").answer();
            let why = answer.json()["error"].as_str().unwrap().to_owned();
            assert!(answer.status == 503 && why.contains(says) && why.contains(url), "{mode}: {why}");
        }
    }
}

#[test]
fn a_mode_that_is_none_is_answered_with_the_usage() {
    let ended = Command::new(env!("CARGO_BIN_EXE_lab")).arg("db").output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ended.stderr).starts_with("usage: lab api | lab worker | lab dep"));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let holder = Process::start("worker", &[]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    let ended = command.arg("worker").env("LAB_LISTEN", &holder.address).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1));
    assert!(said.contains(&holder.address) && said.contains("set LAB_LISTEN=host:port"), "{said}");
}
