//! Those who watch: what they are told first, what comes then, and who is told what.

use std::{sync::Arc, time::Duration};

use brownout_core::{
    event::SessionEvent,
    hub::{
        event::WorkshopEvent,
        live::{HubHeard, HubItem, HubMessage, HubSnapshot},
        message::{Audience, Message, Said},
        seat::Resume,
    },
};
use brownout_hub::{Face, HubError, Watch, Watcher};
use tokio::time::timeout;

use crate::hub::{Hub, MINUTE, NOON};

async fn next(watch: &mut Watch) -> HubHeard {
    let text = timeout(Duration::from_secs(10), watch.next()).await.expect("something comes").expect("it goes on");
    let heard = HubMessage::heard(&text).unwrap();
    // What was put together from texts is what the types say.
    let read: HubMessage = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::from_str::<serde_json::Value>(&text).unwrap());
    heard
}

pub(crate) async fn hello(watch: &mut Watch) -> (String, u64, HubSnapshot) {
    match next(watch).await {
        HubHeard::Hello { epoch, seq, snapshot } => (epoch, seq, *snapshot),
        other => panic!("no hello: {other:?}"),
    }
}

/// The next item that `wanted` wants.
pub(crate) async fn item<T>(watch: &mut Watch, wanted: impl Fn(HubItem) -> Option<T>) -> (u64, T) {
    loop {
        if let HubHeard::Item { seq, item: Some(item) } = next(watch).await
            && let Some(wanted) = wanted(*item)
        {
            return (seq, wanted);
        }
    }
}

#[tokio::test]
async fn a_board_that_follows_its_changes_is_the_board() {
    let hub = Hub::open().await;
    let mut laptops = Vec::new();
    for name in ["Ada", "Ben", "Cyd"] {
        laptops.push(hub.join(name).await.1);
    }
    hub.start("timeouts").await;
    let mut watch = hub.desk.watch(Watcher::Screen, None).await.unwrap();
    let (.., snapshot) = hello(&mut watch).await;
    let mut board = snapshot.board;
    for (at, laptop) in laptops.iter_mut().enumerate() {
        hub.at(hub.now() + 1_000);
        laptop.runs(&hub, "timeouts", &laptop.seat.clone(), 40 + at as u32).await;
    }
    hub.act(WorkshopEvent::NamesHidden { hidden: true }).await;
    hub.desk.erase(&laptops[0].seat).await.unwrap();
    let now = hub.desk.board(Face::Shown).await.unwrap();
    while board.upto < now.upto {
        match next(&mut watch).await {
            HubHeard::Item { item: Some(item), .. } => {
                if let HubItem::Board(delta) = *item {
                    board.apply(delta);
                }
            }
            // After somebody was erased everybody begins anew.
            HubHeard::Hello { snapshot, .. } => board = snapshot.board,
            _ => {}
        }
    }
    assert_eq!(board, now);
    assert_eq!(board.rows.len(), 2);
}

#[tokio::test]
async fn another_column_gives_everybody_a_new_snapshot() {
    let hub = Hub::open().await;
    let mut watch = hub.desk.watch(Watcher::Facilitator, None).await.unwrap();
    let (_, before, snapshot) = hello(&mut watch).await;
    let mut sheet = snapshot.facilitator.unwrap().sheet;
    sheet.steps.retain(|step| step.name != "replicas");
    hub.act(WorkshopEvent::SheetEdited { sheet }).await;
    let (seq, snapshot) = loop {
        if let HubHeard::Hello { seq, snapshot, .. } = next(&mut watch).await {
            break (seq, snapshot);
        }
    };
    assert!(seq > before);
    assert_eq!((snapshot.board.cases.len(), snapshot.agenda.steps.len()), (3, 5));
}

