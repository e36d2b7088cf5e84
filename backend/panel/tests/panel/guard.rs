//! Who may speak to the panel, and what a wrong request is told.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::lab::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn foreign_hosts_and_origins_are_refused_and_pages_of_the_panel_are_not() {
    let lab = Lab::start(None).await;
    let port = lab.record.url.rsplit(':').next().expect("a port").to_owned();
    let get = |host: String| lab.http.get(lab.url("/api/v1/stack")).header("host", host).send();
    assert_eq!(get(format!("localhost:{port}")).await.expect("an answer").status(), StatusCode::OK);
    assert_eq!(get(format!("evil.example:{port}")).await.expect("an answer").status(), StatusCode::FORBIDDEN);
    let post = |origin: String| {
        lab.http.post(lab.url("/api/v1/runs")).header("origin", origin).json(&json!({"scenario": "nothing"})).send()
    };
    assert_eq!(post("http://evil.example".into()).await.expect("an answer").status(), StatusCode::FORBIDDEN);
    // Allowed, and then there is no such scenario.
    assert_eq!(post(format!("http://127.0.0.1:{port}")).await.expect("an answer").status(), StatusCode::NOT_FOUND);
    let bare = lab.http.post(lab.url("/api/v1/runs")).json(&json!({"scenario": "nothing"})).send();
    assert_eq!(bare.await.expect("an answer").status(), StatusCode::FORBIDDEN);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_are_told_what_is_wrong() {
    let lab = Lab::start(None).await;
    let problem = Lab::problem(lab.send(Method::GET, "/runs/none", None).await).await;
    assert_eq!((problem.status, problem.kind.as_str()), (404, "not-found"));
    assert!(problem.detail.contains("none"), "{}", problem.detail);
    assert_eq!(Lab::problem(lab.send(Method::DELETE, "/runs", None).await).await.status, 405);
    assert_eq!(Lab::problem(lab.send(Method::GET, "/no/such/route", None).await).await.status, 404);
    let body = |text: &'static str| {
        let request = lab.http.post(lab.url("/api/v1/runs")).bearer_auth(&lab.record.token);
        request.header("content-type", "application/json").body(text).send()
    };
    for text in ["{", "[]", "{\"scenario\":7}", ""] {
        let problem = Lab::problem(body(text).await.expect("an answer")).await;
        assert!((400..500).contains(&problem.status), "{text}: {}", problem.status);
        assert!(problem.detail.contains("Send"), "{text}: {}", problem.detail);
    }
    let large = lab.http.post(lab.url("/api/v1/runs")).bearer_auth(&lab.record.token).body(vec![b'x'; 1 << 20]).send();
    // The panel answers early; a client that is still sending may see that as a closed connection.
    if let Ok(answer) = large.await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert_eq!(lab.http.get(lab.url("/healthz")).send().await.expect("an answer").status(), StatusCode::OK);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_panel_in_a_data_directory_names_the_first() {
    let lab = Lab::start(None).await;
    let second = brownout_panel::server::start(brownout_panel::server::ServeOptions {
        root: lab.root.clone(),
        data_dir: lab.root.join(".brownout"),
        port: 0,
        api_port: 0,
        worker_port: 0,
        allowed_hosts: Vec::new(),
        lab_target_dir: None,
        stack: brownout_panel::stacks::StackArgs::default(),
        hub_ca: None,
    });
    let error = second.await.err().expect("refused").to_string();
    assert!(error.contains(&lab.record.url), "{error}");
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named_with_its_holder() {
    let lab = Lab::start(None).await;
    let port: u16 = lab.record.url.rsplit(':').next().expect("a port").parse().expect("a number");
    let dir = tempfile::tempdir().expect("a temporary directory");
    let second = brownout_panel::server::start(brownout_panel::server::ServeOptions {
        root: lab.root.clone(),
        data_dir: dir.path().to_owned(),
        port,
        api_port: 0,
        worker_port: 0,
        allowed_hosts: Vec::new(),
        lab_target_dir: None,
        stack: brownout_panel::stacks::StackArgs::default(),
        hub_ca: None,
    });
    let error = second.await.err().expect("refused").to_string();
    assert!(error.contains(&format!("port {port} is in use")), "{error}");
    assert!(error.contains(&format!("pid {}", std::process::id())), "{error}");
    assert!(error.contains("--port"), "{error}");
    lab.down().await;
}
