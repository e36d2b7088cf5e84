//! The working copy against what is live.

use brownout_core::{stack::BuildState, wire::Precondition};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::lab::{Lab, copy, ready, repository};

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_noticed_refused_for_a_run_and_made_live_by_a_deploy() {
    let lab = Lab::up().await;
    let before = lab.until(ready).await.build;
    assert_eq!((before.state, &before.live), (BuildState::Live, &before.working));
    copy(&repository().join("lab/solutions/step-1/src/cases"), &lab.root.join("lab/src/cases"));
    let edited = lab.until(|status| status.build.state == BuildState::Edited).await.build;
    assert_eq!(edited.edited[0].path, "lab/src/cases/timeouts.rs");
    let problem = Lab::problem(lab.post("/runs", json!({"scenario": "timeouts"})).await).await;
    assert_eq!((problem.status, problem.precondition), (412, Some(Precondition::LiveBuild)));
    assert!(problem.detail.contains("lab/src/cases/timeouts.rs was edited"), "{}", problem.detail);
    assert!(lab.post("/stack/deploy?wait=true", json!({})).await.status().is_success());
    let after = lab.until(|status| status.build.state == BuildState::Live).await.build;
    assert_ne!(after.live, before.live);
    // The processes themselves say so.
    let address = lab.stack().await.services.iter().find(|service| service.name == "api").expect("api").address.clone();
    let answer = lab.http.get(format!("{address}/readyz")).send().await.expect("the API answers");
    assert_eq!(answer.headers()["x-lab-build"], after.live.as_str());
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_does_not_compile_keeps_the_old_build_and_names_the_line() {
    let lab = Lab::up().await;
    let live = lab.until(ready).await.build.live;
    let path = lab.root.join("lab/src/cases/timeouts.rs");
    let text = std::fs::read_to_string(&path).expect("the case");
    std::fs::write(&path, text.replace("reply::ok(quote)", "reply::ok(quote, 7)")).expect("written");
    let problem = Lab::problem(lab.post("/stack/deploy?wait=true", json!({})).await).await;
    assert_eq!(problem.kind, "build");
    assert!(problem.detail.contains("lab/src/cases/timeouts.rs:"), "{}", problem.detail);
    let status = lab.stack().await;
    assert_eq!((status.build.state, &status.build.live), (BuildState::Failed, &live));
    assert_eq!(status.build.problems[0].file, "lab/src/cases/timeouts.rs");
    assert!(status.build.output.contains("reply::ok"), "{}", status.build.output);
    assert!(ready(&status), "the old build still serves");
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_starts_everything_anew_and_logs_can_be_read() {
    let lab = Lab::up().await;
    let build = lab.stack().await.build.live;
    let answer = lab.post("/stack/restart?wait=true", json!({})).await;
    assert_eq!(answer.status(), StatusCode::OK, "{}", answer.text().await.unwrap_or_default());
    let status = lab.stack().await;
    assert!(ready(&status), "{status:?}");
    assert_eq!(status.build.live, build);
    let log = async |query: &str| lab.send(Method::GET, &format!("/stack/logs/{query}"), None).await;
    let answer = log("api?lines=1").await;
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    let line = answer.text().await.expect("text");
    assert_eq!(line.lines().count(), 1, "{line}");
    for (query, status) in [
        ("none", 404),
        ("..%2f..%2fhistory", 404),
        ("..%2fpanel.json", 404),
        ("api?lines=0", 400),
        ("api?lines=2001", 400),
    ] {
        assert_eq!(Lab::problem(log(query).await).await.status, status, "{query}");
    }
    let run = lab.start_run().await;
    let problem = Lab::problem(lab.post("/stack/restart", json!({})).await).await;
    assert_eq!((problem.status, problem.kind.as_str()), (409, "run-active"));
    assert!(problem.detail.contains(&run), "{}", problem.detail);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_does_not_start_is_told_from_code_that_does_not_compile() {
    let lab = Lab::up().await;
    let live = lab.until(ready).await.build.live;
    let manifest = lab.root.join("deploy/k8s/api.yaml");
    let text = std::fs::read_to_string(&manifest).expect("the manifest");
    let wrong = text.replacen("args: [api]", "args: [no-such-mode]", 1);
    assert_ne!(text, wrong, "the manifest names its mode otherwise now");
    std::fs::write(&manifest, wrong).expect("written");
    let dev = tokio::process::Command::new(env!("CARGO_BIN_EXE_brownout"))
        .args(["dev", "--root"])
        .arg(&lab.root)
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .output()
        .await
        .expect("brownout runs");
    let said = String::from_utf8_lossy(&dev.stderr);
    assert!(!dev.status.success() && said.contains("compiles, and what came of it does not start"), "{said}");
    assert!(said.contains(&format!("The old build {live} stays live.")) && said.contains("logs/api-0.log"), "{said}");
    let problem = Lab::problem(lab.post("/stack/deploy?wait=true", json!({})).await).await;
    assert_eq!((problem.status, problem.kind.as_str()), (422, "not-ready"));
    lab.down().await;
}
