//! The story that every database has to tell in the same way.

use std::time::Instant;

use brownout_store::hub::{
    Appended, HubStore, HubStream, KeptRecord, KeptSeat, NewEvent, RecordKept, Rewritten, SeatChange, SeatChanged,
    SeatKey, SeatTaken, Secret, SqlHub, StreamPart, WantedSeat,
};

use crate::{
    all_events, append, append_bodies, body, cut, events, hash, have, look, own_stream, seqs, sits, stream, wanted,
    workshop,
};

/// Tells it from an empty database to an erased seat.
pub(crate) async fn tell(url: &str) {
    let hub = SqlHub::open(url).await.expect("opens");
    hub.claim("Resilience, 24 Nov").await.expect("nobody else has it");
    opens_a_workshop(&hub).await;
    takes_seats(&hub).await;
    changes_seats(&hub).await;
    appends(&hub).await;
    appends_in_groups(&hub).await;
    let hub = keeps_records(hub, url).await;
    erases(&hub, url).await;
    keeps_many(&hub).await;
    let hub = survives_callers_that_go_away(hub, url).await;
    hub.close().await;
    let error = hub.seats("w").await.expect_err("is closed");
    assert!(error.to_string().contains("closed"), "{error}");
}

async fn opens_a_workshop(hub: &SqlHub) {
    assert_eq!(hub.workshop("Resilience, 24 Nov").await.expect("reads"), None);
    for (id, name, created_ms) in
        [("old", "Resilience, 24 Nov", 500), ("w", "Resilience, 24 Nov", 900), ("other", "Ünique \"x\" '24", 950)]
    {
        hub.open_workshop(&workshop(id, name, created_ms)).await.expect("opens");
    }
    let newest = hub.workshop("Resilience, 24 Nov").await.expect("reads").expect("is there");
    assert_eq!(newest, workshop("w", "Resilience, 24 Nov", 900));
    let other = hub.workshop("Ünique \"x\" '24").await.expect("reads").expect("is there");
    assert_eq!(other.id, "other");

    // A new link ends the old one, and only that.
    assert!(hub.set_secret("w", Secret::Screen, &hash("another screen")).await.expect("writes"));
    assert!(!hub.set_secret("nowhere", Secret::Facilitator, &hash("x")).await.expect("writes"));
    let changed = hub.workshop("Resilience, 24 Nov").await.expect("reads").expect("is there");
    assert_eq!((&changed.screen, &changed.facilitator), (&hash("another screen"), &newest.facilitator));
}

async fn takes_seats(hub: &SqlHub) {
    let ada = sits(hub, "ada", "Ada").await;
    assert_eq!((ada.place, ada.token.clone(), ada.joined_ms), (1, Some(hash("token ada")), 1_000));

    // The name twice, in whatever case.
    let twice = hub.seat(&wanted("bob", "ADA")).await.expect("answers");
    assert_eq!(twice, SeatTaken::NameTaken);
    assert_eq!(sits(hub, "bob", "Ada 2").await.place, 2);
    // In another workshop it is free, and so are laptop and attempt.
    let elsewhere = WantedSeat {
        id: "seat-elsewhere".to_owned(),
        workshop: "other".to_owned(),
        token: hash("t"),
        recovery: hash("r"),
        ..wanted("ada", "Ada")
    };
    assert!(matches!(hub.seat(&elsewhere).await.expect("answers"), SeatTaken::New(seat) if seat.place == 1));

    // The attempt twice: its answer was lost, so the secrets are told anew, and the first ones end.
    let again = WantedSeat {
        id: "seat-unused".to_owned(),
        token: hash("token ada, again"),
        recovery: hash("recovery ada, again"),
        now_ms: 60_000,
        attempts_since_ms: 1_000,
        ..wanted("ada", "Ada")
    };
    let expected = KeptSeat { token: Some(again.token.clone()), recovery: again.recovery.clone(), ..ada };
    assert_eq!(hub.seat(&again).await.expect("answers"), SeatTaken::Again(expected.clone()));
    let by = async |key| hub.seat_by("w", key).await.expect("reads");
    let old_recovery = hash("recovery ada");
    assert_eq!(by(SeatKey::Recovery(&old_recovery)).await, None);
    for key in [
        SeatKey::Id("seat-ada"),
        SeatKey::Recovery(&again.recovery),
        SeatKey::Participant("laptop-of-ada"),
        SeatKey::Attempt("attempt-of-ada"),
    ] {
        assert_eq!(by(key).await.as_ref(), Some(&expected), "{key:?}");
        assert_eq!(hub.seat_by("old", key).await.expect("reads"), None, "{key:?} in another workshop");
    }

    // Too late, by another attempt, or by another laptop that got hold of the attempt: nothing changes.
    let late = WantedSeat { attempts_since_ms: 1_001, token: hash("late"), ..again.clone() };
    let anew = WantedSeat { attempt: "another".to_owned(), token: hash("anew"), ..again.clone() };
    let stolen = WantedSeat { participant: "mallory".to_owned(), token: hash("stolen"), ..again.clone() };
    for refused in [late, anew, stolen] {
        assert_eq!(hub.seat(&refused).await.expect("answers"), SeatTaken::Held(expected.clone()), "{refused:?}");
    }
    let names: Vec<String> = hub.seats("w").await.expect("reads").into_iter().map(|seat| seat.name).collect();
    assert_eq!(names, ["Ada", "Ada 2"], "in the order of joining");
}

