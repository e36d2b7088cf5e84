//! The UI in a real browser, on a real panel, with a real run.

use std::{fs, time::Duration};

use brownout_core::{case::CaseProgress, setup::Settings, stack::BuildState};
use reqwest::header::ACCEPT_ENCODING;
use serde_json::json;

use super::{
    chromium::Chromium,
    lab::{Lab, copy, quiet, ready, repository},
    readable::readable,
};

const SOON: Duration = Duration::from_secs(20);
const A_RUN: Duration = Duration::from_secs(120);

/// Keys as WebDriver writes them.
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_runs_the_case_and_sees_it_fail_live_and_its_verdict() {
    let _quiet = quiet().await;
    // What is in the history cannot be read: the panel begins a new one and says so.
    let data = tempfile::tempdir().expect("a temporary directory");
    fs::write(data.path().join("history.sqlite"), [7; 4096]).expect("written");
    let lab = Lab::with_data(data.path().to_owned()).await;
    lab.bring_up().await;
    lab.until(ready).await;
    let browser = Chromium::open().await;
    notices(&browser, &lab).await;
    keyboard(&browser, &lab).await;

    // The keyboard has led to the button.
    browser.press(ENTER).await;
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
    evidence(&browser, run.as_str()).await;
    let cost = hint(&browser, &lab).await;

    // An edit is seen at once, and the button makes it live.
    copy(&repository().join("lab/solutions/step-1/src/cases"), &lab.root.join("lab/src/cases"));
    browser
        .until("the edit is not seen", SOON, async |b| {
            b.attribute("build-state", "data-state").await.as_deref() == Some("edited")
        })
        .await;
    browser.click("deploy-button", SOON).await;
    let live = lab.until(|status| status.build.state == BuildState::Live).await.build.live;
    browser
        .until("the new build is not shown", SOON, async |b| {
            b.attribute("build-state", "data-state").await.as_deref() == Some("live")
        })
        .await;
    assert_eq!(browser.find("build-id", SOON).await.text().await.expect("a text"), live);

    // The next run opens on the difference.
    browser.click("run-button", SOON).await;
    browser.find("stop-button", SOON).await;
    browser.find("difference", A_RUN).await;
    let total = browser.find("score-total", SOON).await.text().await.expect("a text");
    let total = total.parse::<u32>().expect("a number");
    assert!((90..=100).contains(&(total + cost)), "{total} after hints of {cost}");
    let says = browser.text().await;
    assert!(says.contains("times lower") && says.contains(&format!("hints −{cost}")), "{says}");

    replay(&browser, run.as_str()).await;
    setup(&browser, &lab).await;
    editor(&browser, &lab).await;
    for (path, id) in [
        ("/", "connection"),
        ("/cases/timeouts", "run-button"),
        (run.path(), "verdict"),
        ("/runs", "filter-case"),
        ("/leaderboard", "screen-link"),
        ("/setup", "check-cargo"),
        ("/no/such/page", "connection"),
    ] {
        browser.page.goto(&lab.url(path)).await.expect("the page opens");
        browser.exists(id, SOON).await;
        browser.until("the page loads", SOON, async |b| !b.text().await.contains("Loading")).await;
        readable(&browser, path).await;
    }
    scaling(&browser, &lab).await;
    browser.close().await;
    lab.down().await;
}

/// What the panel has to say stands on every page until it is dismissed.
async fn notices(browser: &Chromium, lab: &Lab) {
    browser.page.goto(&lab.url("/")).await.expect("the page opens");
    let says = browser.find("notice", SOON).await.text().await.expect("a text");
    assert!(says.contains("kept as") && says.contains("Dismiss"), "{says}");
    readable(browser, "a page with a notice").await;
    browser.ask("document.querySelector('[data-testid=notice] button').click()").await;
    browser
        .until("the notice stays", SOON, async |b| {
            b.ask("return document.querySelector('[data-testid=notice]')").await.is_null()
        })
        .await;
}

/// The keyboard leads to the button that runs; `?` lists the keys and gives the focus back.
async fn keyboard(browser: &Chromium, lab: &Lab) {
    browser.page.goto(&lab.url("/cases/timeouts")).await.expect("the page opens");
    browser.find("run-button", SOON).await;
    let mut way = Vec::new();
    while browser.focus().await.as_deref() != Some("run-button") {
        way.push(browser.focus().await.unwrap_or_default());
        assert!(way.len() < 30, "Tab does not lead to the button; it went {way:?}");
        browser.press(TAB).await;
    }
    browser.press("?").await;
    let listed = "return document.querySelector('dialog[open] .keys')?.innerText";
    browser
        .until("the keys are not listed", SOON, async |b| {
            b.ask(listed).await.as_str().is_some_and(|keys| keys.contains("run the scenario"))
        })
        .await;
    browser.press(ESCAPE).await;
    browser.has_focus("run-button", SOON).await;
}

