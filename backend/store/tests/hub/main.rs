//! What a hub keeps, through its public edge: one story on SQLite and on a real Postgres, then what is each one's own.

// Tests fail by panicking.
#![allow(clippy::expect_used, clippy::panic)]

mod cut;
mod look;
mod postgres;
mod server;
mod sqlite;
mod story;

use brownout_store::hub::{
    Appended, Hash, HubStore, HubStream, KeptEvent, KeptSeat, KeptWorkshop, NewEvent, SeatTaken, SqlHub, StreamPart,
    WantedSeat,
};

/// A hash like no other: what a secret's would look like.
fn hash(of: &str) -> Hash {
    let hex: String = of.bytes().rev().chain(std::iter::repeat(7)).take(32).map(|byte| format!("{byte:02x}")).collect();
    Hash::read(&hex).expect("64 letters")
}

fn workshop(id: &str, name: &str, created_ms: u64) -> KeptWorkshop {
    let (facilitator, screen) = (hash(&format!("{id} facilitator")), hash(&format!("{id} screen")));
    KeptWorkshop { id: id.to_owned(), name: name.to_owned(), created_ms, facilitator, screen }
}

/// Somebody who wants a seat in workshop `w`, with an id, a laptop, an attempt and secrets that are theirs alone.
fn wanted(who: &str, name: &str) -> WantedSeat {
    WantedSeat {
        id: format!("seat-{who}"),
        workshop: "w".to_owned(),
        participant: format!("laptop-of-{who}"),
        name: name.to_owned(),
        name_key: name.to_lowercase(),
        attempt: format!("attempt-of-{who}"),
        attempts_since_ms: 0,
        token: hash(&format!("token {who}")),
        recovery: hash(&format!("recovery {who}")),
        now_ms: 1_000,
    }
}

async fn sits(hub: &SqlHub, who: &str, name: &str) -> KeptSeat {
    match hub.seat(&wanted(who, name)).await.expect("sits") {
        SeatTaken::New(seat) => seat,
        other => panic!("{name} did not get a new seat: {other:?}"),
    }
}

/// The stream of somebody's panel.
fn stream(who: &str) -> HubStream {
    let (workshop, seat) = ("w".to_owned(), format!("seat-{who}"));
    HubStream::Seat { workshop, seat, stream: format!("session/laptop-of-{who}") }
}

fn own_stream() -> HubStream {
    HubStream::Workshop { workshop: "w".to_owned() }
}

/// What an event of this number says if nobody planned otherwise.
fn body(seq: u64) -> String {
    format!(r#"{{"kind":"edited","files":["é \u0000 '; DROP TABLE seats; --",{seq}]}}"#)
}

/// Appends events of these numbers to one stream, all on their own.
async fn append(hub: &SqlHub, stream: &HubStream, from: u64, seqs: &[u64]) -> Appended {
    let bodies: Vec<String> = seqs.iter().copied().map(body).collect();
    append_bodies(hub, stream, from, seqs, &bodies).await
}

async fn append_bodies(hub: &SqlHub, stream: &HubStream, from: u64, seqs: &[u64], bodies: &[String]) -> Appended {
    let events = events(seqs, bodies);
    let part = StreamPart { stream, from, taken_ms: 2_000, events: &events };
    let appended = hub.append(&[part]).await.expect("appends");
    appended[0].expect("the seat is there")
}

fn events<'a>(seqs: &[u64], bodies: &'a [String]) -> Vec<NewEvent<'a>> {
    let event = |(&seq, body): (&u64, &'a String)| NewEvent { seq, v: 1, wall_ms: 1_500 + seq, body };
    seqs.iter().zip(bodies).map(event).collect()
}

/// All events of workshop `w`, read in pages of this size.
async fn all_events(hub: &SqlHub, page: u32) -> Vec<KeptEvent> {
    let mut all: Vec<KeptEvent> = Vec::new();
    loop {
        let next = hub.events("w", all.last().map_or(0, |event| event.place), page).await.expect("reads");
        if next.is_empty() {
            return all;
        }
        assert!(next.len() <= page as usize, "{} events in a page of {page}", next.len());
        all.extend(next);
    }
}

/// Number of the last event of a stream; 0 when there is none.
async fn have(hub: &SqlHub, stream: &HubStream) -> u64 {
    seqs(&all_events(hub, 1_000).await, stream).last().copied().unwrap_or(0)
}

/// Numbers of a stream's events in the order of arrival.
fn seqs(events: &[KeptEvent], stream: &HubStream) -> Vec<u64> {
    events.iter().filter(|event| event.stream == *stream).map(|event| event.seq).collect()
}