async fn changes_seats(hub: &SqlHub) {
    let change = async |seat, change| hub.change_seat(seat, change).await.expect("answers");
    let bob = async || hub.seat_by("w", SeatKey::Id("seat-bob")).await.expect("reads").expect("is there");
    let before = bob().await;

    let name = |name, key| SeatChange::Name { name, key };
    assert_eq!(change("seat-bob", name("ada", "ada")).await, SeatChanged::NameTaken);
    assert_eq!(change("nobody", name("Bob", "bob")).await, SeatChanged::NoSeat);
    assert_eq!(bob().await, before);
    // The own name in another case is no collision.
    assert_eq!(change("seat-bob", name("ADA 2", "ada 2")).await, SeatChanged::Done);
    assert_eq!(change("seat-bob", name("Bob", "bob")).await, SeatChanged::Done);

    let sit =
        |participant, attempt, token| SeatChange::Sit { participant, attempt, token, recovery: None, now_ms: 70_000 };
    let (new_token, new_code) = (hash("token of a new laptop"), hash("another code"));
    assert_eq!(change("seat-bob", sit("laptop-of-ada", "a2", &new_token)).await, SeatChanged::ParticipantTaken);
    assert_eq!(change("seat-bob", sit("laptop-2", "attempt-of-ada", &new_token)).await, SeatChanged::ParticipantTaken);
    assert_eq!(change("seat-bob", sit("laptop-of-bob", "a2", &new_token)).await, SeatChanged::Done);
    assert_eq!(change("seat-bob", SeatChange::Recovery(&new_code)).await, SeatChanged::Done);
    let expected = KeptSeat {
        name: "Bob".to_owned(),
        name_key: "bob".to_owned(),
        attempt: "a2".to_owned(),
        attempt_ms: 70_000,
        token: Some(new_token.clone()),
        recovery: new_code.clone(),
        ..before
    };
    assert_eq!(bob().await, expected);

    // Removed: the token opens nothing, the recovery code still finds it. Undone: the same token does again.
    assert_eq!(change("seat-bob", SeatChange::Removed(true)).await, SeatChanged::Done);
    assert!(bob().await.removed());
    let found = hub.seat_by("w", SeatKey::Recovery(&new_code)).await.expect("reads");
    assert_eq!(found.map(|seat| (seat.id.clone(), seat.removed())), Some(("seat-bob".to_owned(), true)));
    let back = WantedSeat { attempt: "a2".to_owned(), ..wanted("bob", "Bob") };
    assert!(matches!(hub.seat(&back).await.expect("answers"), SeatTaken::Held(seat) if seat.removed()));
    assert_eq!(change("seat-bob", SeatChange::Removed(false)).await, SeatChanged::Done);
    assert_eq!(bob().await, expected);
}

