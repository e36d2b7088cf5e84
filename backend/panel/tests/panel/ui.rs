//! The UI in a real browser, on a real panel, with a real run.

use std::time::Duration;

use brownout_core::stack::BuildState;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_LENGTH};

use super::{
    chromium::Chromium,
    lab::{Lab, copy, ready, repository},
};

const SOON: Duration = Duration::from_secs(20);
const A_RUN: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn a_person_runs_the_case_and_sees_it_fail_live_and_its_verdict() {
    let lab = Lab::up().await;
    lab.until(ready).await;
    let browser = Chromium::open().await;
    let address = lab.url("/cases/timeouts");
    browser.page.goto(&address).await.expect("the page opens");
    browser.find("run-button", SOON).await.click().await.expect("clicked");
    browser.find("chart-latency", SOON).await;
    let run = browser.page.current_url().await.expect("an address");
    assert!(run.path().starts_with("/runs/"), "{run}");
    assert_eq!(browser.attribute("criterion-p95", "data-state").await.as_deref(), Some("ahead"));

    // The canvas changes while load flows.
    let before = browser.pixels("chart-latency").await;
    browser
        .until("the chart of latency stays the same", SOON, async |b| b.pixels("chart-latency").await != before)
        .await;

    // Reloading in the middle shows the same run, still going on.
    browser.page.refresh().await.expect("reloaded");
    browser.find("stop-button", SOON).await;
    assert_eq!(browser.page.current_url().await.expect("an address"), run);

    // A criterion changes its state while the run goes on.
    browser
        .until("p95 never fails", A_RUN, async |b| {
            b.attribute("criterion-p95", "data-state").await.as_deref() == Some("fails")
        })
        .await;
    browser.find("verdict", A_RUN).await;
    let total = browser.find("score-total", SOON).await.text().await.expect("a text");
    assert_eq!(total, "20");
    let line = browser.find("score-line", SOON).await.text().await.expect("a text");
    assert!(line.starts_with("SCORE timeouts 20/100 p95=10000ms"), "{line}");

    // An edit is seen at once, and the button makes it live.
    copy(&repository().join("lab/solutions/step-1/src/cases"), &lab.root.join("lab/src/cases"));
    browser
        .until("the edit is not seen", SOON, async |b| {
            b.attribute("build-state", "data-state").await.as_deref() == Some("edited")
        })
        .await;
    browser.find("deploy-button", SOON).await.click().await.expect("clicked");
    let live = lab.until(|status| status.build.state == BuildState::Live).await.build.live;
    browser
        .until("the new build is not shown", SOON, async |b| {
            b.attribute("build-state", "data-state").await.as_deref() == Some("live")
        })
        .await;
    assert_eq!(browser.find("build-id", SOON).await.text().await.expect("a text"), live);

    // The next run opens on the difference.
    browser.find("run-button", SOON).await.click().await.expect("clicked");
    browser.find("stop-button", SOON).await;
    browser.find("difference", A_RUN).await;
    let total = browser.find("score-total", SOON).await.text().await.expect("a text");
    assert!(total.parse::<u32>().expect("a number") >= 90, "{total}");
    assert!(browser.text().await.contains("times lower"), "{}", browser.text().await);
    browser.close().await;
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ui_is_small_cached_by_its_hash_and_runs_only_our_own_code() {
    let lab = Lab::start(None).await;
    let page = lab.http.get(lab.url("/")).send().await.expect("an answer");
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    let html = page.text().await.expect("a page");
    let mut compressed = html.len();
    let names = html.split(['"', '\'']).filter(|part| part.starts_with('/') && part.contains('.'));
    for name in names.collect::<std::collections::BTreeSet<_>>() {
        let request = lab.http.get(lab.url(name)).header(ACCEPT_ENCODING, "br");
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{name}");
        assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable", "{name}");
        assert!(!answer.headers().contains_key(CONTENT_LENGTH), "{name} is not compressed");
        compressed += answer.bytes().await.expect("a body").len();
    }
    println!("UI as downloaded: {} KB", compressed / 1024);
    assert!(compressed > 10_000, "the UI is not built: run `make ui`");
    assert!(compressed <= 350 * 1024, "the UI is {} KB as downloaded", compressed / 1024);
    lab.down().await;
}
