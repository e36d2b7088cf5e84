//! What panels send: events in any order and as often as they like, and the records of runs.

use brownout_core::{
    event::SessionEvent,
    hub::{hand::LONGEST_NOTE, shipment::Shipped},
};
use brownout_hub::{Face, HubError, RecordIn};
use serde_json::value::RawValue;

use crate::hub::{Hub, Laptop, MINUTE, NOON, finished};

fn opened() -> SessionEvent {
    SessionEvent::CaseOpened { scenario: "timeouts".into() }
}

async fn with_ten_events(hub: &Hub) -> Laptop {
    let (_, mut laptop) = hub.join("Ada").await;
    (0..10).for_each(|_| laptop.says(NOON, opened()));
    laptop
}

#[tokio::test]
async fn whatever_is_sent_the_answer_says_what_is_here() {
    let hub = Hub::open().await;
    let laptop = with_ten_events(&hub).await;
    for (what, first, count, have, new) in [
        ("a beginning that is none", 3, 2, 0, 0),
        ("the beginning", 1, 4, 4, 4),
        ("the same again", 1, 4, 4, 0),
        ("an overlap", 3, 4, 6, 2),
        ("a gap", 8, 2, 6, 0),
        ("nothing", 7, 0, 6, 0),
        ("the rest", 7, 9, 10, 4),
    ] {
        let shipped = hub.desk.take(&laptop.seat, laptop.shipment(first, count, NOON)).await.unwrap();
        assert_eq!((shipped.have, shipped.new), (have, new), "{what}");
    }
    let mut laptop = laptop;
    laptop.says(NOON, opened());
    let mut other = laptop.shipment(10, 2, NOON);
    other.events[0].body = raw(r#"{"kind":"case_opened","scenario":"bulkheads"}"#);
    let Shipped { have, new, .. } = hub.desk.take(&laptop.seat, other).await.unwrap();
    assert_eq!((have, new), (11, 1), "an event with another body: the first one counts");
    assert_eq!(hub.desk.look(|room, _| room.differing()).await.unwrap(), 1);
    assert!(!hub.events().await.iter().any(|event| event.body.contains("bulkheads") && event.stream.seat().is_some()));
}

#[tokio::test]
async fn a_stream_begins_where_its_panel_says_and_nowhere_else() {
    let hub = Hub::open().await;
    let laptop = with_ten_events(&hub).await;
    let from = |first| {
        let mut shipment = laptop.shipment(first, 2, NOON);
        shipment.from = 4;
        shipment
    };
    for (first, have, new) in [(6, 3, 0), (2, 3, 0), (3, 4, 1), (5, 6, 2)] {
        let shipped = hub.desk.take(&laptop.seat, from(first)).await.unwrap();
        assert_eq!((shipped.have, shipped.new), (have, new), "first {first}");
    }
}

#[tokio::test]
async fn nobody_writes_to_the_stream_of_another() {
    let hub = Hub::open().await;
    let ada = with_ten_events(&hub).await;
    let (_, ben) = hub.join("Ben").await;
    let events = hub.events().await.len();
    let refused = hub.desk.take(&ben.seat, ada.shipment(1, 3, NOON)).await;
    assert!(matches!(refused, Err(HubError::Unfit { .. })), "{refused:?}");
    assert!(matches!(hub.desk.take("nobody", ada.shipment(1, 3, NOON)).await, Err(HubError::NoSeat)));
    // A run's id that no database can keep is no run; the event is kept, and so is what came with it.
    let mut zero = ada.shipment(1, 3, NOON);
    zero.events[1].body =
        raw(r#"{"kind":"run_finished","run":"a\u0000b","scenario":"timeouts","score":3,"ranked":true}"#);
    let (zero, good) = tokio::join!(hub.desk.take(&ada.seat, zero), hub.desk.take(&ada.seat, ada.shipment(1, 3, NOON)));
    assert!(zero.is_ok() && good.is_ok(), "{zero:?} {good:?}");
    assert_eq!(hub.events().await.len(), events + 3);
}

#[tokio::test]
async fn what_cannot_be_is_kept_and_counts_for_nothing() {
    let hub = Hub::open().await;
    let (_, mut laptop) = hub.join("Ada").await;
    hub.start("timeouts").await;
    laptop.runs(&hub, "timeouts", "too-good", 101).await;
    laptop.runs(&hub, "no-such-case", "elsewhere", 100).await;
    laptop.runs(&hub, "timeouts", &"x".repeat(200), 100).await;
    laptop.say(&hub, finished("timeouts", "practice", 100, false)).await.unwrap();
    assert!(!hub.desk.board(Face::Live).await.unwrap().rows[0].has_result());
    laptop.runs(&hub, "timeouts", "true", 40).await;
    let board = hub.desk.board(Face::Live).await.unwrap();
    assert_eq!(board.rows[0].row.total, 40);
    assert_eq!(hub.desk.take(&laptop.seat, laptop.shipment(5, 1, NOON)).await.unwrap().have, 5);
}

#[tokio::test]
async fn a_newer_panels_events_are_kept_though_not_understood() {
    let hub = Hub::open().await;
    let (_, mut laptop) = hub.join("Ada").await;
    // A kind that is not known, and a field that is not known, of which the rest counts.
    let said = [
        r#"{"kind":"teleport","to":"mars"}"#,
        r#"{"kind":"run_finished", "colour":"red","run":"r1","scenario":"timeouts","score":40,"ranked":true,"met":false}"#,
    ];
    said.iter().for_each(|_| laptop.says(NOON, opened()));
    let shipment = || {
        let mut shipment = laptop.shipment(1, 2, NOON);
        shipment.events.iter_mut().zip(said).for_each(|(event, said)| event.body = raw(said));
        shipment
    };
    assert_eq!(hub.desk.take(&laptop.seat, shipment()).await.unwrap().have, 2);
    let kept: Vec<String> = hub.events().await.into_iter().rev().take(2).map(|event| event.body).collect();
    assert_eq!(kept, [said[1], said[0]], "byte for byte");
    assert_eq!(hub.desk.board(Face::Live).await.unwrap().rows[0].row.total, 40);
    let hub = hub.restart().await;
    assert_eq!(hub.desk.seat(&laptop.seat).await.unwrap().have[0].have, 2);
    assert_eq!(hub.desk.take(&laptop.seat, shipment()).await.unwrap().new, 0);
    assert_eq!(hub.desk.look(|room, _| room.differing()).await.unwrap(), 0, "it is the same that came again");
}

/// What an event says, as it comes.
fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.into()).unwrap()
}

