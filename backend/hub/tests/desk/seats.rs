//! Joining, sitting again, names, erasing.

use brownout_core::{
    event::SessionEvent,
    hub::{
        event::WorkshopEvent,
        message::{Audience, Message, Said},
        seat::{Join, Resume},
    },
};
use brownout_hub::{Caller, Face, HubError, RecordIn, Token, Watcher, code};

use crate::hub::{Hub, MINUTE, NOON, finished};

fn caller(hub: &Hub, token: &str) -> Option<Caller> {
    hub.desk.caller(&Token::told(token))
}

#[tokio::test]
async fn a_code_gives_a_seat_and_a_repeated_attempt_the_same_one() {
    let hub = Hub::open().await;
    let join = hub.join_of("Ada", "p-1");
    let typed = Join { code: join.code.to_lowercase().replace('-', " "), ..join.clone() };
    let first = hub.desk.join(typed, None).await.unwrap();
    let again = hub.desk.join(join.clone(), None).await.unwrap();
    assert_eq!(again, first, "a late copy of a request ends no token");
    // A hub that was started since has forgotten the token, and makes another for the same attempt.
    let hub = hub.restart().await;
    let again = hub.desk.join(join.clone(), None).await.unwrap();
    assert_eq!((&again.seat, &again.name), (&first.seat, &first.name));
    assert_ne!((&again.token, &again.recovery), (&first.token, &first.recovery));
    assert_eq!(caller(&hub, &first.token), None, "the answer that was lost opens nothing");
    assert_eq!(caller(&hub, &again.token), Some(Caller::Seat(first.seat.clone())));

    let late = || Join { attempt: "another".into(), ..join.clone() };
    assert!(matches!(hub.desk.join(late(), None).await, Err(HubError::SeatTaken)));
    let sits = caller(&hub, &again.token);
    let renewed = hub.desk.join(late(), sits).await.unwrap();
    assert_eq!(renewed.seat, first.seat, "who has the token may sit there anew");
    let told = async |recovery: &str| {
        let hash = Token::told(&code::meant(recovery).unwrap()).hash();
        hub.desk.look(move |room, _| room.seats().any(|seat| seat.kept().recovery == hash)).await.unwrap()
    };
    assert!(told(&renewed.recovery).await && !told(&again.recovery).await, "the room has the code that was told");
    assert_eq!(caller(&hub, &again.token), None);
    hub.at(NOON + 11 * MINUTE);
    assert!(
        matches!(hub.desk.join(late(), None).await, Err(HubError::SeatTaken)),
        "an attempt is good for ten minutes"
    );

    let second = hub.desk.join(hub.join_of("ADA", "p-2"), None).await.unwrap();
    assert_eq!(second.name, "ADA 2");
    let wrong = Join { code: "0000-0000".into(), ..hub.join_of("Eve", "p-3") };
    assert!(matches!(hub.desk.join(wrong, None).await, Err(HubError::WrongCode)));
    let unfit = hub.desk.join(hub.join_of("Eve", "p/../3"), None).await;
    assert!(matches!(unfit, Err(HubError::Unfit { .. })));
}

#[tokio::test]
async fn a_restart_knows_everybody_by_their_tokens() {
    let hub = Hub::open().await;
    let (seated, _) = hub.join("Ada").await;
    let links = hub.links.clone().unwrap();
    let hub = hub.restart().await;
    assert!(hub.links.is_none(), "links are told once");
    assert_eq!(hub.desk.caller(&links.facilitator), Some(Caller::Facilitator));
    assert_eq!(hub.desk.caller(&links.screen), Some(Caller::Screen));
    assert_eq!(caller(&hub, &seated.token), Some(Caller::Seat(seated.seat.clone())));
    let hub = hub.restart_with_links().await;
    assert_eq!((hub.desk.caller(&links.facilitator), hub.desk.caller(&links.screen)), (None, None));
    let new = hub.links.clone().unwrap();
    assert_eq!(hub.desk.caller(&new.facilitator), Some(Caller::Facilitator));
    assert_eq!(caller(&hub, &seated.token), Some(Caller::Seat(seated.seat)));
}

#[tokio::test]
async fn the_door_can_be_shut_and_get_another_code() {
    let hub = Hub::open().await;
    let (before, seats) = (hub.code.clone(), hub.join("Ada").await);
    hub.desk.door(false, false).await.unwrap();
    assert!(matches!(hub.desk.join(hub.join_of("Ben", "p-2"), None).await, Err(HubError::DoorShut)));
    let again = hub.desk.join(hub.join_of("Ada", "p-ada"), None).await.unwrap();
    assert_eq!(again.seat, seats.0.seat, "who sits there may ask again");
    hub.desk.door(true, true).await.unwrap();
    assert!(matches!(hub.desk.join(hub.join_of("Ben", "p-2"), None).await, Err(HubError::WrongCode)));
    let (code, open) = hub.desk.join_code().await.unwrap();
    assert!(open && code != before);
    hub.desk.join(Join { code, ..hub.join_of("Ben", "p-2") }, None).await.unwrap();
    let hub = hub.restart().await;
    assert_ne!(hub.code, before);
}

