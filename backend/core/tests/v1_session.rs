//! A session that version 1 wrote folds to the same cases for ever, also between events that came later.
#![allow(clippy::expect_used, reason = "a test ends where its ground is missing")]

use brownout_core::{
    case::{CaseState, Cases},
    event::{Body, Envelope, SessionEnvelope, SessionEvent},
    hub::readiness::Readiness,
};

const LOG: &str = include_str!("data/session-v1.ndjson");

fn events() -> Vec<SessionEnvelope> {
    LOG.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
}

#[test]
fn the_committed_session_folds_to_what_it_was() {
    let events = events();
    assert!(events.iter().all(|event| event.body.known().is_some()));
    let cases = Cases::of(&events);
    assert_eq!(cases.open.as_deref(), Some("transactions"));
    let timeouts = cases.case("timeouts");
    assert_eq!((timeouts.state, timeouts.unmet.len()), (CaseState::Completed, 0));
    assert_eq!(timeouts.hints.iter().map(|hint| hint.clock_ms).collect::<Vec<_>>(), [120_000]);
    let transactions = cases.case("transactions");
    assert_eq!((transactions.state, transactions.unmet), (CaseState::Editing, vec!["booked".to_owned()]));
}

#[test]
fn what_passes_between_participant_and_hub_makes_no_case_of_it() {
    let word = || "timeouts".to_owned();
    let later = [
        SessionEvent::Joined { workshop: word(), seat: word() },
        SessionEvent::HandRaised { hand: word(), scenario: Some(word()), note: word(), code: Vec::new() },
        SessionEvent::HandLowered { hand: word() },
        SessionEvent::MessageSeen { message: word() },
        SessionEvent::TakeawayTicked { name: word(), ticked: true },
        SessionEvent::Readied { readiness: Readiness::default() },
        SessionEvent::Left { workshop: word() },
    ];
    let told = later.map(|event| Envelope {
        v: 1,
        stream: word(),
        seq: 1,
        wall_ms: 1,
        run_us: None,
        body: Body::Known(event),
    });
    let mixed = events().into_iter().flat_map(|event| [vec![event], told.to_vec()].concat());
    assert_eq!(Cases::of(&mixed.collect::<Vec<_>>()), Cases::of(&events()));
}

#[test]
fn events_survive_being_written_again_but_for_fields_that_have_a_default() {
    for event in events() {
        let text = serde_json::to_string(&event).expect("JSON");
        assert_eq!(serde_json::from_str::<SessionEnvelope>(&text).expect("an event"), event);
    }
}
