//! `/api/openapi.json` and `/api/docs`.

use std::process::Command;

use brownout_panel::openapi;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::lab::{Lab, repository};

#[test]
fn the_committed_document_is_that_of_the_routes() {
    let now = openapi::text().expect("the document");
    assert!(now == openapi::COMMITTED, "docs/openapi.json is not what the routes say; run `make openapi`");
}

#[test]
fn every_route_is_in_the_document() {
    let routes = std::fs::read_to_string(repository().join("backend/panel/src/route.rs")).expect("the routes");
    // A route that is registered otherwise than by `routes!` is not in the document. Two of them are no routes: they
    // answer for all paths that there are not.
    let others: Vec<&str> = routes.lines().filter(|line| line.contains(".route(")).map(str::trim).collect();
    assert_eq!(others, [r#".route("/api/{*rest}", get(no_such_route).fallback(no_such_route))"#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_the_document_is_there() {
    let lab = Lab::start(None).await;
    let document: Value = serde_json::from_str(openapi::COMMITTED).expect("JSON");
    let mut ids = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            ids.push(operation["operationId"].as_str().expect("an id").to_owned());
            if operation["operationId"] == "stop_panel" {
                continue;
            }
            let method: Method = method.to_uppercase().parse().expect("a method");
            let url = lab.url(&path.replace(['{', '}'], ""));
            // Without the token: what changes something is refused before it does.
            let answer = lab.http.request(method.clone(), url).send().await.expect("an answer");
            assert_ne!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            let text = answer.text().await.unwrap_or_default();
            assert!(!text.contains("There is no route"), "{method} {path}: {text}");
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "an operation id is used twice");
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_is_one_page_without_script_or_network() {
    let lab = Lab::start(None).await;
    let answer = lab.http.get(lab.url("/api/docs")).send().await.expect("an answer");
    let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    let page = answer.text().await.expect("a page");
    for says in ["/api/v1/runs/{id}/events", "id=\"schema-RunSummary\"", "href=\"#schema-RunSummary\""] {
        assert!(page.contains(says), "{says}");
    }
    for loads in ["<script", "src=", "<link", "href=\"http", "url(", "@import"] {
        assert!(!page.contains(loads), "{loads}");
    }
    // Every link leads somewhere.
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!("id=\"{link}\"")), "#{link}");
    }
    lab.down().await;
}

#[test]
fn the_ui_is_built_without_schemas() {
    let mut tree = Command::new(env!("CARGO"));
    tree.args([
        "tree",
        "--offline",
        "--locked",
        "-p",
        "brownout-ui",
        "--target",
        "wasm32-unknown-unknown",
        "-e",
        "normal",
    ]);
    let answer = tree.current_dir(repository()).output().expect("cargo runs");
    let crates = String::from_utf8_lossy(&answer.stdout);
    assert!(crates.contains("leptos"), "{}", String::from_utf8_lossy(&answer.stderr));
    assert!(!crates.contains("utoipa"), "{crates}");
}
