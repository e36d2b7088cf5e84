//! Panels that do not reach their hub for a while: nothing is lost, doubled or forgotten.

use brownout_core::hub::{agenda::WrapUp, membership::HubMembership, view::LinkState};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{
    house::House,
    participant::{Participant, SECRET},
    weather::{Proxy, Weather},
};

#[tokio::test(flavor = "multi_thread")]
async fn two_panels_that_go_offline_and_restart_lose_nothing_and_double_nothing() {
    let mut house = House::started().await;
    let bad = Weather { lost: 14, unanswered: 12, doubled: 8, late: 4, cut: 2 };
    let proxy = Proxy::before(house.word("url"), bad, 5).await;
    let (ada, mut ben) = (Participant::open().await, Participant::open().await);
    let code = house.word("code").to_owned();
    ada.joins_in_the_end(&proxy.url, &code, "Ada").await;
    ben.joins_in_the_end(&proxy.url, &code, "Ben").await;
    let (of_ada, of_ben) = (ada.seat(), ben.seat());
    for (laptop, name) in [(&ada, "ada"), (&ben, "ben")] {
        laptop.act(Method::POST, "/cases/timeouts/open", json!({})).await;
        laptop.runs(&format!("{name}-1"), "timeouts", 20).await;
        laptop.runs(&format!("{name}-2"), "timeouts", 35).await;
        let level = laptop.until_level().await;
        assert_eq!(level.hub.expect("a hub").waiting, 0);
        assert_eq!(house.counted(&laptop.seat()).await, (2, 35));
    }
    // Nobody gets through: everything goes on here, and what waits is said.
    proxy.shut();
    ada.until("Ada offline", |now| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Away)).await;
    ada.runs("ada-3", "timeouts", 94).await;
    ada.runs("ada-4", "timeouts", 60).await;
    ada.act(Method::POST, "/hub/hand", json!({ "note": "Is it\nover?" })).await;
    let waits = |results: u32| {
        move |now: &HubMembership| now.hub.as_ref().is_some_and(|hub| hub.waiting == results && !hub.why.is_empty())
    };
    ada.until("two results of Ada's that wait", waits(2)).await;
    ben = ben.restarted().await;
    ben.runs("ben-3", "timeouts", 91).await;
    ben.until("the result of Ben's that waits, after a restart", waits(1)).await;
    // The hub is killed meanwhile.
    house = house.killed_and_started();
    proxy.leads_to(house.word("url"));
    proxy.open();
    for (laptop, runs, best) in [(&ada, 4, 94), (&ben, 3, 91)] {
        let level = laptop.until_level().await;
        assert_eq!(level.hub.expect("a hub").waiting, 0);
        assert_eq!(house.counted(&laptop.seat()).await, (runs, best));
    }
    assert_eq!((ada.seat(), ben.seat()), (of_ada.clone(), of_ben.clone()));
    assert_eq!(house.row(&of_ada).await["hand"]["note"], json!("Is it over?"));
    // Records are there, each with its own score, and no code went with them.
    for (seat, run, score) in
        [(&of_ada, "ada-1", 20), (&of_ada, "ada-3", 94), (&of_ben, "ben-2", 35), (&of_ben, "ben-3", 91)]
    {
        let record = house.get(&format!("/people/{seat}/runs/{run}"), &house.facilitator).await;
        assert_eq!((&record["score"], &record["code"]), (&json!(score), &json!([])), "{run}");
    }
    let file = std::fs::read_dir(house.dir.path()).expect("the folder");
    let mut seen = 0;
    let mut folders: Vec<_> = file.map(|entry| entry.expect("an entry").path()).collect();
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        seen += bytes.len();
        assert!(!bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()), "code in {}", path.display());
    }
    assert!(seen > 10_000, "the hub has stored something");
    println!("lost, unanswered, doubled, late, cut, passed: {:?}", proxy.met());
    ada.down().await;
    ben.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_the_hub_shows_what_was_heard_last() {
    let house = House::started().await;
    let (proxy, ada) = Participant::behind_a_proxy(&house).await;
    for text in ["Look at the curve.", "Coffee is there."] {
        house.act(Method::POST, "/messages", json!({ "to": "all", "what": { "text": { "text": text } } })).await;
    }
    let both = |now: &HubMembership| now.hub.as_ref().is_some_and(|hub| hub.messages.len() == 2);
    let before = ada.until("both messages", both).await.hub.expect("a hub");
    assert_eq!(before.heard_ms, 0, "it is heard");
    let wrap_up: WrapUp = ada.get("/hub/wrap-up").await;
    proxy.shut();
    let away =
        |now: &HubMembership| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Away && hub.heard_ms > 0);
    ada.until("away", away).await;
    let ada = ada.restarted().await;
    let after = ada.app.member.view().expect("a hub");
    assert_eq!((after.link, after.heard_ms > 0), (LinkState::Away, true));
    assert_eq!((&after.steps, &after.step, after.since_ms), (&before.steps, &before.step, before.since_ms));
    assert_eq!((after.length_ms, &after.messages), (before.length_ms, &before.messages));
    assert!(after.left_ms(brownout_panel::clock::wall_ms()).is_some(), "the time left goes on");
    assert_eq!(ada.get::<WrapUp>("/hub/wrap-up").await, wrap_up);
    // What is dismissed without the hub does not come back.
    ada.act(Method::POST, &format!("/hub/messages/{}/seen", before.messages[0].id), json!({})).await;
    let ada = ada.restarted().await;
    assert_eq!(ada.app.member.view().expect("a hub").messages, before.messages[1..]);
    // And what is heard again is as of now.
    proxy.open();
    let heard =
        |now: &HubMembership| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Connected && hub.heard_ms == 0);
    ada.until("heard again", heard).await;
    assert_eq!(ada.app.member.view().expect("a hub").messages, before.messages[1..]);
    assert_eq!(ada.send(Method::DELETE, "/hub", None).await.status(), StatusCode::NO_CONTENT);
    let ada = ada.restarted().await;
    assert!(ada.app.member.view().is_none());
    ada.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_doubles_nothing_whether_it_comes_before_after_or_instead() {
    let house = House::started().await;
    let (proxy, ada) = Participant::behind_a_proxy(&house).await;
    let seat = ada.seat();
    ada.runs("ada-1", "timeouts", 20).await;
    ada.until_level().await;
    proxy.shut();
    ada.runs("ada-2", "timeouts", 40).await;
    let file = async || ada.send(Method::GET, "/hub/export", None).await.bytes().await.expect("the file").to_vec();
    let import = async |file: Vec<u8>| {
        let request = house.ask(Method::POST, "/import", Some(&house.facilitator));
        request.header("content-type", "application/gzip").body(file).send().await.expect("an answer")
    };
    // Instead: what could not be sent is brought; the same again is nothing new.
    let made = file().await;
    for _ in 0..2 {
        let answer = import(made.clone()).await;
        let status = answer.status();
        assert_eq!(status, StatusCode::OK, "{}", answer.text().await.unwrap_or_default());
        assert_eq!(house.counted(&seat).await, (2, 40));
    }
    // After: the outbox finds that the hub has it.
    proxy.open();
    ada.until_level().await;
    assert_eq!(house.counted(&seat).await, (2, 40));
    // Before: an export of everything, of which the hub has all.
    ada.runs("ada-3", "timeouts", 60).await;
    ada.until_level().await;
    assert_eq!(import(file().await).await.status(), StatusCode::OK);
    assert_eq!(house.counted(&seat).await, (3, 60));
    for run in ["ada-1", "ada-2", "ada-3"] {
        house.get(&format!("/people/{seat}/runs/{run}"), &house.facilitator).await;
    }
    // A file that is not as it was written changes nothing.
    let mut broken = file().await;
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    assert_eq!(import(broken).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.counted(&seat).await, (3, 60));
    ada.down().await;
}