/// A term of the score leads to the chart and the seconds that decided it, and back.
async fn evidence(browser: &Chromium, run: &str) {
    let marked = "return [...document.querySelectorAll('figure[data-marked]')].map(f => f.dataset.marked + ' ' + \
                  f.querySelector('canvas').dataset.testid).join()";
    let until = async |what: &str, wanted: &str| {
        browser.until(what, SOON, async |b| b.ask(marked).await.as_str() == Some(wanted)).await;
    };
    let before = browser.pixels("chart-latency").await;
    browser.click("term-p95", SOON).await;
    until("the seconds of p95 are not marked", "00:15 to 00:45 chart-latency").await;
    browser.has_focus("chart-latency", SOON).await;
    browser.until("nothing is drawn", SOON, async |b| b.pixels("chart-latency").await != before).await;
    let says = browser.find("evidence", SOON).await.text().await.expect("a text");
    assert!(says.contains("00:15 to 00:45") && says.contains("Latency"), "{says}");
    browser.press(ESCAPE).await;
    until("the mark stays", "").await;
    browser.has_focus("term-p95", SOON).await;
    // The same by its address.
    browser.page.goto(&format!("{run}?term=right")).await.expect("the page opens");
    until("the address marks nothing", "00:15 to 00:45 chart-outcomes").await;
    browser.has_focus("chart-outcomes", SOON).await;
    browser.click("table-button", SOON).await;
    until_gone(browser).await;
}

/// Any click ends it; the charts as tables have the same numbers.
async fn until_gone(browser: &Chromium) {
    let script = "return [document.querySelectorAll('figure').length, document.querySelectorAll('figure table').length, \
                  document.querySelectorAll('figure[data-marked]').length]";
    browser
        .until("each chart has its table, and no mark", SOON, async |b| {
            let counts = b.ask(script).await;
            counts[0].as_u64() > Some(3) && counts[0] == counts[1] && counts[2] == 0
        })
        .await;
    browser.click("table-button", SOON).await;
}

/// A hint that is asked for is told, and counted; its cost.
async fn hint(browser: &Chromium, lab: &Lab) -> u32 {
    browser.click("hint-button", SOON).await;
    let shown = "return [...document.querySelectorAll('.hint:not(.ahead)')].map(h => h.innerText).join()";
    browser
        .until("no hint is shown", SOON, async |b| {
            b.ask(shown).await.as_str().is_some_and(|hints| hints.contains("points"))
        })
        .await;
    let cases: Vec<CaseProgress> = lab.get("/cases").await;
    let cost = cases.iter().find(|case| case.scenario == "timeouts").expect("the case").hints_cost;
    assert!(cost > 0 && browser.text().await.contains(&format!("−{cost} points")), "{cost}");
    cost
}

/// A finished run is shown as it was at an instant.
async fn replay(browser: &Chromium, run: &str) {
    browser.page.goto(&format!("{run}?replay")).await.expect("the page opens");
    browser.find("scrubber", SOON).await;
    let go = async |second: u32| {
        let script = format!(
            "let s = document.querySelector('[data-testid=scrubber]'); s.value = {second}; \
             s.dispatchEvent(new Event('input', {{bubbles: true}}))"
        );
        browser.ask(&script).await;
    };
    let stands = async |state: &str| {
        browser
            .until(&format!("p95 is not `{state}`"), SOON, async |b| {
                b.attribute("criterion-p95", "data-state").await.as_deref() == Some(state)
            })
            .await;
    };
    go(40).await;
    stands("fails").await;
    let at_40 = browser.pixels("chart-latency").await;
    go(5).await;
    stands("ahead").await;
    browser.until("the chart stays", SOON, async |b| b.pixels("chart-latency").await != at_40).await;
    assert_eq!(browser.attribute("scrubber", "aria-valuetext").await.as_deref().map(|says| &says[..5]), Some("00:05"));
    readable(browser, "a replay").await;
    browser.click("play-button", SOON).await;
    browser
        .until("it does not play", SOON, async |b| {
            b.attribute("scrubber", "aria-valuetext").await.is_some_and(|says| !says.starts_with("00:05"))
        })
        .await;
}