#[tokio::test]
async fn what_was_before_the_first_step_counts_only_just_before_it() {
    let hub = Hub::open().await;
    let (_, mut laptop) = hub.join("Ada").await;
    laptop.runs(&hub, "timeouts", "long-ago", 90).await;
    hub.at(NOON + 10 * MINUTE);
    laptop.runs(&hub, "timeouts", "just-before", 30).await;
    let best = |board: brownout_core::hub::row::HubBoard| board.rows.first().map(|row| row.row.total);
    assert_eq!(best(hub.desk.board(Face::Live).await.unwrap()), Some(90), "nothing has begun: all counts");
    hub.at(NOON + 12 * MINUTE);
    let started = hub.start("timeouts").await;
    assert_eq!(best(hub.desk.board(Face::Live).await.unwrap()), Some(30));
    hub.act(brownout_core::hub::event::WorkshopEvent::Undone { seq: started }).await;
    assert_eq!(best(hub.desk.board(Face::Live).await.unwrap()), Some(90), "the start was undone");
    hub.start("timeouts").await;
    let hub = hub.restart().await;
    assert_eq!(best(hub.desk.board(Face::Live).await.unwrap()), Some(30));
    assert_eq!(hub.desk.card().await.unwrap().since_ms, NOON + 7 * MINUTE);
}

#[tokio::test]
async fn one_seat_does_not_fill_the_hub() {
    let hub = Hub::open().await;
    let (_, mut laptop) = hub.join("Ada").await;
    hub.start("timeouts").await;
    let hint = |number: u64| {
        let hint = brownout_core::case::HintTaken { name: format!("h{number}"), cost: 0, clock_ms: 1 };
        SessionEvent::HintShown { scenario: "timeouts".into(), hint }
    };
    (0..20_001).for_each(|number| laptop.says(NOON, hint(number)));
    for first in (1..20_000).step_by(250) {
        hub.desk.take(&laptop.seat, laptop.shipment(first, 250, NOON)).await.unwrap();
    }
    assert_eq!(hub.desk.grid().await.unwrap()[0].cells[0].hints, 500);
    let more = hub.desk.take(&laptop.seat, laptop.shipment(20_001, 1, NOON)).await.unwrap_err();
    assert!(more.to_string().contains("20000 events"), "{more}");
    let (_, mut ben) = hub.join("Ben").await;
    let long = "x".repeat(5_000);
    ben.runs(&hub, &long, "r1", 40).await;
    let long = hub.desk.look(|room, _| format!("{:?}", room.seats().last()).len()).await.unwrap();
    assert!(long < 4_000, "{long} letters are remembered of what cannot be");
}

#[tokio::test]
async fn numbers_that_end_are_refused_before_they_are_counted() {
    let hub = Hub::open().await;
    let laptop = with_ten_events(&hub).await;
    let mut shipment = laptop.shipment(1, 1, NOON);
    shipment.first = u64::MAX;
    shipment.events[0].seq = u64::MAX;
    let refused = hub.desk.take(&laptop.seat, shipment).await;
    assert!(matches!(refused, Err(HubError::Unfit { .. })), "{refused:?}");
    hub.desk.grid().await.unwrap();
}

