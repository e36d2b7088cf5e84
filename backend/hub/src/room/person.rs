//! One participant, as the facilitator sees it and as it is told of itself.

use brownout_core::{
    event::{Body, CodeFile, SessionEvent},
    hub::{
        hand::{Hand, LONGEST_NOTE},
        live::SeatSnapshot,
        page::{HandView, Person, PersonRun},
    },
    name::shown_text,
};
use brownout_store::hub::KeptEvent;

use super::Room;
use crate::{
    error::HubError,
    grid,
    seat::{self, LONGEST_LINE, Run, Seat},
};

impl Room {
    /// One participant, for the facilitator.
    ///
    /// # Errors
    /// [`HubError::NoSeat`].
    pub fn person(&self, id: &str, now_ms: u64) -> Result<Person, HubError> {
        let seat = self.seat(id)?;
        let run = |run: &Run| PersonRun {
            run: run.told.run.clone(),
            scenario: run.told.scenario.clone(),
            score: run.told.score,
            ranked: run.told.ranked,
            met: run.told.met,
            ended_ms: run.told.ended_ms,
            record: run.record,
        };
        Ok(Person { row: grid::row(self, seat, now_ms), runs: seat.runs().into_iter().map(run).collect() })
    }

    /// What a seat is told of itself.
    ///
    /// # Errors
    /// [`HubError::NoSeat`].
    pub fn seat_snapshot(&self, id: &str) -> Result<SeatSnapshot, HubError> {
        let seat = self.seat(id)?;
        Ok(SeatSnapshot {
            seat: id.to_owned(),
            name: seat.kept().name.clone(),
            have: seat.have(),
            wanted: self.wanted(seat),
            hand: seat.hand.as_ref().map(|hand| hand.hand.clone()),
            recovery: seat.kept().recovery.tag().to_owned(),
        })
    }

    /// Where in the log a hand was raised.
    ///
    /// # Errors
    /// [`HubError::NoSeat`], [`HubError::Unknown`].
    pub fn place_of_hand(&self, seat: &str, hand: &str) -> Result<u64, HubError> {
        let unknown = || HubError::Unknown { what: "hand", id: brownout_core::name::shown_text(hand, 40) };
        self.seat(seat)?.place_of_hand(hand).ok_or_else(unknown)
    }

    /// Runs of which the record is wanted.
    #[must_use]
    pub fn wanted(&self, seat: &Seat) -> Vec<String> {
        seat.wanted(|scenario| self.stage.has_case(scenario))
    }
}

/// The hand that an event tells of.
pub(crate) fn raised(event: &KeptEvent) -> Option<HandView> {
    let body: Body<SessionEvent> = serde_json::from_str(&event.body).ok()?;
    match body.known()? {
        SessionEvent::HandRaised { hand, scenario, note, code } => Some(HandView {
            hand: Hand {
                hand: hand.clone(),
                scenario: scenario.clone().filter(|scenario| seat::short(scenario)),
                note: shown_text(note, LONGEST_NOTE),
                shares_code: !code.is_empty(),
                up_ms: event.wall_ms,
            },
            code: code
                .iter()
                .map(|file| CodeFile { path: shown_text(&file.path, LONGEST_LINE), text: file.text.clone() })
                .collect(),
        }),
        _ => None,
    }
}
