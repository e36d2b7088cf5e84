//! What of a shipment is new, and what is a gap. The hub's cursor is the truth: whatever is sent, the answer says what is
//! here, and the panel goes on from there.

use brownout_core::{
    event::{SessionEvent, VERSION},
    hub::shipment::MOST_EVENTS,
};

use crate::{
    error::HubError,
    shipment::{EventIn, ShipmentIn},
};

/// Most bytes of an event.
const MOST: usize = 8 * 1024;
/// Most bytes of a raised hand with its code: 64 kB of code, and what JSON adds to it.
const MOST_OF_HAND: usize = 96 * 1024;
/// Panels may be newer by so many versions of the envelope: what they say is kept, if not understood.
const NEWER: u16 = 9;

/// What becomes of a shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intake {
    /// The last ones are new; everything up to here will be stored.
    New { have: u64 },
    /// Nothing is new, or a number before the first is missing: everything up to here is stored.
    Nothing { have: u64 },
}

/// Compares what was sent with what is `known`: the number of the last event that is here, `None` of a new stream, which
/// begins `from` there and nowhere else.
///
/// # Errors
/// Where the numbers cannot be right; nothing is taken then.
pub(crate) fn intake(known: Option<u64>, from: u64, first: u64, count: usize) -> Result<Intake, HubError> {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    if from == 0 || first == 0 {
        return Err(HubError::unfit("events are numbered from 1; this shipment begins with 0."));
    }
    let end = first.checked_add(count).filter(|end| i64::try_from(*end).is_ok());
    let last = match end {
        Some(end) if i64::try_from(from).is_ok() => end - 1,
        _ => {
            return Err(HubError::unfit(format!(
                "no stream has so many events that one of them is {}.",
                first.max(from)
            )));
        }
    };
    let have = known.unwrap_or(from - 1);
    if first > have + 1 || last <= have {
        return Ok(Intake::Nothing { have });
    }
    Ok(Intake::New { have: last })
}

/// Whether each event of a shipment can be taken, whatever is known of its stream.
///
/// # Errors
/// Where one cannot; nothing is taken then, because a hole would be worse.
pub(crate) fn check(shipment: &ShipmentIn) -> Result<(), HubError> {
    let count = shipment.events.len();
    if count > MOST_EVENTS {
        return Err(HubError::unfit(format!("the shipment has {count} events; {MOST_EVENTS} are allowed.")));
    }
    for (event, seq) in shipment.events.iter().zip(shipment.first..) {
        check_event(event, &shipment.stream, seq)?;
    }
    Ok(())
}

