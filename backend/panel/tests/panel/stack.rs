//! The working copy against what is live.

use brownout_core::{stack::BuildState, wire::Precondition};
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
    assert!(problem.detail.contains("lab/src/cases/timeouts.rs:"), "{}", problem.detail);
    let status = lab.stack().await;
    assert_eq!((status.build.state, &status.build.live), (BuildState::Failed, &live));
    assert_eq!(status.build.problems[0].file, "lab/src/cases/timeouts.rs");
    assert!(status.build.output.contains("reply::ok"), "{}", status.build.output);
    assert!(ready(&status), "the old build still serves");
    lab.down().await;
}
