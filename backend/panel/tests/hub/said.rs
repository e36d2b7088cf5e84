//! What the facilitator says to a panel, and what its participant answers.

use brownout_core::{
    case::{CaseProgress, HintState},
    hub::{
        agenda::WrapUp,
        membership::{HubMembership, OwnWrapUp},
        row::HubBoard,
        view::LinkState,
    },
    workshop::{AnswerForm, Question},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{house::House, participant::Participant};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_facilitator_says_is_shown_and_a_hint_costs_nothing() {
    let house = House::started().await;
    let ada = Participant::open().await;
    let board = ada.refused(Method::GET, "/leaderboard?of=hub", None).await;
    assert_eq!((board.0, board.1.as_str()), (404, "not-joined"));
    assert_eq!(ada.refused(Method::POST, "/hub/hand", Some(json!({ "note": "" }))).await.0, 404);
    ada.join(house.word("url"), house.word("code"), "Ada").await;
    let seat = ada.seat();
    ada.until("connected", |now| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Connected)).await;
    let agenda = ada.app.member.view().expect("a hub");
    assert_eq!((agenda.step.as_deref(), agenda.steps.is_empty()), (Some("welcome"), false));
    ada.act(Method::POST, "/cases/timeouts/open", json!({})).await;
    let cases: Vec<CaseProgress> = ada.get("/cases").await;
    let timeouts = cases.iter().find(|case| case.scenario == "timeouts").expect("the case");
    let dear = timeouts.hints.iter().find(|hint| hint.cost > 0).expect("a hint that costs something").clone();
    let hint = json!({ "to": { "seats": [seat] }, "what": { "hint": { "scenario": "timeouts", "hint": dear.name } } });
    house.act(Method::POST, "/messages", hint).await;
    let shows =
        |count: usize| move |now: &HubMembership| now.hub.as_ref().is_some_and(|hub| hub.messages.len() == count);
    let shown = ada.until("the hint", shows(1)).await.hub.expect("a hub").messages.remove(0);
    assert_eq!((shown.kind.as_str(), shown.scenario.as_str(), shown.text.is_empty()), ("hint", "timeouts", false));
    let cases: Vec<CaseProgress> = ada.get("/cases").await;
    let timeouts = cases.iter().find(|case| case.scenario == "timeouts").expect("the case");
    let given = timeouts.hints.iter().find(|hint| hint.name == dear.name).expect("the hint");
    assert_eq!((given.state, given.cost, timeouts.hints_cost), (HintState::Shown, 0, 0));
    ada.act(Method::POST, &format!("/hub/messages/{}/seen", shown.id), json!({})).await;
    ada.until("the hint dismissed", shows(0)).await;
    // What is announced and taken back disappears by itself.
    let said = json!({ "to": "all", "what": { "announcement": { "text": "Five minutes <b>more</b>." } } });
    let announced = house.act(Method::POST, "/messages", said).await;
    let shown = ada.until("the announcement", shows(1)).await.hub.expect("a hub").messages.remove(0);
    assert_eq!((shown.kind.as_str(), shown.text.as_str()), ("announcement", "Five minutes <b>more</b>."));
    house.act(Method::POST, "/undo", json!({ "seq": announced["seq"] })).await;
    ada.until("the announcement taken back", shows(0)).await;
    // A hand, with help.
    ada.act(Method::POST, "/hub/hand", json!({ "note": "Why?", "show_code": true })).await;
    ada.until_level().await;
    let hand = ada.app.member.hand().expect("it is up");
    let up = house.row(&seat).await["hand"].clone();
    assert_eq!((&up["hand"], &up["note"], &up["shares_code"]), (&json!(hand), &json!("Why?"), &json!(true)));
    house.act(Method::POST, &format!("/people/{seat}/helped"), json!({ "hand": hand })).await;
    ada.until("the hand down", |now| now.hub.as_ref().is_some_and(|hub| hub.hand.is_none())).await;
    // Takeaways and answers.
    let wrap_up: WrapUp = ada.get("/hub/wrap-up").await;
    let takeaway = &wrap_up.takeaways[0].name;
    ada.act(Method::PUT, &format!("/hub/takeaways/{takeaway}"), json!({ "ticked": true })).await;
    let unknown = ada.refused(Method::PUT, "/hub/takeaways/nothing", Some(json!({ "ticked": true }))).await;
    assert_eq!(unknown.0, 404);
    let wrong = json!({ "value": { "scale": 4711 } });
    let question = &wrap_up.survey[0].name;
    assert_eq!(ada.refused(Method::PUT, &format!("/hub/answers/{question}"), Some(wrong)).await.0, 422);
    assert_eq!(ada.app.member.view().expect("a hub").ticked, std::slice::from_ref(takeaway));
    let (asked, value) = answerable(&wrap_up);
    ada.act(Method::PUT, &format!("/hub/answers/{asked}"), json!({ "value": value })).await;
    // Other questions, with as many steps as before: a page that is open asks for them.
    let before = ada.app.member.view().expect("a hub").wrap_ups;
    let mut sheet = house.get("/sheet", &house.facilitator).await["sheet"].take();
    sheet["takeaways"].as_array_mut().expect("takeaways").truncate(1);
    house.act(Method::PUT, "/sheet", sheet).await;
    ada.until("other takeaways", |now| now.hub.as_ref().is_some_and(|hub| hub.wrap_ups > before)).await;
    assert_eq!(ada.get::<WrapUp>("/hub/wrap-up").await.takeaways.len(), 1);
    // The board is everybody's.
    ada.runs("ada-1", "timeouts", 77).await;
    ada.until_level().await;
    let on_board = async || {
        let board: HubBoard = ada.get("/leaderboard?of=hub").await;
        board.rows.first().map(|row| row.row.total)
    };
    let (_, mut items) = ada.app.feed.subscribe(None, None);
    while on_board().await != Some(77) {
        items.recv().await.expect("the feed goes on");
    }
    // A restart knows it all again.
    let ada = ada.restarted().await;
    let again =
        ada.until("connected again", |now| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Connected)).await;
    let hub = again.hub.expect("a hub");
    assert_eq!((hub.seat, hub.ticked, hub.messages.len(), hub.hand), (seat, vec![takeaway.clone()], 0, None));
    let own: OwnWrapUp = ada.get("/hub/wrap-up").await;
    assert_eq!((own.ticked, own.answers.len()), (vec![takeaway.clone()], 1));
    assert_eq!(json!(own.answers[&asked]), value);
    ada.down().await;
}

/// A question with an answer that it takes.
fn answerable(wrap_up: &WrapUp) -> (String, Value) {
    let answer = |asked: &Question| match &asked.form {
        AnswerForm::Scale { to, .. } => json!({ "scale": to }),
        AnswerForm::Choose(words) => json!({ "choice": words[0] }),
        AnswerForm::Text { .. } => json!({ "text": "It was well." }),
    };
    let asked = wrap_up.survey.first().expect("a question");
    (asked.name.clone(), answer(asked))
}