#[tokio::test]
async fn there_are_no_more_seats_than_were_allowed() {
    let hub = Hub::open().await;
    for number in 0..250 {
        hub.join(&format!("P {number}")).await;
    }
    let full = hub.desk.join(hub.join_of("Eve", "p-e"), None).await;
    assert!(matches!(full, Err(HubError::Full { seats: 250 })), "{full:?}");
}

#[tokio::test]
async fn a_recovery_code_brings_the_seat_to_another_laptop() {
    let hub = Hub::open().await;
    let (seated, mut laptop) = hub.join("Ada").await;
    hub.start("timeouts").await;
    laptop.runs(&hub, "timeouts", "r1", 70).await;
    let mut watch = hub.desk.watch(Watcher::Seat(seated.seat.clone()), None).await.unwrap();
    watch.next().await.unwrap();
    let resume = |recovery: &str, participant: &str| Resume {
        recovery: recovery.into(),
        participant: participant.into(),
        attempt: "a".into(),
    };
    let typed = seated.recovery.to_lowercase().replace('-', "");
    let again = hub.desk.resume(resume(&typed, "p-new")).await.unwrap();
    assert_eq!((&again.seat, &again.name), (&seated.seat, &seated.name));
    assert_eq!(code::meant(&again.recovery), code::meant(&seated.recovery));
    assert_eq!(caller(&hub, &seated.token), None);
    let mut last = None;
    while let Some(text) = watch.next().await {
        last = Some(text);
    }
    assert!(last.unwrap().contains("taken over with its recovery code"));

    // The stream before is still the seat's, and the new laptop's own begins beside it.
    laptop.runs(&hub, "timeouts", "r2", 75).await;
    let mut new = crate::hub::Laptop { seat: seated.seat.clone(), stream: "session/p-new".into(), events: vec![] };
    new.runs(&hub, "timeouts", "r3", 80).await;
    assert_eq!(hub.desk.board(Face::Live).await.unwrap().rows[0].row.total, 80);
    let have = hub.desk.seat(&seated.seat).await.unwrap().have;
    assert_eq!(have.iter().map(|stream| stream.have).collect::<Vec<_>>(), [2, 1]);

    assert!(matches!(hub.desk.resume(resume("0000-0000-0000-0000", "p")).await, Err(HubError::WrongRecovery)));
    assert!(matches!(hub.desk.resume(resume("nonsense!", "p")).await, Err(HubError::WrongRecovery)));
    let (_, ben) = hub.join("Ben").await;
    let elsewhere = hub.desk.resume(Resume { attempt: "b".into(), ..resume(&seated.recovery, "p-ben") }).await;
    assert!(matches!(elsewhere, Err(HubError::SitsElsewhere)), "{elsewhere:?}");
    assert!(hub.desk.seat(&ben.seat).await.is_ok());
    let other = hub.desk.new_recovery(&seated.seat).await.unwrap();
    assert!(matches!(hub.desk.resume(resume(&seated.recovery, "p-new")).await, Err(HubError::WrongRecovery)));
    hub.desk.resume(resume(&other, "p-new")).await.unwrap();
}

#[tokio::test]
async fn a_seat_is_renamed_where_the_name_is_free() {
    let hub = Hub::open().await;
    let (ada, mut laptop) = hub.join("Ada").await;
    hub.join("Ben").await;
    hub.start("timeouts").await;
    laptop.runs(&hub, "timeouts", "r1", 70).await;
    assert!(matches!(hub.desk.rename(&ada.seat, " BEN ").await, Err(HubError::NameTaken { .. })));
    assert_eq!(hub.desk.rename(&ada.seat, "Ada\u{202e} L.").await.unwrap(), "Ada L.");
    assert_eq!(hub.desk.board(Face::Live).await.unwrap().rows[0].row.name, "Ada L.");
    assert!(matches!(hub.desk.rename("nobody", "Eve").await, Err(HubError::NoSeat)));
    let hub = hub.restart().await;
    assert_eq!(hub.desk.board(Face::Shown).await.unwrap().rows[0].row.name, "Ada L.");
    assert!(
        !hub.events().await.iter().any(|event| event.body.contains("Ada L.")),
        "the name stands with the seat alone"
    );
}