#[tokio::test]
async fn a_seat_is_told_what_is_its_own_and_nothing_of_others() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Adaplanted").await;
    let (_, mut ben) = hub.join("Ben").await;
    hub.start("timeouts").await;
    let mut to_ada = hub.desk.watch(Watcher::Seat(ada.seat.clone()), None).await.unwrap();
    let mut to_ben = hub.desk.watch(Watcher::Seat(ben.seat.clone()), None).await.unwrap();
    let (.., snapshot) = hello(&mut to_ada).await;
    assert_eq!(snapshot.seat.unwrap().seat, ada.seat);
    assert!(snapshot.facilitator.is_none());
    let mut heard_by_ben = vec![to_ben.next().await.unwrap()];

    let hand = SessionEvent::HandRaised { hand: "h".into(), scenario: None, note: "secret-note".into(), code: vec![] };
    ada.say(&hub, hand).await.unwrap();
    let (_, (have, wanted)) =
        item(
            &mut to_ada,
            |item| if let HubItem::Have { have, wanted, .. } = item { Some((have, wanted)) } else { None },
        )
        .await;
    assert_eq!((have, wanted), (1, vec![]));
    let both = Audience::Seats(vec![ada.seat.clone(), ben.seat.clone()]);
    for (id, to, text) in [("m1", Audience::Seats(vec![ada.seat.clone()]), "secret-text"), ("m2", both, "to both")] {
        let message = Message { id: id.into(), to, what: Said::Text { text: text.into() } };
        hub.act(WorkshopEvent::Said { message }).await;
    }
    let said = |item| if let HubItem::Said(message) = item { Some(message) } else { None };
    assert_eq!(item(&mut to_ada, said).await.1.id, "m1");
    let second = item(&mut to_ada, said).await.1;
    assert_eq!((&*second.id, second.to), ("m2", Audience::Seats(vec![ada.seat.clone()])));
    hub.act(WorkshopEvent::Helped { seat: ada.seat.clone(), hand: "h".into() }).await;
    item(&mut to_ada, |item| matches!(item, HubItem::Helped { .. }).then_some(())).await;
    hub.desk.rename(&ada.seat, "Adele").await.unwrap();
    let (_, name) =
        item(&mut to_ada, |item| if let HubItem::Renamed { name } = item { Some(name) } else { None }).await;
    assert_eq!(name, "Adele");
    hub.desk.have(&ada.seat, ada.stream.clone());
    item(&mut to_ada, |item| matches!(item, HubItem::Have { have: 1, .. }).then_some(())).await;

    ben.runs(&hub, "timeouts", "r", 40).await;
    hub.act(WorkshopEvent::Frozen).await;
    loop {
        let text = timeout(Duration::from_secs(10), to_ben.next()).await.unwrap().unwrap();
        let last = text.contains(r#""frozen":true"#);
        heard_by_ben.push(text);
        if last {
            break;
        }
    }
    let heard_by_ben = heard_by_ben.concat();
    // The name stands on the board, and what was told of it to the seat alone is not here.
    for secret in ["secret", "p-adaplanted", "planted-talking-point", &hub.code, "renamed"] {
        assert!(!heard_by_ben.contains(secret), "{secret} in {heard_by_ben}");
    }
    assert!(heard_by_ben.contains("to both"));
}

