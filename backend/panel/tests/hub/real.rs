//! A real run on a real stack at a participant's laptop, as its facilitator sees it.

use std::time::Duration;

use serde_json::json;

use super::{chromium::Chromium, house::House, lab::Lab};

const SOON: Duration = Duration::from_secs(20);
const A_RUN: Duration = Duration::from_secs(120);

/// The only row, as text.
const ROW: &str = "return document.querySelector('tr[data-seat]')?.innerText ?? ''";

/// The curves of latency in words, and how many letters draw them.
const LATENCY: &str = "const svg = document.querySelector('[data-testid=person-run] svg[aria-label^=latency]'); \
                       return svg ? svg.getAttribute('aria-label').split(',')[0] + ' ' + svg.innerHTML.length : ''";

#[tokio::test(flavor = "multi_thread")]
async fn a_run_at_a_laptop_comes_to_the_facilitator_with_its_verdict_and_its_curves() {
    let house = House::alone();
    let lab = Lab::up().await;
    let joined =
        lab.post("/hub/join", json!({ "hub": house.word("url"), "code": house.word("code"), "name": "Ada" })).await;
    assert!(joined.status().is_success(), "{}", joined.text().await.unwrap_or_default());
    let (facilitator, laptop) = (Chromium::open().await, Chromium::open().await);
    facilitator.page.goto(house.word("facilitator")).await.expect("the page opens");
    facilitator.find("clock-button", SOON).await;

    laptop.page.goto(&format!("{}/cases/timeouts", lab.record.url)).await.expect("the page opens");
    laptop.click("run-button", SOON).await;
    laptop.find("stop-button", SOON).await;

    // While it goes on its second is seen.
    facilitator.click("row-link", SOON).await;
    facilitator
        .until("nobody sees it run", SOON, async |b| {
            b.find("person", SOON).await.text().await.expect("a text").contains(" of 60")
        })
        .await;

    laptop.find("verdict", A_RUN).await;
    let score = laptop.find("score-total", SOON).await.text().await.expect("a text");
    assert_eq!(score, "20");
    facilitator
        .until("the verdict does not come", SOON, async |b| {
            b.ask(ROW).await.as_str().is_some_and(|row| row.contains("seen to fail") && row.contains("20"))
        })
        .await;
    assert_eq!(facilitator.find("person-score", SOON).await.text().await.expect("a text"), score);
    // Its curves: of a minute and of the calls that were still open then, each for ten seconds at most.
    facilitator
        .until("its curves are not drawn", SOON, async |b| {
            b.ask(LATENCY).await.as_str().is_some_and(|says| {
                let mut numbers = says.split(' ').filter_map(|word| word.parse::<usize>().ok());
                let (seconds, letters) = (numbers.next(), numbers.next());
                (Some(60)..=Some(75)).contains(&seconds) && letters > Some(500)
            })
        })
        .await;
    for browser in [facilitator, laptop] {
        browser.close().await;
    }
    lab.down().await;
}