/// Something that answers every request in the same way, in the place of a hub.
async fn somebody_else(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut asked = [0; 16 * 1024];
                // Whoever goes away early is no concern of this.
                let _ = caller.read(&mut asked).await;
                let _ = caller.write_all(answer.as_bytes()).await;
                let _ = caller.read(&mut asked).await;
            });
        }
    });
    url
}

fn answer(status: &str, kind: &str, body: &str) -> String {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}", body.len());
    format!("{head}\r\nConnection: close\r\n\r\n{body}")
}

#[tokio::test(flavor = "multi_thread")]
async fn why_results_wait_is_said_and_a_stranger_ends_no_seat() {
    let house = House::started().await;
    let (proxy, ada) = Participant::behind_a_proxy(&house).await;
    let seat = ada.seat();
    ada.until_level().await;
    proxy.leads_to(&somebody_else(answer("401 Unauthorized", "text/html", "<html>Please log in.</html>")).await);
    ada.runs("ada-1", "timeouts", 55).await;
    let waits = |says: &'static str| {
        move |now: &HubMembership| now.outbox.state == "waiting" && now.outbox.notice.contains(says)
    };
    let stranger = ada.until("a stranger", waits("no hub that this panel knows")).await;
    assert_ne!(stranger.hub.expect("a hub").link, LinkState::Ended);
    let problem = json!({ "type": "busy", "title": "Busy", "status": 503, "detail": "The database refuses." });
    let busy = answer("503 Service Unavailable", "application/problem+json", &problem.to_string());
    proxy.leads_to(&somebody_else(busy).await);
    ada.until("a busy hub", waits("The database refuses.")).await;
    proxy.leads_to(house.word("url"));
    let level = ada.until_level().await;
    assert_eq!((level.outbox.notice.as_str(), house.counted(&seat).await), ("", (1, 55)));
    ada.down().await;
}
