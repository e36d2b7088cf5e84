//! What a participant said to the hub: a hand, an answer, how ready the laptop is.

use brownout_core::{
    event::SessionEvent,
    hub::{
        hand::{Hand, LONGEST_NOTE},
        readiness::{Lacking, Machine, Readiness},
    },
    name::shown_text,
};

use super::{At, MOST_CASES, MOST_NOTES, Seat, run::short};

/// Letters of the longest line that a laptop says of itself.
pub(crate) const LONGEST_LINE: usize = 300;
/// Answers that are remembered: more than a sheet has questions.
const MOST_ANSWERS: usize = 100;

impl Seat {
    /// What the participant said to the hub: it counts whenever it was said.
    pub(super) fn said(&mut self, event: &SessionEvent, at: At) {
        match event {
            SessionEvent::HandRaised { hand, scenario, note, code } if short(hand) => {
                self.hand = Some(Hand {
                    hand: hand.clone(),
                    scenario: scenario.clone().filter(|scenario| short(scenario)),
                    note: shown_text(note, LONGEST_NOTE),
                    shares_code: !code.is_empty(),
                    up_ms: at.ms,
                });
                if self.hands.len() < MOST_NOTES {
                    self.hands.insert(hand.clone(), at.place);
                }
            }
            SessionEvent::HandLowered { hand } => self.helped(hand),
            SessionEvent::Left { .. } => self.hand = None,
            SessionEvent::MessageSeen { message } if short(message) && self.seen.len() < MOST_NOTES => {
                self.seen.insert(message.clone());
            }
            SessionEvent::TakeawayTicked { name, ticked: false } => {
                self.ticked.remove(name);
            }
            SessionEvent::TakeawayTicked { name, ticked: true } if short(name) && self.ticked.len() < MOST_NOTES => {
                self.ticked.insert(name.clone());
            }
            SessionEvent::Answered { question, value } if short(question) && self.answers(question) => {
                self.answers.insert(question.clone(), value.clone());
            }
            SessionEvent::Readied { readiness } => {
                self.readiness = Some((shown_readiness(readiness), at.ms));
            }
            _ => {}
        }
    }

    /// Whether an answer to this question is remembered.
    fn answers(&self, question: &str) -> bool {
        self.answers.len() < MOST_ANSWERS || self.answers.contains_key(question)
    }

    pub(crate) fn helped(&mut self, hand: &str) {
        self.hand.take_if(|up| up.hand == hand);
    }
}

/// How ready a laptop is, as the facilitator's page shows it: its words are copied into terminals.
fn shown_readiness(told: &Readiness) -> Readiness {
    let line = |text: &str| shown_text(text, LONGEST_LINE);
    let check = |check: &Lacking| Lacking {
        name: line(&check.name),
        title: line(&check.title),
        fix: check.fix.as_deref().map(line),
        ..check.clone()
    };
    Readiness {
        lacking: told.lacking.iter().take(MOST_CASES).map(check).collect(),
        stack: line(&told.stack),
        machine: Machine { os: line(&told.machine.os), ..told.machine.clone() },
        panel: line(&told.panel),
        ..told.clone()
    }
}