#[tokio::test]
async fn what_was_done_yesterday_is_of_yesterday_when_it_comes_today() {
    let hub = Hub::open().await;
    let (_, mut laptop) = hub.join("Ada").await;
    laptop.says(NOON + 60 * MINUTE, finished("timeouts", "practice", 100, true));
    hub.at(NOON + 16 * 60 * MINUTE);
    hub.desk.take(&laptop.seat, laptop.shipment(1, 1, hub.now())).await.unwrap();
    hub.at(hub.now() + MINUTE);
    hub.start("timeouts").await;
    assert!(!hub.desk.board(Face::Live).await.unwrap().rows[0].has_result(), "it is none of today");
}

#[tokio::test]
async fn a_record_is_wanted_until_it_is_here_and_says_what_the_event_said() {
    let hub = Hub::open().await;
    let (_, mut laptop) = hub.join("Ada").await;
    hub.start("timeouts").await;
    laptop.runs(&hub, "timeouts", "r1", 40).await;
    hub.at(NOON + MINUTE);
    laptop.runs(&hub, "bulkheads", "r2", 60).await;
    laptop.runs(&hub, "no-such-case", "r3", 60).await;
    let wanted = async |hub: &Hub| hub.desk.seat(&laptop.seat).await.unwrap().wanted;
    assert_eq!(wanted(&hub).await, ["r1", "r2"], "oldest first, of cases of the sheet");
    let record = |run: &str, digest: &str, score| RecordIn {
        run: run.into(),
        digest: digest.into(),
        gzip: b"gzip".to_vec(),
        says_run: run.into(),
        scenario: "timeouts".into(),
        score: Some(score),
        ranked: true,
    };
    let put = async |record| hub.desk.put_record(&laptop.seat, record).await;
    assert!(matches!(put(record("r9", "d", 40)).await, Err(HubError::Unknown { what: "run", .. })));
    let counted = async || {
        let row = hub.desk.grid().await.unwrap().remove(0);
        (row.runs, row.records)
    };
    let (runs, none) = counted().await;
    assert_eq!(none, 0);
    assert!(put(record("r1", "d", 40)).await.unwrap());
    assert_eq!(counted().await, (runs, 1), "so that a page asks for it");
    assert!(!put(record("r1", "d", 40)).await.unwrap(), "the same again");
    assert!(matches!(put(record("r1", "e", 40)).await, Err(HubError::OtherRecord { .. })));
    assert_eq!(hub.desk.record(&laptop.seat, "r1").await.unwrap().unwrap(), b"gzip");
    assert_eq!(wanted(&hub).await, ["r2"]);
    assert!(matches!(put(record("r2", "d", 60)).await, Err(HubError::Unfit { .. })), "of another case");
    assert_eq!(wanted(&hub).await, [""; 0], "what was refused is not asked for again");
    let hub = hub.restart().await;
    assert_eq!(wanted(&hub).await, ["r2"], "but by a hub that has not seen it");
}

#[tokio::test]
async fn a_hand_is_seen_with_its_note_and_its_code_is_asked_for_apart() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Ada").await;
    hub.join("Ben").await;
    let code = vec![brownout_core::event::CodeFile { path: "lab/src/x.rs".into(), text: "fn main() {}\n".into() }];
    let note = format!("why?\n{}", "x".repeat(400));
    let hand = |code| SessionEvent::HandRaised { hand: "h1".into(), scenario: Some("timeouts".into()), note, code };
    ada.say(&hub, hand(code.clone())).await.unwrap();
    let grid = hub.desk.grid().await.unwrap();
    let hand = grid[0].hand.clone().unwrap();
    assert_eq!((&*grid[0].name, hand.note.chars().count(), hand.shares_code), ("Ada", LONGEST_NOTE, true));
    assert!(hand.note.starts_with("why? x"));
    let turned =
        vec![brownout_core::event::CodeFile { path: "lab/\u{202e}x.rs".into(), text: "fn main() {}\n".into() }];
    let other = SessionEvent::HandRaised {
        hand: "h2".into(),
        scenario: Some("a\nb".into()),
        note: String::new(),
        code: turned,
    };
    let (_, mut cyd) = hub.join("Cyd").await;
    cyd.say(&hub, other).await.unwrap();
    let view = hub.desk.hand(&cyd.seat, "h2").await.unwrap();
    assert_eq!((view.hand.scenario, &*view.code[0].path), (None, "lab/x.rs"));
    cyd.say(&hub, SessionEvent::HandLowered { hand: "h2".into() }).await.unwrap();
    let view = hub.desk.hand(&ada.seat, "h1").await.unwrap();
    assert_eq!((view.hand, view.code), (hand, code));
    assert!(matches!(hub.desk.hand(&ada.seat, "h2").await, Err(HubError::Unknown { .. })));
    let hub = hub.restart().await;
    assert_eq!(hub.desk.hand(&ada.seat, "h1").await.unwrap().hand.hand, "h1");
    ada.say(&hub, SessionEvent::HandLowered { hand: "h1".into() }).await.unwrap();
    assert!(hub.desk.grid().await.unwrap().iter().all(|row| row.hand.is_none()));
}