#[tokio::test]
async fn what_was_taken_back_is_told_to_those_to_whom_it_was_said_and_after_it() {
    let hub = Hub::open().await;
    let ((_, ada), (_, ben)) = (hub.join("Ada").await, hub.join("Ben").await);
    for number in 0..20 {
        let mut to_ada = hub.desk.watch(Watcher::Seat(ada.seat.clone()), None).await.unwrap();
        let mut others = Vec::new();
        for who in [Watcher::Seat(ben.seat.clone()), Watcher::Screen] {
            others.push(hub.desk.watch(who, None).await.unwrap());
        }
        // A page that knows the message and not the number of its event.
        let mut facilitator = hub.desk.watch(Watcher::Facilitator, None).await.unwrap();
        let id = format!("planted-{number}");
        let to = Audience::Seats(vec![ada.seat.clone()]);
        let message = Message { id: id.clone(), to, what: Said::Text { text: "x".into() } };
        let said = hub.act(WorkshopEvent::Said { message }).await;
        match number % 2 {
            0 => hub.act(WorkshopEvent::Unsaid { message: id.clone() }).await,
            _ => hub.act(WorkshopEvent::Undone { seq: said }).await,
        };
        let announcement = Said::Announcement { text: "the end".into() };
        let last = Message { id: format!("last-{number}"), to: Audience::All, what: announcement };
        hub.act(WorkshopEvent::Said { message: last }).await;
        let mut shown = Vec::new();
        loop {
            let told = |item| match item {
                HubItem::Said(message) => Some((message.id, true)),
                HubItem::Unsaid { message } => Some((message, false)),
                _ => None,
            };
            let (_, (message, is_said)) = item(&mut to_ada, told).await;
            if message == format!("last-{number}") {
                break;
            }
            shown.push((message, is_said));
        }
        assert_eq!(shown, [(id.clone(), true), (id.clone(), false)]);
        let taken_back = |item| match item {
            HubItem::Unsaid { message } => Some(message),
            _ => None,
        };
        assert_eq!(item(&mut facilitator, taken_back).await.1, id);
        for other in &mut others {
            loop {
                let text = timeout(Duration::from_secs(10), other.next()).await.unwrap().unwrap();
                assert!(!text.contains("planted"), "{text}");
                if text.contains(&format!("last-{number}")) {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_laptop_whose_seat_was_taken_over_does_not_stay() {
    let hub = Hub::open().await;
    let (seated, ada) = hub.join("Ada").await;
    let mut before = hub.desk.watch(Watcher::Seat(ada.seat.clone()), None).await.unwrap();
    let resume = Resume { recovery: seated.recovery, participant: "p-new".into(), attempt: "a".into() };
    hub.desk.resume(resume).await.unwrap();
    // More than it may be behind: that it has ended is among what is lost.
    for _ in 0..40 {
        hub.desk.have(&ada.seat, ada.stream.clone());
    }
    hub.desk.grid().await.unwrap();
    while timeout(Duration::from_secs(10), before.next()).await.expect("it ends").is_some() {}
    let mut after = hub.desk.watch(Watcher::Seat(ada.seat.clone()), None).await.unwrap();
    hello(&mut after).await;
}

#[tokio::test]
async fn a_facilitators_page_that_was_away_is_told_what_it_missed() {
    let hub = Hub::open().await;
    let mut watch = hub.desk.watch(Watcher::Facilitator, None).await.unwrap();
    let (epoch, seq, _) = hello(&mut watch).await;
    drop(watch);
    hub.act(WorkshopEvent::Frozen).await;
    let mut back = hub.desk.watch(Watcher::Facilitator, Some((epoch.clone(), seq))).await.unwrap();
    assert_eq!(next(&mut back).await, HubHeard::Resumed);
    let event = |item| if let HubItem::Workshop(event) = item { event.body.known().cloned() } else { None };
    assert_eq!(item(&mut back, event).await.1, WorkshopEvent::Frozen);
    let mut seat = {
        let (_, ada) = hub.join("Ada").await;
        hub.desk.watch(Watcher::Seat(ada.seat), Some((epoch.clone(), seq))).await.unwrap()
    };
    hello(&mut seat).await;
    let hub = hub.restart().await;
    let mut other = hub.desk.watch(Watcher::Facilitator, Some((epoch.clone(), seq))).await.unwrap();
    assert_ne!(hello(&mut other).await.0, epoch, "another epoch gets a snapshot");
}

#[tokio::test]
async fn what_was_told_of_somebody_who_is_erased_is_told_to_nobody_again() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Planted").await;
    hub.start("timeouts").await;
    let mut watches = Vec::new();
    for who in [Watcher::Screen, Watcher::Facilitator] {
        let mut watch = hub.desk.watch(who.clone(), None).await.unwrap();
        let (epoch, seq, _) = hello(&mut watch).await;
        watches.push((who, epoch, seq, watch));
    }
    ada.runs(&hub, "timeouts", "r", 40).await;
    for (.., watch) in &mut watches {
        item(watch, |item| matches!(item, HubItem::Board(_)).then_some(())).await;
    }
    hub.desk.erase(&ada.seat).await.unwrap();
    for (who, epoch, seq, _) in watches {
        let mut back = hub.desk.watch(who, Some((epoch, seq))).await.unwrap();
        let told = back.next().await.unwrap();
        assert!(told.contains("hello") && !told.contains("Planted"), "{told}");
    }
}

#[tokio::test]
async fn who_falls_behind_begins_anew_and_nobody_waits_for_him() {
    let hub = Hub::open().await;
    let mut slow = hub.desk.watch(Watcher::Screen, None).await.unwrap();
    hello(&mut slow).await;
    for number in 0..150 {
        let seq = hub.act(WorkshopEvent::NamesHidden { hidden: number % 2 == 0 }).await;
        let message =
            Message { id: format!("m{number}"), to: Audience::All, what: Said::Announcement { text: "x".into() } };
        hub.act(WorkshopEvent::Said { message }).await;
        hub.act(WorkshopEvent::Undone { seq: seq + 1 }).await;
    }
    let (.., snapshot) = hello(&mut slow).await;
    assert!(snapshot.said.is_empty());
    let mut nobody = hub.desk.watch(Watcher::Screen, None).await.unwrap();
    hello(&mut nobody).await;
    assert!(matches!(hub.desk.watch(Watcher::Seat("nobody".into()), None).await, Err(HubError::NoSeat)));
}

#[tokio::test]
async fn a_seat_is_online_while_it_watches() {
    let hub = Hub::open().await;
    let (_, ada) = hub.join("Ada").await;
    let mut facilitator = hub.desk.watch(Watcher::Facilitator, None).await.unwrap();
    hello(&mut facilitator).await;
    let watch = hub.desk.watch(Watcher::Seat(ada.seat.clone()), None).await.unwrap();
    hub.at(NOON + MINUTE);
    let online = |wanted: bool| {
        move |item| match item {
            HubItem::Grid { rows, .. } => rows.iter().any(|row| row.online == wanted).then_some(()),
            _ => None,
        }
    };
    item(&mut facilitator, online(true)).await;
    drop(watch);
    // Changes are told by the hub's clock.
    let clock = hub.clock.clone();
    let ticking = tokio::spawn(async move {
        loop {
            clock.fetch_add(300, std::sync::atomic::Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
    });
    item(&mut facilitator, online(false)).await;
    ticking.abort();
}

#[tokio::test]
async fn pages_hear_of_a_quiet_hub_every_20_s_and_miss_nothing_by_it() {
    let hub = Hub::open().await;
    hub.start("welcome").await;
    for who in [Watcher::Screen, Watcher::Facilitator] {
        let mut watch = hub.desk.watch(who.clone(), None).await.unwrap();
        let (epoch, seq, _) = hello(&mut watch).await;
        let agenda = |item| if let HubItem::Agenda(agenda) = item { Some(agenda.now_ms) } else { None };
        for _ in 0..2 {
            hub.at(hub.now() + 20_000);
            assert_eq!(item(&mut watch, agenda).await.1, hub.now(), "{who:?}");
        }
        // Once for each 20 s: what comes next is something else.
        hub.at(hub.now() + 19_000);
        hub.act(WorkshopEvent::Frozen).await;
        let beats = |item| Some(matches!(item, HubItem::Agenda(_)));
        assert!(!item(&mut watch, beats).await.1, "{who:?} is told of the board");
        hub.act(WorkshopEvent::Revealed).await;
        drop(watch);
        let mut back = hub.desk.watch(who.clone(), Some((epoch, seq))).await.unwrap();
        assert_eq!(next(&mut back).await, HubHeard::Resumed, "{who:?}");
        assert!(!item(&mut back, beats).await.1, "{who:?} missed the board alone");
    }
}

#[tokio::test]
async fn a_hub_that_ends_tells_everybody_by_silence() {
    let hub = Hub::open().await;
    let (_, ada) = hub.join("Ada").await;
    let desk = hub.desk.clone();
    let mut watch = desk.watch(Watcher::Seat(ada.seat.clone()), None).await.unwrap();
    hello(&mut watch).await;
    desk.close().await;
    let rest: Option<Arc<str>> = loop {
        match watch.next().await {
            Some(_) => {}
            none => break none,
        }
    };
    assert!(rest.is_none());
    assert!(matches!(desk.grid().await, Err(HubError::Closed)));
    assert!(matches!(desk.take(&ada.seat, ada.shipment(1, 0, NOON)).await, Err(HubError::Closed)));
}