/// What this machine has, looked at again when asked.
async fn setup(browser: &Chromium, lab: &Lab) {
    browser.page.goto(&lab.url("/setup")).await.expect("the page opens");
    browser.find("check-cargo", SOON).await;
    assert_eq!(browser.attribute("check-cargo", "data-state").await.as_deref(), Some("good"));
    assert_eq!(browser.attribute("api-link", "href").await.as_deref(), Some("/api/docs"));
    browser.click("check-button", SOON).await;
    let looks =
        "return performance.getEntriesByType('resource').filter(one => one.name.endsWith('/setup/checks')).length";
    browser.until("the checks are not made again", SOON, async |b| b.ask(looks).await == 2).await;
    browser.find("check-cargo", SOON).await;
    let log = "return document.querySelector('.log')?.innerText.length > 0";
    browser.until("no log is shown", SOON, async |b| b.ask(log).await == true).await;
}

/// An autoscaler is shown in its own words; what keeps it from its work by a sign and a word, not by colour alone.
/// The feed is changed on its way into the page: no autoscaler fails on demand.
async fn scaling(browser: &Chromium, lab: &Lab) {
    let scaling = json!([{
        "service": "api", "min": 1, "max": 6, "desired": 4, "current": 3, "ready": 2,
        "metric": "cpu <unknown>, target 50 %",
        "conditions": [
            {"kind": "AbleToScale", "status": true, "reason": "ReadyForNewScale", "message": "recommended size matches"},
            {"kind": "ScalingActive", "status": false, "reason": "FailedGetResourceMetric", "message": "missing request for cpu"},
        ],
        "events": [
            {"wall_ms": 1_000, "reason": "SuccessfulRescale", "message": "New size: 2"},
            {"wall_ms": 2_000, "reason": "SuccessfulRescale", "message": "New size: 3"},
        ],
        "sync_ms": 5_000, "metrics_ms": 10_000,
    }]);
    let feed = format!(
        "const data = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data').get; \
         Object.defineProperty(MessageEvent.prototype, 'data', {{get() {{ \
           const message = JSON.parse(data.call(this)); \
           const stack = message.snapshot?.stack ?? (message.item?.of === 'stack' ? message.item.is : {{}}); \
           stack.scaling = {scaling}; \
           return JSON.stringify(message); \
         }}}})"
    );
    browser.before_pages(&feed).await;
    browser.page.goto(&lab.url("/setup")).await.expect("the page opens");
    browser.find("scaling", SOON).await;
    let card = browser.ask("return document.querySelector('[data-testid=scaling]').innerText").await;
    let card = card.as_str().expect("a text");
    for says in ["1 to 6", "cpu <unknown>, target 50 %", "✓\nAbleToScale True", "▲\nScalingActive False"] {
        assert!(card.contains(says), "`{says}` in {card}");
    }
    let (newer, older) = (card.find("New size: 3"), card.find("New size: 2"));
    assert!(newer.is_some() && newer < older, "{card}");
    readable(browser, "the card of an autoscaler").await;
}

/// Who opens a file for the first time says how; that is kept.
async fn editor(browser: &Chromium, lab: &Lab) {
    browser.page.goto(&lab.url("/cases/timeouts")).await.expect("the page opens");
    browser.click("editor-button", SOON).await;
    browser.find("editor-save", SOON).await;
    assert_eq!(
        browser.ask("return document.querySelector('dialog[open]').contains(document.activeElement)").await,
        true
    );
    browser.ask("document.querySelector('dialog[open] input[value=zed]').click()").await;
    browser.click("editor-save", SOON).await;
    browser
        .until("the dialog stays", SOON, async |b| {
            b.ask("return document.querySelector('dialog[open]')").await.is_null()
        })
        .await;
    browser.has_focus("editor-button", SOON).await;
    let kept: Settings = lab.get("/settings").await;
    assert_eq!(kept.editor.kind, "zed");
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
        assert_eq!(answer.headers()["content-encoding"], "br", "{name}");
        // What is packed while it is asked for has another mark, and is larger.
        let etag = answer.headers()["etag"].to_str().expect("text");
        assert!(etag.ends_with("-br\""), "{name} was not packed when the panel was built: {etag}");
        compressed += answer.bytes().await.expect("a body").len();
    }
    println!("UI as downloaded: {} KB", compressed / 1024);
    assert!(compressed > 10_000, "the UI is not built: run `make ui`");
    assert!(compressed <= 350 * 1024, "the UI is {} KB as downloaded", compressed / 1024);
    lab.down().await;
}
