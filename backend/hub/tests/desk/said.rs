//! What a facilitator says, to whom, and how long it stands.

use brownout_core::{
    case::CaseState,
    event::SessionEvent,
    hub::{
        event::WorkshopEvent,
        message::{Audience, Message, Said},
    },
};
use brownout_hub::{HubError, Watcher};

use crate::hub::{Hub, snapshot, undone};

fn message(id: &str, to: Audience, what: Said) -> WorkshopEvent {
    WorkshopEvent::Said { message: Message { id: id.into(), to, what } }
}

#[tokio::test]
async fn what_was_said_is_there_until_it_is_taken_back_or_dismissed() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Ada").await;
    let (_, ben) = hub.join("Ben").await;
    hub.start("timeouts").await;
    ada.runs(&hub, "timeouts", "a1", 40).await;
    let announce = Said::Announcement { text: "Lunch\u{202e} at\none.".into() };
    hub.act(message("m1", Audience::All, announce)).await;
    let hint = Said::Hint { scenario: "timeouts".into(), hint: "deadline".into() };
    let seen = Audience::In { scenario: "timeouts".into(), state: CaseState::BrokenSeen };
    let hinted = hub.act(message("m2", seen, hint)).await;
    let said =
        async |who| -> Vec<String> { snapshot(&hub, who).await.said.into_iter().map(|message| message.id).collect() };
    let (to_ada, to_ben) = (Watcher::Seat(ada.seat.clone()), Watcher::Seat(ben.seat.clone()));
    assert_eq!(said(to_ada.clone()).await, ["m1", "m2"]);
    assert_eq!(said(to_ben.clone()).await, ["m1"], "who has not seen it fail gets no hint");
    assert_eq!(said(Watcher::Screen).await, ["m1"]);
    let wall = snapshot(&hub, Watcher::Screen).await.said.remove(0);
    assert_eq!(wall.what, Said::Announcement { text: "Lunch at one.".into() });
    ada.say(&hub, SessionEvent::MessageSeen { message: "m1".into() }).await.unwrap();
    assert_eq!(said(to_ada.clone()).await, ["m2"]);
    hub.act(undone(hinted)).await;
    hub.act(WorkshopEvent::Unsaid { message: "m1".into() }).await;
    assert_eq!((said(to_ada).await, said(to_ben).await), (vec![], vec![]));

    let text = |text: &str| Said::Text { text: text.into() };
    for refused in [
        message("m1", Audience::All, text("again")),
        message("", Audience::All, text("x")),
        message("m3", Audience::All, text(" \n ")),
        message("m3", Audience::Seats(vec!["nobody".into()]), text("x")),
        message("m3", Audience::All, Said::Hint { scenario: "unknown".into(), hint: "x".into() }),
        message("m3", Audience::Seats(vec![ben.seat.clone()]), Said::Announcement { text: "x".into() }),
        WorkshopEvent::Unsaid { message: "m1".into() },
    ] {
        let answer = hub.desk.act(refused.clone(), None).await;
        assert!(matches!(answer, Err(HubError::Unfit { .. })), "{refused:?}: {answer:?}");
    }
}

#[tokio::test]
async fn an_announcement_stands_however_much_is_said_to_others() {
    let hub = Hub::open().await;
    let ((_, ada), (_, ben)) = (hub.join("Ada").await, hub.join("Ben").await);
    hub.act(message("lunch", Audience::All, Said::Announcement { text: "Lunch.".into() })).await;
    for number in 0..110 {
        let to = Audience::Seats(vec![ben.seat.clone()]);
        hub.act(message(&format!("m{number}"), to, Said::Text { text: "x".into() })).await;
    }
    let said = async |who| snapshot(&hub, who).await.said.len();
    assert_eq!(said(Watcher::Seat(ada.seat.clone())).await, 1);
    assert_eq!(said(Watcher::Screen).await, 1);
    assert_eq!(said(Watcher::Seat(ben.seat.clone())).await, 100, "the last ones");
    hub.act(WorkshopEvent::Unsaid { message: "lunch".into() }).await;
    assert_eq!(said(Watcher::Screen).await, 0);
}
