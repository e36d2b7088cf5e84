//! `/reports`, comparisons, exports, baselines, pruning, and results that are brought.

use brownout_core::{
    comparison::Comparison,
    hub::archive::ArchiveCard,
    leaderboard::{BroughtResults, Leaderboard},
    wire::{Page, PrunedRuns, ReportWritten, RunSummary, ScenarioView},
};
use brownout_report::Record;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{archives, chromium::Chromium, history::History, lab::Lab};

async fn text(lab: &Lab, path: &str) -> (StatusCode, String) {
    let answer = lab.http.get(lab.url(path)).send().await.expect("an answer");
    (answer.status(), answer.text().await.expect("text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_and_index_are_made_from_the_history_and_go_with_it() {
    let lab = Lab::start(None).await;
    let history = History::of(&lab).await;
    history.completed("run-aaaa", 1_000, 22).await;
    history.completed("run-bbbb", 5_000, 97).await;
    history.started("run-cccc", 9_000).await;
    // Nothing was written yet: it is made now.
    let (status, page) = text(&lab, "/reports/timeouts/run-bbbb/report.html").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("SCORE timeouts 97/100"), "a report");
    let folder = lab.root.join("reports/timeouts/run-bbbb");
    assert_eq!(std::fs::read_to_string(folder.join("report.html")).expect("written"), page);
    let (_, data) = text(&lab, "/reports/timeouts/run-bbbb/data.json").await;
    assert_eq!(Record::read(&data).expect("data").score, Some(97));
    let answer = lab.http.get(lab.url("/reports/timeouts/run-bbbb/report.html")).send().await.expect("an answer");
    let policy = answer.headers()["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'sha256-"), "{policy}");
    for missing in [
        "/reports/timeouts/run-cccc/report.html",
        "/reports/timeouts/none/report.html",
        "/reports/bulkheads/run-bbbb/report.html",
        "/reports/timeouts/run-bbbb/other.html",
        "/reports/timeouts/run-bbbb/..%2f..%2f..%2fCargo.toml",
    ] {
        assert_eq!(text(&lab, missing).await.0, StatusCode::NOT_FOUND, "{missing}");
    }
    let (_, index) = text(&lab, "/reports/index.html").await;
    let places = ["run-cccc", "run-bbbb", "run-aaaa"].map(|run| index.find(&run[4..]).unwrap_or(usize::MAX));
    assert!(places.is_sorted() && places[2] < usize::MAX, "newest first, old ones too: {places:?}");
    assert!(index.contains("★ baseline"), "the first is the baseline");
    assert_eq!(lab.send(Method::DELETE, "/runs/run-bbbb", None).await.status(), StatusCode::NO_CONTENT);
    assert!(!folder.exists(), "its report went with it");
    assert!(!text(&lab, "/reports/index.html").await.1.contains("run-bbbb"), "the index follows");
    let written: ReportWritten = lab.post("/runs/aaaa/report", json!({})).await.json().await.expect("where");
    assert!(
        std::path::Path::new(&written.path).is_file()
            && written.url.ends_with("/reports/timeouts/run-aaaa/report.html")
    );
    let problem = Lab::problem(lab.post("/runs/run-cccc/report", json!({})).await).await;
    assert_eq!((problem.status, problem.kind.as_str()), (409, "run-active"));
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_a_file_that_opens_without_network_on_screens_and_on_paper() {
    let lab = Lab::start(None).await;
    let history = History::of(&lab).await;
    history.completed("run-aaaa", 1_000, 22).await;
    history.completed("run-bbbb", 5_000, 97).await;
    let workshop = brownout_hub::archive::pack(&archives::archive("Autumn", 1_000)).expect("packed");
    let workshop: ArchiveCard = archives::post(&lab, workshop).await.json().await.expect("a card");
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut files = Vec::new();
    for (name, path) in [
        ("report", "/reports/timeouts/run-bbbb/report.html"),
        ("comparison", "/compare?base=aaaa&run=bbbb"),
        ("index", "/reports/index.html"),
        ("workshop", &workshop.url),
    ] {
        let file = folder.path().join(format!("{name}.html"));
        std::fs::write(&file, text(&lab, path).await.1).expect("written");
        files.push(file);
    }
    // The panel is gone; what it wrote is there.
    lab.down().await;
    let browser = Chromium::open().await;
    browser.go_offline().await;
    for file in &files {
        let name = file.display();
        for (width, dark) in [(1100, false), (1920, true), (390, false)] {
            browser.look(width, 800, dark).await;
            browser.page.goto(&format!("file://{name}")).await.expect("opened");
            let wide = browser.ask("return document.documentElement.scrollWidth").await;
            assert!(wide.as_u64() <= Some(u64::from(width)), "{name} is {wide} px wide of {width}");
        }
        // A4 at 96 pixels an inch.
        browser.look(794, 1123, false).await;
        browser.print().await;
        let wide = browser.ask("return document.documentElement.scrollWidth").await;
        assert!(wide.as_u64() <= Some(794), "{name} is {wide} px wide on paper");
        let ink = browser.ask("return getComputedStyle(document.body).backgroundColor").await;
        assert_eq!(ink, "rgb(255, 255, 255)", "{name}: paper stays white");
        let asked = browser.ask("return performance.getEntriesByType('resource').map(one => one.name)").await;
        assert_eq!(asked, json!([]), "{name} asks for nothing");
        assert_eq!(browser.console().await, Vec::<String>::new(), "{name}: the console is silent");
        assert!(browser.text().await.contains("imeouts"), "{name} says its case");
    }
    let script = "return [...document.querySelectorAll('button[data-copy]')].every(button => !button.hidden)";
    assert_eq!(browser.ask(script).await, true, "what needs a script is shown where one runs");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_are_compared_in_words_and_another_baseline_can_be_pinned() {
    let lab = Lab::start(None).await;
    let history = History::of(&lab).await;
    history.completed("run-aaaa", 1_000, 22).await;
    history.completed("run-bbbb", 5_000, 97).await;
    history.started("run-cccc", 9_000).await;
    let compared: Comparison = lab.get("/compare?base=aaaa&run=run-bbbb").await;
    assert!(compared.changed.headline.contains("score 22 → 97"), "{}", compared.changed.headline);
    assert_eq!(compared.changed.warnings, [] as [&str; 0]);
    let early: Comparison = lab.get("/compare?base=aaaa&run=cccc").await;
    assert_eq!(early.changed.warnings, ["The second goes on."]);
    let (status, page) = text(&lab, "/compare?base=aaaa&run=bbbb").await;
    assert!(status == StatusCode::OK && page.contains("score 22 → 97"));
    let problem = Lab::problem(lab.send(Method::GET, "/compare?base=none&run=bbbb", None).await).await;
    assert!(problem.status == 404 && problem.detail.contains("`none`"));
    let baseline = async || {
        let view: ScenarioView = lab.get("/scenarios/timeouts").await;
        view.baseline.map(|run| run.id)
    };
    assert_eq!(baseline().await.as_deref(), Some("run-aaaa"));
    let pin = async |run: &str| lab.send(Method::PUT, &format!("/runs/{run}/baseline"), None).await;
    assert_eq!(pin("bbbb").await.status(), StatusCode::NO_CONTENT);
    assert_eq!(baseline().await.as_deref(), Some("run-bbbb"));
    assert_eq!(Lab::problem(pin("run-cccc").await).await.kind, "not-ranked");
    assert_eq!(Lab::problem(pin("none").await).await.status, 404);
    for (format, says) in [("csv", "second,scheduled"), ("json", "\"brownout-run\""), ("hdr", "#[StartTime: 5.000")] {
        let (status, file) = text(&lab, &format!("/api/v1/runs/bbbb/export?format={format}")).await;
        assert!(status == StatusCode::OK && file.contains(says), "{format}: {file}");
    }
    assert_eq!(text(&lab, "/api/v1/runs/bbbb/export?format=xml").await.0, StatusCode::BAD_REQUEST);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pruning_keeps_the_newest_the_baseline_and_the_best() {
    let lab = Lab::start(None).await;
    let history = History::of(&lab).await;
    for (nth, score) in [(0, 10), (1, 20), (2, 99), (3, 30), (4, 40)] {
        history.completed(&format!("run-{nth}"), 1_000 * nth, score).await;
    }
    let prune = async |body: Value| lab.post("/runs/prune", body).await.json::<PrunedRuns>().await.expect("pruned");
    let would = prune(json!({"keep": 1, "dry_run": true})).await;
    assert_eq!((would.runs, would.left), (vec!["run-1".to_owned(), "run-3".to_owned()], 3));
    assert_eq!(prune(json!({"keep": 1, "scenario": "bulkheads"})).await.runs, [] as [&str; 0]);
    assert_eq!(prune(json!({"keep": 1})).await.left, 3);
    let left: Page<RunSummary> = lab.get("/runs").await;
    assert_eq!(left.items.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["run-4", "run-2", "run-0"]);
    assert_eq!(lab.send(Method::GET, "/runs/run-1/events", None).await.status(), StatusCode::NOT_FOUND);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_bring_counts_once_and_what_is_wrong_is_named() {
    let lab = Lab::start(None).await;
    let history = History::of(&lab).await;
    history.completed("run-aaaa", 1_000, 50).await;
    let bring = async |text: &str, name: Option<&str>| -> BroughtResults {
        let answer = lab.post("/leaderboard/import", json!({"text": text, "name": name})).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.expect("what came of it")
    };
    let line =
        |score: u32, run: &str| format!("SCORE timeouts {score}/100 p95=310ms ok=99.1% drop=0 stack=local run={run}");
    let chat = format!("[10:31] Ada: {}\nBob > {}\nnice!", line(92, "7f3a"), line(80, "1111"));
    let came = bring(&chat, None).await;
    assert_eq!((came.taken, came.known, came.refused.len()), (2, 0, 0), "{came:?}");
    assert_eq!(bring(&chat, None).await.known, 2, "twice is once");
    // The data of Ada's run takes the place of her line.
    let (_, data) = text(&lab, "/api/v1/runs/aaaa/export?format=json").await;
    let mut record: Value = serde_json::from_str(&data).expect("JSON");
    assert_eq!(bring(&data, None).await.known, 1, "a run of this history is known");
    record["run"] = "0190-7f3a".into();
    record["score"] = 92.into();
    record["line"] = line(92, "7f3a").into();
    record["participant"] = json!({"id": "0190aaaa-1234", "name": "Ada <b>".to_owned() + &"x".repeat(10_000)});
    let adas = record.to_string();
    let came = bring(&adas, None).await;
    assert_eq!((came.taken, came.known), (0, 1), "her line told of it: {came:?}");
    assert_eq!(bring(&adas, None).await.known, 1);
    assert_eq!(bring(&format!("Ada: {}", line(92, "7f3a")), None).await.known, 1, "the line after the data");
    let board: Leaderboard = lab.get("/leaderboard").await;
    let rows: Vec<_> = board.rows.iter().map(|row| (row.total, row.tag.as_str(), row.brought)).collect();
    assert_eq!((rows[0], rows[1].0, rows[2].0), ((92, "1234", true), 80, 50), "{rows:?}");
    assert!(board.rows[0].name.starts_with("Ada <b>x") && board.rows[0].name.chars().count() == 40, "cut and text");
    let (_, markdown) = text(&lab, "/api/v1/leaderboard/export?format=markdown").await;
    assert!(markdown.contains("Ada &lt;b&gt;x"), "{markdown}");
    for (text, name, says) in [
        ("what?".to_owned(), None, "no score line"),
        (line(92, "2222"), None, "whose is it?"),
        ("Eve: SCORE/2 timeouts 92/100 run=1".to_owned(), None, "version 2"),
        (format!("Eve: {} ranked=no", line(92, "2222")), None, "not ranked"),
        ("Eve: SCORE caching 92/100 run=1".to_owned(), None, "no case `caching`"),
        (adas[..adas.len() / 2].to_owned(), None, "no data.json"),
        (adas.replacen("\"version\":1", "\"version\":9", 1), None, "version 9"),
        (adas.replacen("\"ranked\":true", "\"ranked\":false", 1), None, "not ranked"),
    ] {
        let came = bring(&text, name).await;
        assert!(came.taken == 0 && came.refused.len() == 1 && came.refused[0].contains(says), "{says}: {came:?}");
    }
    assert_eq!(bring(&line(60, "3333"), Some("Carol")).await.taken, 1, "a name for all lines");
    assert_eq!(lab.send(Method::DELETE, "/leaderboard/line:carol", None).await.status(), StatusCode::NO_CONTENT);
    let after: Leaderboard = lab.get("/leaderboard").await;
    assert_eq!(after.rows.len(), board.rows.len());
    // More than other requests may carry.
    let long = format!("{}Dan: {}", "chatter\n".repeat(9_000), line(70, "4444"));
    assert_eq!((bring(&long, None).await.taken, long.len() > 64 * 1024), (1, true));
    lab.down().await;
}
