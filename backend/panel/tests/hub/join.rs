//! `/about`, `/join`, `/resume`: who gets which seat.

use brownout_core::hub::{
    page::{About, Who},
    seat::{Join, Resume, Seated},
};
use reqwest::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::house::{House, signal};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_a_seat_however_it_is_typed_and_the_name_is_made_unique() {
    let house = House::open();
    let about: About = house.ask(Method::GET, "/about", None).send().await.unwrap().json().await.unwrap();
    assert_eq!((about.kind.as_str(), about.name.as_str(), about.you), ("hub", "Test, 24 Nov", Who::Nobody));
    let code = house.word("code").to_owned();
    let typed = [code.clone(), code.to_lowercase().replace('-', ""), format!(" {} ", code.replace('-', " "))];
    for (code, name) in typed.iter().zip(["Ada", "Ada 2", "Ada 3"]) {
        let answer = house.try_join("Ada", &Uuid::new_v4().to_string(), code).await;
        let seated: Seated = answer.json().await.expect("a seat");
        assert_eq!(seated.name, name);
        assert_eq!((seated.token.len(), seated.recovery.len()), (43, 19));
        let seat = house.get("/seat", &seated.token).await;
        assert_eq!((&seat["seat"], &seat["name"]), (&json!(seated.seat), &json!(name)));
    }
    let wrong = house.try_join("Ada", &Uuid::new_v4().to_string(), "0000-0000").await;
    assert_eq!(House::problem(wrong, StatusCode::FORBIDDEN).await.0, "wrong-code");
    house.act(Method::PUT, "/door", json!({ "open": false })).await;
    let shut = house.try_join("Ben", &Uuid::new_v4().to_string(), &code).await;
    assert_eq!(House::problem(shut, StatusCode::CONFLICT).await.0, "door-shut");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_makes_no_second_seat_and_a_lost_laptop_gets_its_seat_back() {
    let house = House::open();
    let join = Join {
        code: house.word("code").to_owned(),
        name: "Ada".to_owned(),
        participant: Uuid::new_v4().to_string(),
        panel: "0.1.0".to_owned(),
        attempt: Uuid::new_v4().to_string(),
    };
    let mut seats = Vec::new();
    for _ in 0..2 {
        let answer = house.ask(Method::POST, "/join", None).json(&join).send().await.unwrap();
        seats.push(answer.json::<Seated>().await.expect("a seat"));
    }
    assert_eq!(seats[0].seat, seats[1].seat);
    assert_eq!(seats[0].token, seats[1].token, "a copy of a request ends no token");
    house.get("/seat", &seats[1].token).await;
    // Whoever merely knows the participant's id gets nothing by another attempt.
    let thief = Join { attempt: Uuid::new_v4().to_string(), ..join };
    let answer = house.ask(Method::POST, "/join", None).json(&thief).send().await.unwrap();
    assert_eq!(House::problem(answer, StatusCode::CONFLICT).await.0, "seat-taken");
    let resume = |recovery: &str| Resume {
        recovery: recovery.to_owned(),
        participant: Uuid::new_v4().to_string(),
        attempt: Uuid::new_v4().to_string(),
    };
    let answer = house.ask(Method::POST, "/resume", None).json(&resume("0000-0000-0000-0000")).send().await.unwrap();
    assert_eq!(House::problem(answer, StatusCode::FORBIDDEN).await.0, "wrong-recovery");
    let typed = seats[1].recovery.to_lowercase().replace('-', " ");
    let back: Seated =
        house.ask(Method::POST, "/resume", None).json(&resume(&typed)).send().await.unwrap().json().await.unwrap();
    assert_eq!(back.seat, seats[0].seat);
    house.get("/seat", &back.token).await;
    let ended = house.ask(Method::GET, "/seat", Some(&seats[1].token)).send().await.unwrap();
    assert_eq!(ended.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_told_once_and_end_when_new_ones_are_made() {
    let house = House::open();
    let facilitator = house.facilitator.clone();
    let house = house.killed_and_started();
    assert_eq!(house.said["facilitator"], json!(null), "told once");
    house.get("/people", &facilitator).await;
    let dir = house.dir.path().to_owned();
    // Another hub in the same folder is refused with what to do.
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_brownout"))
        .args(["hub", "--name", "Test, 24 Nov", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(&dir)
        .output()
        .expect("a second hub");
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(3), "{said}");
    assert!(said.contains("another hub") && said.contains("--name"), "{said}");
    signal(house.pid(), "TERM");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_hub_at_once_although_somebody_watches() {
    let mut house = House::open();
    let ada = house.join("Ada").await;
    let mut live = house.live("", &ada.seated.token).await;
    live.hello().await;
    let took = house.interrupted().await;
    assert!(took < std::time::Duration::from_secs(2), "{took:?}");
    while live.next().await.is_some() {}
    let log = std::fs::read_to_string(house.dir.path().join("hub.log")).unwrap_or_default();
    assert!(!log.contains("panicked"), "{log}");
}
