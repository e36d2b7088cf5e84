//! `/api/v1/editor`.

use std::{os::unix::fs::symlink, time::Duration};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::lab::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn the_participants_command_gets_file_and_line_and_nothing_outside_is_opened() {
    let lab = Lab::start(None).await;
    let open = |body: Value| lab.post("/editor", body);
    let choose = |editor: Value| lab.send(Method::PUT, "/settings", Some(json!({ "editor": editor })));
    let timeouts = json!({"file": "lab/src/cases/timeouts.rs", "line": 31});
    assert!(choose(json!({"kind": "vscode"})).await.status().is_success());
    let problem = Lab::problem(open(timeouts.clone()).await).await;
    assert_eq!((problem.status, problem.kind.as_str()), (409, "no-editor"));
    assert!(problem.detail.contains("VS Code"), "{}", problem.detail);

    let seen = lab.root.join("opened at");
    // Written whole under another name first: it is there when it is complete.
    let script = r#"printf "%s\n" "$@" >"$0.new" && mv "$0.new" "$0""#;
    let command = format!("sh -c '{script}' '{}' {{line}} {{path}} '$HOME; `id`'", seen.display());
    assert!(choose(json!({"kind": "command", "command": command})).await.status().is_success());
    assert_eq!(open(timeouts.clone()).await.status(), StatusCode::ACCEPTED);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !seen.exists() {
        assert!(tokio::time::Instant::now() < deadline, "the command was not started");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let path = lab.root.join("lab/src/cases/timeouts.rs").canonicalize().expect("the file");
    let text = std::fs::read_to_string(&seen).expect("what the command got");
    assert_eq!(text.lines().collect::<Vec<_>>(), ["31", path.to_str().expect("text"), "$HOME; `id`"]);

    symlink("/etc/passwd", lab.root.join("lab/link")).expect("linked");
    for (file, status, kind) in [
        ("../../etc/passwd", 403, "outside"),
        ("/etc/passwd", 403, "outside"),
        ("lab/link", 403, "outside"),
        ("lab/none.rs", 404, "not-found"),
    ] {
        let problem = Lab::problem(open(json!({"file": file, "line": 1})).await).await;
        assert_eq!((problem.status, problem.kind.as_str()), (status, kind), "{file}");
    }
    for (command, says) in
        [("no-such-program {path}", "cannot be started"), ("sh -c 'exit 3' {path}", "exit status: 3")]
    {
        assert!(choose(json!({"kind": "command", "command": command})).await.status().is_success());
        // On a machine that is slow to start a program it is not known in time that it fails.
        let mut answer = open(timeouts.clone()).await;
        for _ in 0..50 {
            if answer.status() != StatusCode::ACCEPTED {
                break;
            }
            answer = open(timeouts.clone()).await;
        }
        let problem = Lab::problem(answer).await;
        assert!(problem.status == 422 && problem.detail.contains(says), "{problem:?}");
    }
    lab.down().await;
}