#[tokio::test]
async fn a_seat_that_is_taken_out_may_do_nothing_until_it_is_let_in_again() {
    let hub = Hub::open().await;
    let (ada, mut laptop) = hub.join("Ada").await;
    hub.start("timeouts").await;
    laptop.runs(&hub, "timeouts", "r1", 70).await;
    let mut watch = hub.desk.watch(Watcher::Seat(ada.seat.clone()), None).await.unwrap();
    watch.next().await.unwrap();
    let removed = hub.act(WorkshopEvent::Removed { seat: ada.seat.clone() }).await;
    let mut last = None;
    while let Some(text) = watch.next().await {
        last = Some(text);
    }
    assert!(last.unwrap().contains("then try again"));
    assert_eq!(caller(&hub, &ada.token), None);
    assert_eq!(hub.desk.board(Face::Live).await.unwrap().rows, []);
    assert!(hub.desk.grid().await.unwrap().is_empty());
    laptop.says(NOON, finished("timeouts", "r2", 90, true));
    assert!(matches!(hub.desk.take(&ada.seat, laptop.shipment(2, 1, NOON)).await, Err(HubError::Removed)));
    assert!(matches!(hub.desk.join(hub.join_of("Ada", "p-ada"), None).await, Err(HubError::Removed)));
    let hub = hub.restart().await;
    assert_eq!(caller(&hub, &ada.token), None);
    hub.act(WorkshopEvent::Undone { seq: removed }).await;
    assert_eq!(caller(&hub, &ada.token), Some(Caller::Seat(ada.seat.clone())));
    hub.desk.take(&ada.seat, laptop.shipment(2, 1, NOON)).await.unwrap();
    assert_eq!(hub.desk.board(Face::Live).await.unwrap().rows[0].row.total, 90);
}

#[tokio::test]
async fn erasing_a_seat_leaves_nothing_of_it() {
    let hub = Hub::open().await;
    let (ada, mut laptop) = hub.join("Adaplanted").await;
    let (ben, mut other) = hub.join("Ben").await;
    hub.start("timeouts").await;
    laptop.runs(&hub, "timeouts", "planted-run", 95).await;
    other.runs(&hub, "timeouts", "r-ben", 60).await;
    let hand = SessionEvent::HandRaised { hand: "h".into(), scenario: None, note: "planted-note".into(), code: vec![] };
    laptop.say(&hub, hand).await.unwrap();
    let record = RecordIn {
        run: "planted-run".into(),
        digest: "planted-digest".into(),
        gzip: b"planted-record".to_vec(),
        says_run: "planted-run".into(),
        scenario: "timeouts".into(),
        score: Some(95),
        ranked: true,
    };
    hub.desk.put_record(&ada.seat, record).await.unwrap();
    let say = |id: &str, to: Vec<&str>, text: &str| WorkshopEvent::Said {
        message: Message {
            id: id.into(),
            to: Audience::Seats(to.into_iter().map(str::to_owned).collect()),
            what: Said::Text { text: text.into() },
        },
    };
    hub.act(say("m1", vec![&ada.seat], "planted-message")).await;
    hub.act(say("m2", vec![&ada.seat, &ben.seat], "said to both")).await;
    hub.act(WorkshopEvent::Frozen).await;
    assert_eq!(hub.desk.board(Face::Shown).await.unwrap().rows.len(), 2);
    let planted = |bytes: &[u8]| {
        let secrets = [ada.token.as_bytes(), ada.recovery.as_bytes(), b"p-adaplanted", b"planted"];
        secrets.into_iter().find(|secret| bytes.windows(secret.len()).any(|part| part == *secret)).map(<[u8]>::to_vec)
    };
    assert!(planted(&hub.bytes()).is_some(), "it was there");

    hub.desk.erase(&ada.seat).await.unwrap();
    assert_eq!(caller(&hub, &ada.token), None);
    assert!(matches!(hub.desk.person(&ada.seat).await, Err(HubError::NoSeat)));
    assert!(matches!(hub.desk.erase(&ada.seat).await, Err(HubError::NoSeat)));
    assert_eq!(hub.desk.board(Face::Shown).await.unwrap().rows.len(), 1, "not in the frozen copy either");
    let everything = hub.desk.look(|room, _| format!("{room:?}")).await.unwrap();
    assert_eq!(planted(everything.replace("planted-talking-point", "").as_bytes()), None);
    let hub = hub.restart().await;
    assert_eq!(hub.desk.board(Face::Shown).await.unwrap().rows.len(), 1);
    let kept: String = hub.events().await.iter().map(|event| event.body.clone()).collect();
    assert!(kept.contains("said to both") && kept.contains(&ada.seat), "the event keeps the id");
    hub.desk.close().await;
    let file = String::from_utf8_lossy(&hub.bytes()).replace("planted-talking-point", "");
    assert_eq!(planted(file.as_bytes()).map(String::from_utf8), None, "in the file");
}
