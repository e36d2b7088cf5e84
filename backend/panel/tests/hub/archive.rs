//! A workshop in one file: from the hub that wrote it into a panel that opens it.

use std::time::Duration;

use brownout_core::{event::SessionEvent, hub::archive::ArchiveCard};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{
    chromium::Chromium,
    house::{House, finished, hand, opened},
    participant::Participant,
};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_of_a_hub_opens_in_a_panel_and_names_who_took_part() {
    let house = House::open();
    house.act(Method::POST, "/clock", json!({ "do": "start", "step": "timeouts" })).await;
    let (ada, ben) = (house.join("Ada").await, house.join("Ben <i>").await);
    house
        .ship(&ada, 1, &[opened("timeouts"), finished("run-1", "timeouts", 20), finished("run-2", "timeouts", 95)])
        .await;
    let ticked = SessionEvent::TakeawayTicked { name: "deadline".into(), ticked: true };
    house.ship(&ben, 1, &[opened("timeouts"), hand("hand-1", "a note for one alone", "fn secret()"), ticked]).await;

    let answer = house.ask(Method::GET, "/archive", Some(&house.facilitator)).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let named = answer.headers()["content-disposition"].to_str().expect("text").to_owned();
    assert!(named.contains("workshop-test-24-nov-") && named.ends_with(".brownout.json.gz\""), "{named}");
    let file = answer.bytes().await.expect("a file").to_vec();

    let panel = Participant::open().await;
    let card: ArchiveCard = panel.upload("/archives", file.clone()).await;
    assert_eq!((&*card.name, card.seats), ("Test, 24 Nov", 2));
    assert_eq!(panel.upload::<ArchiveCard>("/archives", file).await, card);
    assert_eq!(panel.get::<Vec<ArchiveCard>>("/archives").await, std::slice::from_ref(&card));
    let page = reqwest::get(panel.page(&card.url)).await.expect("an answer").text().await.expect("a page");
    for said in [
        "<h1>Test, 24 Nov</h1>",
        "2 participants, of whom 1 ran at least one case",
        ">Ada ",
        ">Ben &lt;i&gt; ",
        ">95<",
        "2 runs",
        "Met by 1 of 2",
        "Scores of first runs: 1 from 20 to 29. Of best runs: 1 from 90 to 100.",
        "Every remote call has a deadline",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    for hidden in [&*ada.seated.seat, &*ada.participant, &*ben.seated.token, "a note for one alone", "fn secret()"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
    panel.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_chosen_opened_and_removed_in_the_browser() {
    let house = House::open();
    let ada = house.join("Ada").await;
    house.ship(&ada, 1, &[opened("timeouts"), finished("run-1", "timeouts", 20)]).await;
    let answer = house.ask(Method::GET, "/archive", Some(&house.facilitator)).send().await.expect("an answer");
    let archive = house.dir.path().join("workshop.brownout.json.gz");
    std::fs::write(&archive, answer.bytes().await.expect("a file")).expect("written");
    let other = house.dir.path().join("other.json");
    std::fs::write(&other, "{}").expect("written");

    let (panel, browser) = (Participant::open().await, Chromium::open().await);
    let says = "return document.querySelector('[data-testid=archive-says]')?.innerText ?? ''";
    let said = async |what: &str| {
        let told = async |b: &Chromium| b.ask(says).await.as_str().is_some_and(|says| says.contains(what));
        browser.until(what, SOON, told).await;
    };
    let choose = async |file: &std::path::Path| {
        let field = browser.find("archive-file", SOON).await;
        field.send_keys(file.to_str().expect("a path")).await.expect("chosen");
        browser.click("archive-open", SOON).await;
    };
    browser.page.goto(&panel.page("/leaderboard")).await.expect("the page opens");
    browser.click("archives-button", SOON).await;
    browser.click("archive-open", SOON).await;
    said("Choose a file first.").await;
    choose(&other).await;
    said("no archive of a workshop").await;
    choose(&archive).await;
    browser.until("the workshop is not shown", SOON, async |b| b.text().await.contains("1 participant")).await;
    assert!(browser.text().await.contains("Ada"), "{}", browser.text().await);

    browser.page.goto(&panel.page("/leaderboard")).await.expect("the page opens");
    browser.click("archives-button", SOON).await;
    browser.find("archive-page", SOON).await;
    browser.click("archive-remove", SOON).await;
    assert_eq!(panel.get::<Vec<ArchiveCard>>("/archives").await.len(), 1, "it is asked first");
    browser.click("archive-remove", SOON).await;
    let gone = "return document.querySelector('[data-testid=archive-remove]') === null";
    browser.until("it is still kept", SOON, async |b| b.ask(gone).await == true).await;
    assert_eq!(panel.get::<Vec<ArchiveCard>>("/archives").await, []);
    browser.close().await;
    panel.down().await;
}
