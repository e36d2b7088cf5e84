//! `/api/v1/settings`.

use brownout_core::{leaderboard::Leaderboard, setup::Settings};
use reqwest::Method;
use serde_json::json;

use super::{history::History, lab::Lab};

#[tokio::test(flavor = "multi_thread")]
async fn choices_are_kept_shown_and_refused_with_a_sentence() {
    let lab = Lab::start(None).await;
    let first: Settings = lab.get("/settings").await;
    assert_eq!((first.name.as_str(), first.editor.kind.as_str()), ("You", "none"));
    assert_eq!((&first.panel, &first.root), (&lab.record.url, &lab.root.display().to_string()));
    let put = |body| lab.send(Method::PUT, "/settings", Some(body));
    let answer = put(json!({"name": " Ada ", "editor": {"kind": "zed"}})).await;
    let changed: Settings = answer.json().await.expect("the settings");
    assert_eq!((changed.name.as_str(), changed.editor.kind.as_str()), ("Ada", "zed"));
    // What is not named stays, and what is wrong changes nothing.
    assert!(put(json!({"editor": {"kind": "command", "command": "ed {path}"}})).await.status().is_success());
    for wrong in [json!({"name": ""}), json!({"name": "Bob", "editor": {"kind": "command", "command": "ed"}})] {
        let problem = Lab::problem(put(wrong.clone()).await).await;
        assert_eq!((problem.status, problem.kind.as_str()), (422, "setting"), "{wrong}");
    }
    let problem = Lab::problem(put(json!({"name": 7})).await).await;
    assert!(problem.kind == "bad-body" && problem.detail.contains("Send"), "{problem:?}");
    let kept: Settings = lab.get("/settings").await;
    assert_eq!((kept.name.as_str(), kept.editor.command.as_str()), ("Ada", "ed {path}"));
    History::of(&lab).await.completed("a", 1_000, 50).await;
    let board: Leaderboard = lab.get("/leaderboard").await;
    assert_eq!(board.rows[0].name, "Ada");
    lab.down().await;
}
