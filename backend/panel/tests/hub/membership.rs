//! A seat that is left, taken again, brought elsewhere, ended and given back.

use brownout_core::hub::{membership::HubMembership, view::LinkState};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{house::House, participant::Participant};

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_is_left_taken_again_and_brought_back_on_another_laptop() {
    let house = House::started().await;
    let (url, code) = (house.word("url").to_owned(), house.word("code").to_owned());
    let ada = Participant::open().await;
    let join = |hub: &str, code: &str| Some(json!({ "hub": hub, "code": code, "name": "Ada" }));
    for (body, status, kind) in [
        (join("ftp://hub", &code), 422, "hub-address"),
        (join("http://127.0.0.1:1", &code), 503, "hub-away"),
        (join(&ada.app.url, &code), 502, "no-hub"),
        (join(&url, "0000-0000"), 422, "wrong-code"),
        (Some(json!({ "hub": url, "code": code, "name": "" })), 422, "name"),
    ] {
        let (said, word, detail) = ada.refused(Method::POST, "/hub/join", body.clone()).await;
        assert_eq!((said, word.as_str()), (status, kind), "{body:?}: {detail}");
        assert!(ada.app.member.view().is_none());
    }
    // A pasted join link is an address, too.
    let first = ada.join(&format!("{url}/join#{}", code.replace('-', "")), &code, "Ada").await;
    let seat = ada.seat();
    let (said, word, _) = ada.refused(Method::POST, "/hub/join", join(&url, &code)).await;
    assert_eq!((said, word.as_str()), (409, "joined"));
    ada.runs("ada-1", "timeouts", 55).await;
    ada.until_level().await;
    assert_eq!(ada.send(Method::DELETE, "/hub", None).await.status(), StatusCode::NO_CONTENT);
    assert!(ada.app.member.view().is_none());
    // Who comes back has the same seat, and what was done meanwhile goes along.
    ada.runs("ada-2", "timeouts", 66).await;
    let again = ada.join(&url, &code, "Ada").await;
    assert_eq!(ada.seat(), seat);
    ada.until_level().await;
    assert_eq!(house.counted(&seat).await, (2, 66));
    assert_eq!(first.recovery.len(), again.recovery.len());
    // Another laptop with the recovery code: the first one is told.
    let other = Participant::open().await;
    let resume = json!({ "hub": url, "recovery": again.recovery.to_lowercase() });
    other.act(Method::POST, "/hub/resume", resume).await;
    assert_eq!(other.seat(), seat);
    other.runs("ada-3", "timeouts", 88).await;
    other.until_level().await;
    assert_eq!(house.counted(&seat).await, (3, 88));
    ada.runs("ada-4", "timeouts", 99).await;
    let over = |now: &HubMembership| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Ended);
    let ended = ada.until("the end of the old token", |now| over(now) && now.outbox.state == "ended").await;
    assert!(!ended.hub.expect("it is still shown").why.is_empty());
    assert_eq!(house.counted(&seat).await, (3, 88));
    // Nobody erases a seat that is theirs no more.
    let (status, word, _) = ada.refused(Method::DELETE, "/hub?erase=true", None).await;
    assert_eq!((status, word.as_str()), (409, "cannot-erase"));
    assert!(ada.app.member.joined() && !ada.app.member.membership().recovery.is_empty());
    // Erased is gone there and stays here.
    let erased = other.send(Method::DELETE, "/hub?erase=true", None).await;
    assert_eq!(erased.status(), StatusCode::NO_CONTENT, "{}", erased.text().await.unwrap_or_default());
    assert!(!house.get("/people", &house.facilitator).await.to_string().contains(&seat));
    assert!(other.app.store.run_summary("ada-3").await.expect("the history").is_some());
    ada.down().await;
    other.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_at_another_address_is_the_same_hub() {
    let mut house = House::started().await;
    let (ada, ben) = (Participant::open().await, Participant::open().await);
    let code = house.word("code").to_owned();
    ada.join(house.word("url"), &code, "Ada").await;
    let recovery = ben.join(house.word("url"), &code, "Ben").await.recovery;
    let (of_ada, of_ben) = (ada.seat(), ben.seat());
    for (laptop, name) in [(&ada, "ada"), (&ben, "ben")] {
        laptop.runs(&format!("{name}-1"), "timeouts", 20).await;
        laptop.until_level().await;
    }
    house = house.killed_and_started();
    for (laptop, name) in [(&ada, "ada"), (&ben, "ben")] {
        laptop.runs(&format!("{name}-2"), "timeouts", 40).await;
        assert_eq!(laptop.send(Method::DELETE, "/hub", None).await.status(), StatusCode::NO_CONTENT);
        laptop.runs(&format!("{name}-3"), "timeouts", 60).await;
    }
    // By the door's code, and by the recovery code: the same seats.
    ada.join(house.word("url"), &code, "Ada").await;
    ben.act(Method::POST, "/hub/resume", json!({ "hub": house.word("url"), "recovery": recovery })).await;
    for (laptop, seat) in [(&ada, &of_ada), (&ben, &of_ben)] {
        laptop.until_level().await;
        assert_eq!((&laptop.seat(), house.counted(seat).await), (seat, (3, 60)));
    }
    ada.down().await;
    ben.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_at_another_hub_meanwhile_leaves_no_gap() {
    let (first, second) = (House::started().await, House::started().await);
    let ada = Participant::open().await;
    let recovery = ada.join(first.word("url"), first.word("code"), "Ada").await.recovery;
    let seat = ada.seat();
    ada.runs("ada-1", "timeouts", 20).await;
    ada.until_level().await;
    assert_eq!(ada.send(Method::DELETE, "/hub", None).await.status(), StatusCode::NO_CONTENT);
    ada.join(second.word("url"), second.word("code"), "Ada").await;
    ada.runs("ada-2", "timeouts", 40).await;
    ada.until_level().await;
    assert_eq!(ada.send(Method::DELETE, "/hub", None).await.status(), StatusCode::NO_CONTENT);
    ada.act(Method::POST, "/hub/resume", json!({ "hub": first.word("url"), "recovery": recovery })).await;
    ada.runs("ada-3", "timeouts", 60).await;
    ada.until_level().await;
    assert_eq!(ada.seat(), seat);
    assert_eq!(first.counted(&seat).await, (3, 60));
    ada.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_taken_out_and_let_in_again_goes_on() {
    let house = House::started().await;
    let ada = Participant::open().await;
    ada.join(house.word("url"), house.word("code"), "Ada").await;
    let seat = ada.seat();
    ada.until_level().await;
    let removed = house.act(Method::POST, &format!("/people/{seat}/remove"), json!({})).await;
    let link = |is: LinkState| move |now: &HubMembership| now.hub.as_ref().is_some_and(|hub| hub.link == is);
    ada.until("taken out", link(LinkState::Ended)).await;
    ada.runs("ada-1", "timeouts", 55).await;
    house.act(Method::POST, "/undo", json!({ "seq": removed["seq"] })).await;
    // What is done next is heard of, without leaving and joining.
    ada.runs("ada-2", "timeouts", 66).await;
    ada.until("let in again", link(LinkState::Connected)).await;
    ada.until_level().await;
    assert_eq!((ada.seat(), house.counted(&seat).await), (seat.clone(), (2, 66)));
    ada.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_let_in_again_need_not_wait() {
    let house = House::started().await;
    let ada = Participant::open().await;
    assert_eq!(ada.refused(Method::POST, "/hub/again", None).await.0, 404);
    ada.join(house.word("url"), house.word("code"), "Ada").await;
    ada.until_level().await;
    let removed = house.act(Method::POST, &format!("/people/{}/remove", ada.seat()), json!({})).await;
    let ended = |now: &HubMembership| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Ended);
    ada.until("taken out", ended).await;
    ada.act(Method::POST, "/hub/again", json!({})).await;
    ada.until("still out", ended).await;
    house.act(Method::POST, "/undo", json!({ "seq": removed["seq"] })).await;
    ada.act(Method::POST, "/hub/again", json!({})).await;
    // Sooner than by itself: that takes two minutes and more, and nothing was done that would wake it.
    let connected = |now: &HubMembership| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Connected);
    ada.until("let in again", connected).await;
    ada.until_level().await;
    // Where it answers already, nothing is begun anew.
    ada.act(Method::POST, "/hub/again", json!({})).await;
    assert_eq!(ada.app.member.view().expect("a hub").link, LinkState::Connected);
    ada.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_that_was_replaced_is_shown_no_more() {
    let house = House::started().await;
    let (ada, ben) = (Participant::open().await, Participant::open().await);
    let old = ada.join(house.word("url"), house.word("code"), "Ada").await.recovery;
    let of_ben = ben.join(house.word("url"), house.word("code"), "Ben").await.recovery;
    ada.until("connected", |now| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Connected)).await;
    assert_eq!(ada.app.member.membership().recovery, old);
    let path = format!("/people/{}/recovery", ada.seat());
    let new = house.act(Method::POST, &path, json!({})).await["recovery"].as_str().expect("a code").to_owned();
    // What is heard now, and by who was away when it happened.
    while !ada.app.member.membership().recovery.is_empty() {
        tokio::task::yield_now().await;
    }
    let ada = ada.restarted().await;
    assert_eq!(ada.app.member.membership().recovery, "");
    let elsewhere = Participant::open().await;
    let resume = |code: &str| json!({ "hub": house.word("url"), "recovery": code });
    assert_eq!(elsewhere.refused(Method::POST, "/hub/resume", Some(resume(&old))).await.0, 422);
    elsewhere.act(Method::POST, "/hub/resume", resume(&new)).await;
    elsewhere.until("connected", |now| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Connected)).await;
    assert_eq!(elsewhere.app.member.membership().recovery, new);
    assert_eq!(ben.app.member.membership().recovery, of_ben, "nobody else's");
    for laptop in [ada, ben, elsewhere] {
        laptop.down().await;
    }
}
