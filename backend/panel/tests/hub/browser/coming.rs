//! Who comes in: the facilitator and the big screen by their links, one participant by link, one by code.

use super::{
    super::{chromium::Chromium, house::House, participant::Participant},
    ROWS, SOON,
};

/// The links open what they are for, and leave no secret in the address.
pub async fn come_in(house: &House, facilitator: &Chromium, screen: &Chromium) {
    facilitator.page.goto(&house.url("/facilitator")).await.expect("the page opens");
    facilitator.find("shut", SOON).await;
    facilitator.page.goto(house.word("facilitator")).await.expect("the page opens");
    facilitator.page.refresh().await.expect("loaded: only what stands behind the # has changed");
    facilitator.find("clock-button", SOON).await;
    screen.page.goto(house.word("screen")).await.expect("the page opens");
    screen.exists("board", SOON).await;
    for browser in [facilitator, screen] {
        let address = browser.page.current_url().await.expect("an address");
        assert_eq!(address.fragment(), None, "{address}");
    }
    // The wall may see the board and nothing else.
    screen.page.goto(&house.url("/people/anybody")).await.expect("the page opens");
    screen.find("shut", SOON).await;
    screen.page.goto(&house.url("/board")).await.expect("the page opens");
    screen.exists("board", SOON).await;
}

/// The join page leads to the panel, which asks; only the button joins.
pub async fn join_by_link(house: &House, facilitator: &Chromium, browser: &Chromium, laptop: &Participant) {
    browser.page.goto(house.word("join")).await.expect("the page opens");
    assert_eq!(browser.find("join-code", SOON).await.text().await.expect("a text"), house.word("code"));
    browser.ask(&format!(
        "let p = document.querySelector('input.port'); p.value = '{}'; p.dispatchEvent(new Event('input', {{bubbles: true}}))",
        laptop.page("").rsplit(':').next().unwrap_or_default()
    )).await;
    let href = browser.attribute("join-panel", "href").await.expect("a link");
    assert!(href.starts_with(&laptop.page("/?join=")), "{href}");
    browser.page.goto(&href).await.expect("the panel opens");
    browser.find("join-name", SOON).await;
    assert_eq!(facilitator.ask(ROWS).await, 0, "a link joins nobody");
    browser.find("join-name", SOON).await.send_keys("Ada").await.expect("typed");
    browser.click("join-send", SOON).await;
    browser.find("agenda", SOON).await;
    browser.find("recovery", SOON).await;
    browser.press("\u{e00c}").await;
    // Followed once: a reload asks nothing again.
    let address = browser.page.current_url().await.expect("an address");
    assert_eq!(address.query(), None, "{address}");
}

pub async fn join_by_code(house: &House, browser: &Chromium, laptop: &Participant) {
    browser.page.goto(&laptop.page("/")).await.expect("the page opens");
    browser.click("join-button", SOON).await;
    browser.find("join-hub", SOON).await.send_keys(house.word("url")).await.expect("typed");
    browser.find("join-name", SOON).await.send_keys("Ben").await.expect("typed");
    let code = browser.find("join-code", SOON).await;
    code.send_keys("AAAA-AAAA").await.expect("typed");
    browser.click("join-send", SOON).await;
    browser
        .until("a wrong code is not refused", SOON, async |b| {
            b.ask("return document.querySelector('dialog[open] [role=alert]')?.innerText ?? ''").await != ""
        })
        .await;
    code.clear().await.expect("cleared");
    code.send_keys(&house.word("code").to_lowercase().replace('-', " ")).await.expect("typed");
    browser.click("join-send", SOON).await;
    browser.find("agenda", SOON).await;
    // The seat is shown with its code, unasked.
    let shown = browser.find("member-name", SOON).await.text().await.expect("a text");
    assert_eq!(shown, "Ben");
    browser
        .until("the recovery code is not told", SOON, async |b| {
            b.ask("return document.querySelector('[data-testid=recovery]').innerText.length").await == 19
        })
        .await;
    browser.press("\u{e00c}").await;
}