async fn appends(hub: &SqlHub) {
    let (ada, again) = (stream("ada"), second_stream());
    let done = |have, new, place| Appended { have, new, place, differing: 0 };
    assert_eq!(have(hub, &ada).await, 0);
    assert_eq!(append(hub, &ada, 1, &[1, 2, 3, 4, 5]).await, done(5, 5, 1));
    assert_eq!(append(hub, &ada, 1, &[3, 4, 5, 6, 7]).await, done(7, 2, 6), "five were there");
    assert_eq!(append(hub, &ada, 1, &[9]).await, done(7, 0, 0), "8 is missing");
    assert_eq!(append(hub, &ada, 1, &[8, 10]).await, done(8, 1, 8), "9 is missing");
    assert_eq!(append(hub, &ada, 1, &[]).await, done(8, 0, 0));
    assert_eq!(append(hub, &ada, 5, &[7, 8]).await, done(8, 0, 0), "where it began is not asked again");
    assert_eq!(have(hub, &ada).await, 8);

    // The same numbers with another body: the first one counts, and it is told.
    let other: Vec<String> = [body(6), "{}".to_owned(), "{}".to_owned(), body(9)].into();
    let told = append_bodies(hub, &ada, 1, &[6, 7, 8, 9], &other).await;
    assert_eq!(told, Appended { differing: 2, ..done(9, 1, 9) });

    // A lost database begins another stream on the same seat, here in the middle: there and nowhere else.
    assert_eq!(append(hub, &again, 40, &[42]).await, done(39, 0, 0), "40 is missing");
    assert_eq!(append(hub, &again, 40, &[38, 39]).await, done(39, 0, 0), "what was before is not wanted");
    assert_eq!(have(hub, &again).await, 0, "nothing of it is there yet");
    assert_eq!(append(hub, &again, 40, &[39, 40, 41]).await, done(41, 2, 10));
    assert_eq!(append(hub, &own_stream(), 1, &[1]).await, done(1, 1, 12));

    let kept = all_events(hub, 4).await;
    assert_eq!(seqs(&kept, &ada), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(seqs(&kept, &again), [40, 41]);
    assert_eq!(kept.iter().map(|event| event.place).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    for event in &kept {
        let was = (event.body.clone(), event.v, event.wall_ms, event.taken_ms);
        assert_eq!(was, (body(event.seq), 1, 1_500 + event.seq, 2_000), "{event:?}");
    }
}

fn second_stream() -> HubStream {
    let (workshop, seat) = ("w".to_owned(), "seat-ada".to_owned());
    HubStream::Seat { workshop, seat, stream: "session/a new database".to_owned() }
}

async fn appends_in_groups(hub: &SqlHub) {
    let (ada, bob, own) = (stream("ada"), stream("bob"), own_stream());
    let nobody = stream("nobody");
    let bodies: Vec<String> = (0..20).map(body).collect();
    let (first, then) = (events(&[10, 11], &bodies[10..]), events(&[11, 12], &bodies[11..]));
    let (one, two) = (events(&[1], &bodies[1..]), events(&[2], &bodies[2..]));
    let part = |stream, events| StreamPart { stream, from: 1, taken_ms: 2_000, events };
    let parts = [part(&ada, &first), part(&bob, &one), part(&nobody, &one), part(&ada, &then), part(&own, &two)];
    let told = hub.append(&parts).await.expect("appends");
    let done = |have, new, place| Some(Appended { have, new, place, differing: 0 });
    assert_eq!(told, [done(11, 2, 13), done(1, 1, 15), None, done(12, 1, 16), done(2, 1, 17)]);
    assert_eq!(hub.append(&[]).await.expect("appends"), []);
    // A seat of this workshop has no place in another.
    let (workshop, seat) = ("other".to_owned(), "seat-ada".to_owned());
    let strayed = HubStream::Seat { workshop, seat, stream: "session/laptop-of-ada".to_owned() };
    assert_eq!(hub.append(&[part(&strayed, &first)]).await.expect("answers"), [None]);

    // What no database could keep takes the others of its group along, but not into the database.
    let unfit = [NewEvent { seq: 2, v: 1, wall_ms: 1, body: "\0" }];
    let more = events(&[3], &bodies[3..]);
    let error = hub.append(&[part(&own, &more), part(&bob, &unfit)]).await.expect_err("is refused");
    assert!(error.to_string().contains("zero byte"), "{error}");
    assert_eq!(have(hub, &own).await, 2);
}

async fn keeps_records(hub: SqlHub, url: &str) -> SqlHub {
    let bob = stream("bob");
    append(&hub, &bob, 1, &[2, 3, 4]).await;
    let gzip: Vec<u8> = (0..100_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let put = async |seat, run, digest, gzip| hub.put_record(seat, run, digest, gzip).await.expect("answers");
    assert_eq!(hub.record("seat-bob", "run-1").await.expect("reads"), None);
    assert_eq!(put("seat-bob", "run-1", "sha-256=:a:", &gzip).await, RecordKept::New);
    assert_eq!(put("seat-bob", "run-1", "sha-256=:a:", &gzip).await, RecordKept::Same);
    assert_eq!(put("seat-bob", "run-1", "sha-256=:b:", &[]).await, RecordKept::Other);
    assert_eq!(put("nobody", "run-1", "sha-256=:a:", &gzip).await, RecordKept::NoSeat);
    assert_eq!(put("seat-ada", "run-1", "sha-256=:b:", b"hers").await, RecordKept::New, "bob's is another one");

    hub.close().await;
    let hub = SqlHub::open(url).await.expect("opens again");
    hub.claim("Resilience, 24 Nov").await.expect("the one before let go of it");
    assert_eq!(hub.record("seat-bob", "run-1").await.expect("reads"), Some(gzip));
    assert_eq!(hub.record("seat-ada", "run-1").await.expect("reads").as_deref(), Some(b"hers".as_slice()));
    let of = |seat: &str| KeptRecord { seat: seat.to_owned(), run: "run-1".to_owned() };
    assert_eq!(hub.records("w").await.expect("reads"), [of("seat-ada"), of("seat-bob")]);
    assert_eq!(hub.records("other").await.expect("reads"), []);
    assert_eq!(seqs(&all_events(&hub, 5).await, &bob), [1, 2, 3, 4], "in order after a reopen");
    assert_eq!(all_events(&hub, 5).await, all_events(&hub, 1_000).await);
    hub
}

async fn erases(hub: &SqlHub, url: &str) {
    // What was said to everybody, and what to bob alone.
    let said = [r#"{"kind":"said","text":"Hello"}"#.to_owned(), r#"{"kind":"said","text":"Bob, look"}"#.to_owned()];
    append_bodies(hub, &own_stream(), 1, &[3, 4], &said).await;
    let marks = ["seat-bob", "laptop-of-bob", "bob", "Bob", "a2", "sha-256=:a:", "session/laptop-of-bob"];
    let secrets = ["token of a new laptop", "another code"].map(|secret| hash(secret).as_str().to_owned());
    let before = look::texts(url).await;
    for mark in marks.into_iter().chain(secrets.iter().map(String::as_str)) {
        assert!(before.iter().any(|text| text.holds(mark)), "{mark} is not there to be erased");
    }
    // Secrets are hashes: nothing in any table is one in clear.
    assert!(!before.iter().any(|text| text.holds("token of") || text.holds("another code")), "a secret in clear");

    let blank = Rewritten { seq: 4, body: r#"{"kind":"said","to":["seat-bob"],"text":""}"# };
    assert!(hub.erase_seat("seat-bob", &[blank]).await.expect("erases"));
    assert!(!hub.erase_seat("seat-bob", &[blank]).await.expect("answers"), "it is gone");
    let after = look::texts(url).await;
    for mark in marks.into_iter().chain(secrets.iter().map(String::as_str)) {
        let left: Vec<_> = after.iter().filter(|text| text.holds(mark)).collect();
        let blanked =
            |text: &&look::Text| text.column == "hub_events.body" && text.holds(r#""to":["seat-bob"],"text":"""#);
        assert!(left.iter().all(blanked), "{mark} is still in {left:?}");
    }
    assert_eq!(look::rows(url, "hub_records").await, 1, "ada's is there");
    let kept = all_events(hub, 1_000).await;
    assert_eq!(seqs(&kept, &own_stream()), [1, 2, 3, 4], "the workshop's own stream has no hole");
    assert!(kept.iter().any(|event| event.body == said[0]), "what was said to everybody is there");

    // Carol says the last event there is, and is erased: its place is not given again.
    sits(hub, "carol", "Carol").await;
    let last = append(hub, &stream("carol"), 1, &[1]).await.place;
    assert!(hub.erase_seat("seat-carol", &[]).await.expect("erases"));
    assert_eq!(append(hub, &own_stream(), 1, &[5]).await.place, last + 1);

    // What is late finds no seat, and nothing comes back by it.
    let (late, told) = (stream("bob"), events(&[5], &said));
    let part = StreamPart { stream: &late, from: 1, taken_ms: 2_000, events: &told };
    assert_eq!(hub.append(&[part]).await.expect("appends"), [None]);
    assert_eq!(have(hub, &late).await, 0);
    // Laptop and name are free again; the new seat has a new place.
    let anew = WantedSeat { id: "seat-bob-again".to_owned(), ..wanted("bob", "Bob") };
    assert!(matches!(hub.seat(&anew).await.expect("answers"), SeatTaken::New(_)));
}

async fn keeps_many(hub: &SqlHub) {
    const MANY: u64 = 20_000;
    let carol = stream("carol");
    sits(hub, "carol", "Carol").await;
    let before = all_events(hub, 1_000).await.len();
    let started = Instant::now();
    for first in (1..=MANY).step_by(250) {
        let seqs: Vec<u64> = (first..first + 250).collect();
        let appended = append(hub, &carol, 1, &seqs).await;
        assert_eq!((appended.have, appended.new), (first + 249, 250));
    }
    let wrote = started.elapsed();
    let kept = all_events(hub, 1_000).await;
    let read = started.elapsed() - wrote;
    assert_eq!(kept.len() - before, usize::try_from(MANY).expect("fits"));
    assert_eq!(seqs(&kept, &carol), (1..=MANY).collect::<Vec<_>>());
    assert!(kept.windows(2).all(|pair| pair[0].place < pair[1].place), "in the order of arrival");

    // As in a workshop: one event from each of 64 at once.
    let people: Vec<HubStream> = (0..64).map(|nth| stream(&format!("p{nth}"))).collect();
    for nth in 0..64 {
        sits(hub, &format!("p{nth}"), &format!("Person {nth}")).await;
    }
    let mut groups: Vec<_> = Vec::new();
    for seq in 1..=20 {
        let bodies = [body(seq)];
        let said = events(&[seq], &bodies);
        let part = |stream| StreamPart { stream, from: 1, taken_ms: 2_000, events: &said };
        let parts: Vec<StreamPart<'_>> = people.iter().map(part).collect();
        let started = Instant::now();
        let told = hub.append(&parts).await.expect("appends");
        groups.push(started.elapsed());
        assert!(told.iter().all(|told| told.is_some_and(|told| told.have == seq && told.new == 1)), "{told:?}");
    }
    groups.sort();
    eprintln!(
        "{}: {MANY} events written in {wrote:?}, read in {read:?}; a group of 64 shipments in {:?}, at worst {:?}",
        hub.url(),
        groups[groups.len() / 2],
        groups[groups.len() - 1]
    );
}

/// A caller that goes away in the middle of an append leaves all of it or nothing, and nobody else waits for it.
async fn survives_callers_that_go_away(mut hub: SqlHub, url: &str) -> SqlHub {
    let (dora, own) = (stream("dora"), own_stream());
    sits(&hub, "dora", "Dora").await;
    let (mut have, mut own_have) = (0, have(&hub, &own).await);
    let mut cuts = 0;
    for polls in 0..60 {
        // 40 events of a seat and one of the workshop, in one group.
        let numbers: Vec<u64> = (have + 1..=have + 40).collect();
        let bodies: Vec<String> = numbers.iter().copied().map(body).collect();
        let theirs = events(&numbers, &bodies);
        let own_body = [body(own_have + 1)];
        let ours = events(&[own_have + 1], &own_body);
        let parts = [(&dora, &theirs), (&own, &ours)].map(|(stream, events)| StreamPart {
            stream,
            from: 1,
            taken_ms: 2_000,
            events,
        });
        let ended = cut::after(polls, hub.append(&parts)).await;
        cuts += u32::from(ended.is_none());
        if polls % 20 == 7 {
            // The hub ends there, too.
            hub.close().await;
            hub = SqlHub::open(url).await.expect("opens again");
        }
        // Asked through the writer, which has ended the transaction before by then.
        let told = hub.append(&parts).await.expect("appends after that");
        let [theirs_told, own_told] = [told[0].expect("sits"), told[1].expect("is there")];
        let (theirs_new, own_new) = (theirs_told.new, own_told.new);
        match ended {
            Some(answer) => {
                answer.expect("what was not cut is appended");
                assert_eq!((theirs_new, own_new), (0, 0), "{polls} polls");
            }
            None => assert!([(40, 1), (0, 0)].contains(&(theirs_new, own_new)), "half after {polls} polls: {told:?}"),
        }
        (have, own_have) = (have + 40, own_have + 1);
        assert_eq!((theirs_told.have, own_told.have), (have, own_have));
    }
    assert!(cuts > 10, "only {cuts} appends were cut");
    let kept = all_events(&hub, 1_000).await;
    assert_eq!(seqs(&kept, &dora), (1..=have).collect::<Vec<_>>());
    assert_eq!(seqs(&kept, &own), (1..=own_have).collect::<Vec<_>>());
    hub
}
