//! `/seat/events`, `/seat/runs/{run}`, and what comes of them on boards and feeds.

use brownout_core::hub::live::{HubHeard, HubItem};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::house::{Guest, House, finished, gzip, opened, record};

async fn put(house: &House, guest: &Guest, run: &str, body: Vec<u8>) -> reqwest::Response {
    let request = house.ask(Method::PUT, &format!("/seat/runs/{run}"), Some(&guest.seated.token));
    request.header("content-encoding", "gzip").body(body).send().await.expect("an answer")
}

fn packed(record: &Value) -> Vec<u8> {
    gzip(record.to_string().as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_taken_once_in_order_and_are_there_after_a_kill() {
    let house = House::open();
    house.act(Method::POST, "/clock", json!({ "do": "start", "step": "welcome" })).await;
    let ada = house.join("Ada").await;
    let mut watcher = house.live("", &house.facilitator).await;
    let (_, _, snapshot) = watcher.hello().await;
    assert_eq!(snapshot.facilitator.expect("a facilitator's").grid.len(), 1);
    let first = [opened("timeouts"), finished("run-1", "timeouts", 20)];
    let shipped = house.ship(&ada, 1, &first).await;
    assert_eq!((shipped.have, shipped.new, shipped.wanted), (2, 2, vec!["run-1".to_owned()]));
    let again = house.ship(&ada, 1, &[first[0].clone(), first[1].clone(), finished("run-2", "timeouts", 95)]).await;
    assert_eq!((again.have, again.new), (3, 1));
    let gap = house.ship(&ada, 9, &[opened("bulkheads")]).await;
    assert_eq!((gap.have, gap.new), (3, 0));
    let best = watcher
        .until(|heard| match heard {
            HubHeard::Item { item: Some(item), .. } => match &**item {
                HubItem::Board(delta) => delta.rows.iter().find_map(|row| row.row.cells[0].clone()),
                _ => None,
            },
            _ => None,
        })
        .await;
    assert!([20, 95].contains(&best.score));
    let house = house.killed_and_started();
    let after = house.ship(&ada, 1, &first).await;
    assert_eq!((after.have, after.new), (3, 0));
    let board = house.get("/board", &ada.seated.token).await;
    assert_eq!(board["rows"][0]["row"]["total"], json!(95), "{board}");
    assert_eq!(board["rows"][0]["row"]["name"], json!("Ada"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_kept_once_and_only_where_it_says_what_the_event_said() {
    let house = House::open();
    house.act(Method::POST, "/clock", json!({ "do": "start", "step": "welcome" })).await;
    let ada = house.join("Ada").await;
    let unknown = put(&house, &ada, "run-1", packed(&record("run-1", "timeouts", 20, &ada.participant))).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let events: Vec<_> = (1..=5).map(|n| finished(&format!("run-{n}"), "timeouts", 20)).collect();
    house.ship(&ada, 1, &events).await;
    let right = packed(&record("run-1", "timeouts", 20, &ada.participant));
    assert_eq!(put(&house, &ada, "run-1", right.clone()).await.status(), StatusCode::CREATED);
    assert_eq!(put(&house, &ada, "run-1", right).await.status(), StatusCode::NO_CONTENT);
    let mut other = record("run-1", "timeouts", 20, &ada.participant);
    other["why"] = json!("Something else.");
    let refused = put(&house, &ada, "run-1", packed(&other)).await;
    assert_eq!(House::problem(refused, StatusCode::CONFLICT).await.0, "other-record");
    let better = put(&house, &ada, "run-2", packed(&record("run-2", "timeouts", 99, &ada.participant))).await;
    assert_eq!(better.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let mut code = record("run-3", "timeouts", 20, &ada.participant);
    code["code"] = json!([{ "path": "lab/src/cases/timeouts.rs", "text": "fn secret() {}" }]);
    let refused = put(&house, &ada, "run-3", packed(&code)).await;
    assert!(House::problem(refused, StatusCode::UNPROCESSABLE_ENTITY).await.1.contains("code"));
    let plain = house.ask(Method::PUT, "/seat/runs/run-4", Some(&ada.seated.token)).json(&other).send().await.unwrap();
    assert_eq!(House::problem(plain, StatusCode::UNSUPPORTED_MEDIA_TYPE).await.0, "not-gzip");
    // A digest that is another's: it was damaged on the way.
    let request =
        house.ask(Method::PUT, "/seat/runs/run-5", Some(&ada.seated.token)).header("content-encoding", "gzip");
    let request = request.header("repr-digest", "sha-256=:AAAA:");
    let damaged = request.body(packed(&record("run-5", "timeouts", 20, &ada.participant))).send().await.unwrap();
    assert!(House::problem(damaged, StatusCode::UNPROCESSABLE_ENTITY).await.1.contains("damaged"));
    // What cannot be kept is not wanted again; what did not come is.
    let seat = house.get("/seat", &ada.seated.token).await;
    assert_eq!(seat["wanted"], json!(["run-4"]), "{seat}");
    let kept = house.get(&format!("/people/{}/runs/run-1", ada.seated.seat), &house.facilitator).await;
    assert_eq!(kept["participant"], json!({ "id": ada.seated.seat, "name": "Ada" }));
    assert_eq!(kept["score"], json!(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_board_stands_still_for_participants_and_moves_for_the_facilitator() {
    let house = House::open();
    house.act(Method::POST, "/clock", json!({ "do": "start", "step": "welcome" })).await;
    let (ada, ben) = (house.join("Ada").await, house.join("Ben").await);
    house.ship(&ada, 1, &[finished("run-1", "timeouts", 20)]).await;
    let frozen = house.act(Method::POST, "/freeze", json!({})).await;
    house.ship(&ben, 1, &[finished("run-2", "timeouts", 90)]).await;
    // Everybody has a row; what stands still is what is in it.
    let totals = |board: &Value| -> Vec<u64> {
        let rows = board["rows"].as_array().expect("rows").iter();
        rows.map(|row| row["row"]["total"].as_u64().expect("a number")).collect()
    };
    let shown = house.get("/board", &ben.seated.token).await;
    assert_eq!((totals(&shown), &shown["frozen"]), (vec![20, 0], &json!(true)));
    assert_eq!(totals(&house.get("/board", &house.screen).await), [20, 0]);
    assert_eq!(totals(&house.get("/board?live=true", &house.screen).await), [20, 0], "a screen gets no other");
    assert_eq!(totals(&house.get("/board?live=true", &house.facilitator).await), [90, 20]);
    house.act(Method::POST, "/undo", json!({ "seq": frozen["seq"] })).await;
    assert_eq!(totals(&house.get("/board", &ben.seated.token).await), [90, 20]);
    house.act(Method::POST, "/hide", json!({})).await;
    let hidden = house.get("/board", &ben.seated.token).await.to_string();
    assert!(!hidden.contains("Ada") && hidden.contains("Participant"), "{hidden}");
    let csv = house.ask(Method::GET, "/board/export?format=csv", Some(&house.facilitator)).send().await.unwrap();
    assert!(csv.text().await.unwrap().contains("Ada"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_facilitators_do_not_undo_each_other_unawares() {
    let house = House::open();
    let sheet = house.get("/sheet", &house.facilitator).await;
    let seen = sheet["upto"].as_u64().expect("a number");
    assert!(sheet["cases"].as_array().is_some_and(|cases| cases.len() == 4), "{}", sheet["cases"]);
    let clock = async |seen: u64, body: Value| {
        let request =
            house.ask(Method::POST, "/clock", Some(&house.facilitator)).header("if-match", format!("\"{seen}\""));
        request.json(&body).send().await.expect("an answer")
    };
    assert_eq!(clock(seen, json!({ "do": "start", "step": "welcome" })).await.status(), StatusCode::OK);
    let late = clock(seen, json!({ "do": "pause" })).await;
    let (kind, says) = House::problem(late, StatusCode::PRECONDITION_FAILED).await;
    assert_eq!(kind, "changed");
    assert!(says.contains("started the step `welcome`"), "{says}");
}
