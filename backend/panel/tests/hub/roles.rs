//! Who may call what: every row of the table, as nobody, two participants, a screen and a facilitator. A refused request
//! changes nothing.

use std::collections::BTreeSet;

use brownout_core::hub::{page::Who, seat::Resume};
use brownout_panel::hub::{
    allowed::{ALLOWED, Row},
    openapi,
};
use brownout_store::hub::{HubStore, SqlHub};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::house::{Guest, House, finished, gzip, hand, opened, record};

#[test]
fn the_committed_document_is_that_of_the_routes() {
    let now = openapi::text().expect("the document");
    assert!(now == openapi::COMMITTED, "docs/hub-openapi.json is not what the routes say; run `make openapi`");
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let document: Value = serde_json::from_str(openapi::COMMITTED).expect("JSON");
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        routes.extend(item.as_object().expect("methods").keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    let rows = ALLOWED.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(routes, rows);
    // A route that is registered otherwise than by `routes!` is in no document. Two of them are no routes: they answer for
    // all paths that there are not.
    let source = include_str!("../../src/hub/route.rs");
    let others: Vec<&str> = source.lines().filter(|line| line.contains(".route(")).map(str::trim).collect();
    assert_eq!(others, [r#".route("/api/{*rest}", get(no_such_route).fallback(no_such_route))"#]);
}

/// Who asks, with the token.
struct Asker<'a> {
    name: &'static str,
    who: Who,
    token: Option<&'a str>,
}

/// A request with the smallest body that is right, about this guest.
fn request(house: &House, row: &Row, token: Option<&str>, guest: &Guest) -> RequestBuilder {
    let method: Method = row.method.parse().expect("a method");
    let path = row.path.replace("{seat}", &guest.seated.seat).replace("{hand}", "hand-1").replace("{id}", "message-1");
    let path = path.replace("{run}", "run-1").replace("/export", "/export?format=csv");
    let mut request = house.http.request(method, house.url(&path));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let id = || Uuid::new_v4().to_string();
    let body = match (row.method, row.path.trim_start_matches("/api/v1")) {
        ("POST", "/join") => {
            json!({ "code": house.word("code"), "name": "Eve", "participant": id(), "panel": "0", "attempt": id() })
        }
        ("POST", "/resume") => {
            let recovery = guest.seated.recovery.clone();
            json!(Resume { recovery, participant: id(), attempt: id() })
        }
        ("POST", "/enter") => json!({ "token": house.facilitator }),
        ("POST", "/seat/events") => json!(guest.shipment(1, &[opened("timeouts"), finished("run-1", "timeouts", 20)])),
        ("PATCH", "/seat" | "/people/{seat}") => json!({ "name": format!("New {}", id()) }),
        ("PUT", "/seat/runs/{run}") => {
            let record = record("run-1", "timeouts", 20, &guest.participant).to_string();
            return request.header("content-encoding", "gzip").body(gzip(record.as_bytes()));
        }
        ("GET", "/live") => {
            let upgrade = [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13")];
            let request = upgrade.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            return request.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        }
        ("POST", "/people/{seat}/helped") => json!({ "hand": "hand-1" }),
        ("PUT", "/sheet") => return request.json(&house.said["sheet"]),
        ("POST", "/clock") => json!({ "do": "start", "step": "welcome" }),
        ("POST", "/messages") => json!({ "to": "all", "what": { "announcement": { "text": "Five more minutes." } } }),
        ("PUT", "/door") => json!({ "open": true }),
        ("POST", "/undo") => json!({ "seq": 4 }),
        ("POST", "/import") => return request.body(Vec::new()),
        ("POST" | "PUT" | "PATCH", _) => json!({}),
        _ => return request,
    };
    request.json(&body)
}

/// What somebody who may gets.
fn expected(row: &Row) -> &'static [u16] {
    match (row.method, row.path.trim_start_matches("/api/v1")) {
        ("GET", "/live") => &[101],
        ("POST", "/enter" | "/leave") | ("DELETE", "/seat" | "/people/{seat}") => &[204],
        ("PUT", "/seat/runs/{run}") => &[201],
        // An empty file is no export; an event that somebody else has undone before cannot be undone again.
        ("POST", "/import") => &[422],
        ("POST", "/undo") => &[200, 422],
        // There is no message of this name: it was let in and found nothing.
        ("DELETE", "/messages/{id}") => &[422],
        _ => &[200],
    }
}

/// Everything that is kept, as text.
async fn kept(house: &House) -> String {
    let file = house.dir.path().join("hub/test-24-nov/hub.sqlite");
    let store = SqlHub::open_file(&file).await.expect("the database");
    let workshop = store.workshop("Test, 24 Nov").await.expect("read").expect("the workshop");
    let seats = store.seats(&workshop.id).await.expect("seats");
    let records = store.records(&workshop.id).await.expect("records");
    let events = store.events(&workshop.id, 0, 10_000).await.expect("events");
    store.close().await;
    format!("{workshop:?} {seats:?} {records:?} {events:?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_allowed_is_refused_and_changes_nothing() {
    let mut house = House::open();
    house.said["sheet"] = house.get("/sheet", &house.facilitator).await["sheet"].clone();
    let (ada, ben) = (house.join("Ada").await, house.join("Ben").await);
    let note = [opened("timeouts"), finished("run-1", "timeouts", 20), hand("hand-1", "help", "")];
    house.ship(&ada, 1, &note).await;
    let before = kept(&house).await;
    let (facilitator, screen) = (house.facilitator.clone(), house.screen.clone());
    let askers = [
        Asker { name: "nobody", who: Who::Nobody, token: None },
        Asker { name: "a stranger", who: Who::Nobody, token: Some("not-a-token") },
        Asker { name: "the participant", who: Who::Seat, token: Some(&ada.seated.token) },
        Asker { name: "another participant", who: Who::Seat, token: Some(&ben.seated.token) },
        Asker { name: "a screen", who: Who::Screen, token: Some(&screen) },
        Asker { name: "a facilitator", who: Who::Facilitator, token: Some(&facilitator) },
    ];
    let mut refused = 0;
    for row in ALLOWED {
        for asker in askers.iter().filter(|asker| !row.who.contains(&asker.who)) {
            let answer = patiently(|| request(&house, row, asker.token, &ada)).await;
            let status = if asker.who == Who::Nobody { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
            assert_eq!(answer.status(), status, "{} {} as {}", row.method, row.path, asker.name);
            House::problem(answer, status).await;
            refused += 1;
        }
    }
    assert!(refused > 120, "{refused}");
    assert_eq!(kept(&house).await, before);
    // Those who may: each about a guest of its own, because some requests leave nothing of them.
    for row in ALLOWED {
        for asker in askers.iter().filter(|asker| row.who.contains(&asker.who)) {
            let guest = house.join("Guest").await;
            house.ship(&guest, 1, &note).await;
            if row.method == "GET" && row.path.ends_with("/runs/{run}") {
                let put = ALLOWED.iter().find(|row| row.method == "PUT" && row.path.ends_with("/runs/{run}"));
                let put = patiently(|| request(&house, put.expect("a row"), Some(&guest.seated.token), &guest)).await;
                assert_eq!(put.status(), StatusCode::CREATED);
            }
            let token = match asker.who {
                Who::Seat => Some(guest.seated.token.as_str()),
                _ => asker.token,
            };
            let answer = patiently(|| request(&house, row, token, &guest)).await;
            let status = answer.status().as_u16();
            let text = if status == 101 { String::new() } else { answer.text().await.unwrap_or_default() };
            let (method, path, name) = (row.method, row.path, asker.name);
            assert!(expected(row).contains(&status), "{method} {path} as {name}: {status} {text}");
        }
    }
}

/// Asks again where it was too often: limits have a test of their own.
async fn patiently(request: impl Fn() -> RequestBuilder) -> reqwest::Response {
    loop {
        let answer = request().send().await.expect("an answer");
        if answer.status() != StatusCode::TOO_MANY_REQUESTS {
            return answer;
        }
        let wait = answer.headers()["retry-after"].to_str().ok().and_then(|wait| wait.parse().ok());
        tokio::time::sleep(std::time::Duration::from_secs(wait.expect("when to ask again"))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_cannot_be_reached_by_ones_own_routes() {
    let house = House::open();
    let (ada, ben) = (house.join("Ada").await, house.join("Ben").await);
    house.ship(&ada, 1, &[finished("run-1", "timeouts", 20)]).await;
    // The other one's stream.
    let stolen = house.try_ship(&ben.seated.token, &ada.shipment(2, &[finished("run-9", "timeouts", 100)])).await;
    House::problem(stolen, StatusCode::UNPROCESSABLE_ENTITY).await;
    // The other one's run: a run of one's own by the same id, and hers as it was.
    house.ship(&ben, 1, &[finished("run-1", "timeouts", 90)]).await;
    let runs = async |guest: &Guest| {
        let person = house.get(&format!("/people/{}", guest.seated.seat), &house.facilitator).await;
        person["runs"].as_array().expect("runs").iter().map(|run| run["score"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((runs(&ada).await, runs(&ben).await), (vec![json!(20)], vec![json!(90)]));
    // A seat of nowhere, and one that is there, by somebody who may not know which is which.
    for seat in [ada.seated.seat.as_str(), "no-such-seat"] {
        let answer = house.ask(Method::GET, &format!("/people/{seat}"), Some(&ben.seated.token)).send().await.unwrap();
        House::problem(answer, StatusCode::FORBIDDEN).await;
    }
    let none = house.ask(Method::GET, "/people/no-such-seat", Some(&house.facilitator)).send().await.unwrap();
    assert_eq!(House::problem(none, StatusCode::NOT_FOUND).await.0, "not-found");
    // Another workshop's recovery code and token.
    let elsewhere = House::open();
    let eve = elsewhere.join("Eve").await;
    let resume = Resume {
        recovery: eve.seated.recovery.clone(),
        participant: Uuid::new_v4().to_string(),
        attempt: Uuid::new_v4().to_string(),
    };
    let answer = house.ask(Method::POST, "/resume", None).json(&resume).send().await.unwrap();
    assert_eq!(House::problem(answer, StatusCode::FORBIDDEN).await.0, "wrong-recovery");
    let answer = house.ask(Method::GET, "/seat", Some(&eve.seated.token)).send().await.unwrap();
    House::problem(answer, StatusCode::UNAUTHORIZED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_participant_is_told_to_another_but_what_the_board_shows() {
    let house = House::open();
    house.act(Method::POST, "/clock", json!({ "do": "start", "step": "welcome" })).await;
    let (ada, ben) = (house.join("Ada").await, house.join("Ben").await);
    let mut bens = house.live("", &ben.seated.token).await;
    let mut screens = house.live("", &house.screen).await;
    bens.hello().await;
    screens.hello().await;
    let events =
        [opened("timeouts"), hand("hand-1", "planted-note", "planted-code"), finished("run-1", "timeouts", 20)];
    house.ship(&ada, 1, &events).await;
    let to_ada = json!({ "to": { "seats": [ada.seated.seat] }, "what": { "text": { "text": "planted-word" } } });
    house.act(Method::POST, "/messages", to_ada).await;
    let all = json!({ "to": "all", "what": { "announcement": { "text": "for-everybody" } } });
    house.act(Method::POST, "/messages", all).await;
    let mut told = Vec::new();
    for live in [&mut bens, &mut screens] {
        live.until(|_| None::<()>.or(Some(()))).await;
        while !live.heard.iter().any(|text| text.contains("for-everybody")) {
            live.next().await.expect("the feed goes on");
        }
        told.append(&mut live.heard);
    }
    for row in ALLOWED.iter().filter(|row| row.method == "GET" && row.path != "/api/v1/live") {
        for token in [&ben.seated.token, &house.screen] {
            let answer = patiently(|| request(&house, row, Some(token), &ada)).await;
            told.push(answer.text().await.unwrap_or_default());
        }
    }
    // What the facilitator sees, so that the search is known to find what is there.
    let hand = house.get(&format!("/people/{}/hands/hand-1", ada.seated.seat), &house.facilitator).await.to_string();
    assert!(hand.contains("planted-note") && hand.contains("planted-code"), "{hand}");
    for planted in ["planted-note", "planted-code", "planted-word", &ada.participant, &ada.seated.token] {
        let found: Vec<&String> = told.iter().filter(|text| text.contains(planted)).collect();
        assert!(found.is_empty(), "{planted}: {found:?}");
    }
    assert!(told.iter().any(|text| text.contains("Ada")), "the board shows her name");
}
