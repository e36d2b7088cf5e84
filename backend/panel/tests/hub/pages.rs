//! The pages of a hub, and what stands beside the API.

use brownout_panel::ui;
use reqwest::StatusCode;

use super::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_served_to_everybody_under_a_policy_of_their_own() {
    let house = House::open();
    for path in ["/", "/facilitator", "/people/x", "/ready", "/board", "/join", "/after"] {
        let answer = house.http.get(house.url(path)).send().await.expect("an answer");
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        if ui::is_hub_built() {
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert!(policy.contains("connect-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        } else {
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert!(answer.text().await.expect("text").contains("make ui"));
        }
    }
    let none = house.http.get(house.url("/no-such-file.js")).send().await.expect("an answer");
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
    let none = house.http.get(house.url("/api/v1/no-such-route")).send().await.expect("an answer");
    assert_eq!(House::problem(none, StatusCode::NOT_FOUND).await.0, "not-found");
    let wrong = house.http.delete(house.url("/api/v1/about")).send().await.expect("an answer");
    assert_eq!(House::problem(wrong, StatusCode::UNAUTHORIZED).await.0, "no-token", "what has no row is nobody's");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_document_and_metrics_answer() {
    let house = House::open();
    house.join("Ada").await;
    for (path, says) in
        [("/healthz", "ok"), ("/readyz", "ready"), ("/api/openapi.json", "Brownout hub"), ("/api/docs", "<h1>")]
    {
        let answer = house.http.get(house.url(path)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert!(answer.text().await.expect("text").contains(says), "{path}");
    }
    let metrics =
        house.http.get(house.url("/metrics")).bearer_auth(&house.facilitator).send().await.expect("an answer");
    let text = metrics.text().await.expect("text");
    assert!(text.contains("brownout_hub_seats 1\n"), "{text}");
}