fn check_event(event: &EventIn, stream: &str, seq: u64) -> Result<(), HubError> {
    let refuse = |why: String| Err(HubError::unfit(format!("event {seq} of the shipment cannot be taken: {why}.")));
    if event.seq != seq {
        return refuse(format!("its number is {}", event.seq));
    }
    if event.stream != stream {
        return refuse("it is of another stream".to_owned());
    }
    if event.v > VERSION + NEWER {
        return refuse(format!("it is of version {}; update the hub", event.v));
    }
    let most = match event.said() {
        Ok(said) if matches!(said.known(), Some(SessionEvent::HandRaised { .. })) => MOST_OF_HAND,
        Ok(_) => MOST,
        Err(error) => return refuse(format!("what it says cannot be read ({error})")),
    };
    match event.body.get().len() {
        bytes if bytes > most => refuse(format!("it has {bytes} bytes; {most} are allowed")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{
        json,
        value::{RawValue, to_raw_value},
    };

    use super::*;

    const HUGE: u64 = u64::MAX;

    #[test]
    fn what_is_new_is_told_by_a_table() {
        use Intake::{New, Nothing};
        for (what, known, from, first, count, expected) in [
            ("exact", Some(5), 1, 6, 3, Some(New { have: 8 })),
            ("overlap", Some(5), 1, 3, 5, Some(New { have: 7 })),
            ("all old", Some(5), 1, 2, 3, Some(Nothing { have: 5 })),
            ("the last again", Some(5), 1, 5, 1, Some(Nothing { have: 5 })),
            ("gap", Some(5), 1, 7, 3, Some(Nothing { have: 5 })),
            ("nothing", Some(5), 1, 6, 0, Some(Nothing { have: 5 })),
            ("nothing, far away", Some(5), 1, 900, 0, Some(Nothing { have: 5 })),
            ("unknown, at its beginning", None, 40, 40, 2, Some(New { have: 41 })),
            ("unknown, beyond its beginning", None, 40, 41, 2, Some(Nothing { have: 39 })),
            ("unknown, over its beginning", None, 40, 38, 4, Some(New { have: 41 })),
            ("unknown, before its beginning", None, 40, 30, 4, Some(Nothing { have: 39 })),
            ("unknown, nothing", None, 1, 1, 0, Some(Nothing { have: 0 })),
            ("another beginning than before", Some(45), 90, 46, 1, Some(New { have: 46 })),
            ("no number", Some(5), 1, 0, 3, None),
            ("no beginning", Some(5), 0, 6, 3, None),
            ("huge", Some(5), 1, HUGE, 3, None),
            ("huge to the end", Some(5), 1, HUGE - 3, 3, None),
            ("huge beginning", None, HUGE, 1, 3, None),
            ("larger than a database can count", Some(5), 1, i64::MAX as u64, 1, None),
        ] {
            assert_eq!(intake(known, from, first, count).ok(), expected, "{what}");
        }
    }

    fn shipment(change: impl FnOnce(&mut ShipmentIn)) -> Result<(), String> {
        let event = |seq: u64| {
            json!({ "v": 1, "stream": "session/p", "seq": seq, "wall_ms": 5,
                "body": { "kind": "case_opened", "scenario": "timeouts" } })
        };
        let events: Vec<_> = (4..7).map(event).collect();
        let text = json!({ "stream": "session/p", "from": 1, "first": 4, "events": events, "sent_ms": 9 }).to_string();
        let mut shipment = serde_json::from_str(&text).unwrap();
        change(&mut shipment);
        check(&shipment).map_err(|error| error.to_string())
    }

    #[test]
    fn a_shipment_is_taken_whole_or_not_at_all() {
        assert_eq!(shipment(|_| ()), Ok(()));
        assert_eq!(shipment(|s| s.events.clear()), Ok(()));
        let hand = |letters: usize| json!({ "kind": "hand_raised", "hand": "h", "note": "x".repeat(letters) });
        let unknown = |letters: usize| json!({ "kind": "teleport", "to": "x".repeat(letters) });
        let body = |body: serde_json::Value| shipment(|s| s.events[1].body = to_raw_value(&body).unwrap());
        let deep = RawValue::from_string("[".repeat(200) + &"]".repeat(200)).unwrap();
        assert_eq!(body(unknown(8_000)), Ok(()));
        assert_eq!(body(hand(90_000)), Ok(()));
        for (refused, why) in [
            (body(unknown(8_200)), "event 5 of the shipment cannot be taken: it has 8"),
            (body(hand(99_000)), "bytes; 98304 are allowed"),
            (
                shipment(|s| s.events[1].body = deep),
                "event 5 of the shipment cannot be taken: what it says cannot be read",
            ),
            (shipment(|s| s.first = 3), "event 3 of the shipment cannot be taken: its number is 4"),
            (shipment(|s| s.events.swap(1, 2)), "its number is 6"),
            (shipment(|s| s.events[2].stream = "session/q".into()), "it is of another stream"),
            (shipment(|s| s.events[0].v = 11), "it is of version 11; update the hub"),
            (shipment(|s| s.events = vec![s.events[0].clone(); 257]), "257 events; 256 are allowed"),
        ] {
            let says = refused.unwrap_err();
            assert!(says.contains(why), "{says}");
        }
    }
}
