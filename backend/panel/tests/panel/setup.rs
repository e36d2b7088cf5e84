//! `/api/v1/setup`, on the machine that runs the tests.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use brownout_core::setup::{CheckState, Preflight};

use super::lab::{Lab, repository};

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_looked_at_in_one_pass() {
    let lab = Lab::start(None).await;
    let begun = Instant::now();
    let found: Preflight = lab.get("/setup/checks").await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let check = |name: &str| found.checks.iter().find(|check| check.name == name).expect("such a check");
    // What compiled this test is there, and the port is the panel's own.
    assert_eq!(check("cargo").state, CheckState::Ok, "{:?}", check("cargo"));
    assert_eq!(check("cc").state, CheckState::Ok, "{:?}", check("cc"));
    let port = check("port-panel");
    assert_eq!(port.state, CheckState::Ok, "{port:?}");
    assert!(port.says.contains(&format!("pid {}", std::process::id())), "{port:?}");
    assert!(found.checks.iter().all(|check| !check.says.is_empty()), "{found:?}");
    assert_eq!(found.stacks.iter().map(|stack| stack.kind.as_str()).collect::<Vec<_>>(), ["local", "k3d"]);
    lab.down().await;
}

#[test]
fn the_terminal_says_the_same_and_fails_only_when_no_stack_can_run() {
    let data_dir = tempfile::tempdir().expect("a temporary directory");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brownout"));
        command.arg("preflight").args(["--port", "0", "--api-port", "0", "--worker-port", "0"]).args(arguments);
        command.arg("--root").arg(repository()).arg("--data-dir").arg(data_dir.path().join("new"));
        command.output().expect("brownout runs")
    };
    let json = run(&["--json"]);
    let found: Preflight = serde_json::from_slice(&json.stdout).expect("the checks as JSON");
    assert_eq!(json.status.success(), found.stacks.iter().any(|stack| stack.can_run), "{found:?}");
    for stack in &found.stacks {
        assert_eq!(run(&["--stack", &stack.kind]).status.success(), stack.can_run, "{stack:?}");
    }
    let text = String::from_utf8(run(&[]).stdout).expect("text");
    for check in &found.checks {
        assert!(text.contains(&check.title), "{text}");
    }
    assert!(!data_dir.path().join("new").exists(), "a look leaves nothing behind");
}
