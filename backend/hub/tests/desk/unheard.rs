//! A database that keeps what it is given and whose answer is lost.

use std::sync::{Arc, Mutex, atomic::AtomicU64};

use async_trait::async_trait;
use brownout_core::hub::{
    event::WorkshopEvent,
    live::HubItem,
    message::{Audience, Message, Said},
    seat::Join,
};
use brownout_hub::{Desk, DeskHandle, DeskOptions, HubError, Watch, Watcher, clock::Clock};
use brownout_store::hub::{
    Appended, Hash, HubStore, HubStoreError, KeptEvent, KeptRecord, KeptSeat, KeptWorkshop, RecordKept, Rewritten,
    SeatChange, SeatChanged, SeatKey, SeatTaken, Secret, SqlHub, StreamPart, WantedSeat,
};

use crate::{
    hub::{NOON, sheet},
    watchers::{hello, item},
};

type Kept<T> = Result<T, HubStoreError>;

#[derive(Debug)]
struct Unheard {
    store: SqlHub,
    /// The method whose next answer is lost.
    loses: Mutex<&'static str>,
}

impl Unheard {
    fn lose(&self, method: &'static str) {
        *self.loses.lock().unwrap() = method;
    }

    fn heard<T>(&self, method: &str, answer: Kept<T>) -> Kept<T> {
        let mut loses = self.loses.lock().unwrap();
        if *loses != method {
            return answer;
        }
        *loses = "";
        Err(HubStoreError::Unreachable { url: "postgres://hub".into(), why: "the connection was lost".into() })
    }
}

#[async_trait]
impl HubStore for Unheard {
    async fn claim(&self, name: &str) -> Kept<()> {
        self.store.claim(name).await
    }
    async fn workshop(&self, name: &str) -> Kept<Option<KeptWorkshop>> {
        self.store.workshop(name).await
    }
    async fn open_workshop(&self, workshop: &KeptWorkshop) -> Kept<()> {
        self.store.open_workshop(workshop).await
    }
    async fn set_secret(&self, workshop: &str, which: Secret, hash: &Hash) -> Kept<bool> {
        self.store.set_secret(workshop, which, hash).await
    }
    async fn seat(&self, wanted: &WantedSeat) -> Kept<SeatTaken> {
        self.store.seat(wanted).await
    }
    async fn seats(&self, workshop: &str) -> Kept<Vec<KeptSeat>> {
        self.store.seats(workshop).await
    }
    async fn seat_by(&self, workshop: &str, key: SeatKey<'_>) -> Kept<Option<KeptSeat>> {
        self.store.seat_by(workshop, key).await
    }
    async fn change_seat(&self, seat: &str, change: SeatChange<'_>) -> Kept<SeatChanged> {
        self.heard("change_seat", self.store.change_seat(seat, change).await)
    }
    async fn erase_seat(&self, seat: &str, rewritten: &[Rewritten<'_>]) -> Kept<bool> {
        self.heard("erase_seat", self.store.erase_seat(seat, rewritten).await)
    }
    async fn append(&self, parts: &[StreamPart<'_>]) -> Kept<Vec<Option<Appended>>> {
        self.heard("append", self.store.append(parts).await)
    }
    async fn events(&self, workshop: &str, after_place: u64, limit: u32) -> Kept<Vec<KeptEvent>> {
        self.store.events(workshop, after_place, limit).await
    }
    async fn put_record(&self, seat: &str, run: &str, digest: &str, gzip: &[u8]) -> Kept<RecordKept> {
        self.store.put_record(seat, run, digest, gzip).await
    }
    async fn record(&self, seat: &str, run: &str) -> Kept<Option<Vec<u8>>> {
        self.store.record(seat, run).await
    }
    async fn records(&self, workshop: &str) -> Kept<Vec<KeptRecord>> {
        self.store.records(workshop).await
    }
    async fn close(&self) {
        self.store.close().await;
    }
}

async fn sits(desk: &DeskHandle, code: &str, name: &str) -> (String, Watch) {
    let (code, participant) = (code.to_owned(), format!("p-{name}"));
    let attempt = participant.clone();
    let join = Join { code, name: name.into(), participant, panel: "0.1.0".into(), attempt };
    let seat = desk.join(join, None).await.unwrap().seat;
    let mut watch = desk.watch(Watcher::Seat(seat.clone()), None).await.unwrap();
    hello(&mut watch).await;
    (seat, watch)
}

#[tokio::test]
async fn what_a_commit_kept_of_which_nobody_heard_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/hub.sqlite", folder.path().display());
    let store = Arc::new(Unheard { store: SqlHub::open(&url).await.unwrap(), loses: Mutex::new("") });
    let clock = Clock::told(Arc::new(AtomicU64::new(NOON)));
    let options = DeskOptions { name: "Resilience".into(), sheet: sheet(), most_seats: 9, new_links: false, clock };
    let opened = Desk::open(store.clone(), options).await.unwrap();
    let (desk, code) = (opened.handle, opened.code);
    tokio::spawn(opened.desk.run());
    let (ada, mut to_ada) = sits(&desk, &code, "Ada").await;
    let (ben, mut to_ben) = sits(&desk, &code, "Ben").await;
    let mut wall = desk.watch(Watcher::Screen, None).await.unwrap();
    hello(&mut wall).await;

    let what = Said::Announcement { text: "Lunch.".into() };
    let said = WorkshopEvent::Said { message: Message { id: "m1".into(), to: Audience::All, what } };
    store.lose("append");
    assert!(matches!(desk.act(said, None).await, Err(HubError::Store(_))));
    desk.door(false, true).await.unwrap();
    for watch in [&mut wall, &mut to_ada] {
        item(watch, |item| matches!(item, HubItem::Said(_)).then_some(())).await;
    }

    store.lose("change_seat");
    desk.act(WorkshopEvent::Removed { seat: ben }, None).await.unwrap();
    desk.door(false, true).await.unwrap();
    item(&mut to_ben, |item| matches!(item, HubItem::Ended { .. }).then_some(())).await;

    store.lose("erase_seat");
    assert!(matches!(desk.erase(&ada).await, Err(HubError::Store(_))));
    desk.door(false, true).await.unwrap();
    item(&mut to_ada, |item| matches!(item, HubItem::Ended { .. }).then_some(())).await;
    let erased = WorkshopEvent::Erased { seat: ada };
    let times = move |room: &brownout_hub::room::Room| {
        room.log().iter().filter(|envelope| envelope.body.known() == Some(&erased)).count()
    };
    assert_eq!(desk.look(move |room, _| times(room)).await.unwrap(), 1, "it stands in the log");
}
