//! What the participant did in the workshop: a fold of the session's events since joining.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use brownout_core::{
    event::SessionEvent,
    hub::{hand::Hand, survey::AnswerValue},
};

use super::MOST_SAID;

/// What the participant did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Own {
    /// The hand, while it is up.
    pub(super) hand: Option<Hand>,
    /// Takeaways that are ticked.
    pub(super) ticked: BTreeSet<String>,
    /// The last answer to each question.
    pub(super) answers: BTreeMap<String, AnswerValue>,
    /// Messages that were dismissed, the last of them.
    pub(super) seen: VecDeque<String>,
    /// The workshop that all this is of.
    workshop: String,
}

impl Own {
    /// Folds one event.
    pub(super) fn apply(&mut self, event: &SessionEvent) {
        match event {
            SessionEvent::Joined { workshop, .. } => {
                // Who comes back to a workshop finds it as it was left.
                if self.workshop != *workshop {
                    *self = Own { workshop: workshop.clone(), ..Own::default() };
                }
            }
            SessionEvent::Left { .. } => self.hand = None,
            SessionEvent::HandRaised { hand, scenario, note, code } => {
                self.hand = Some(Hand {
                    hand: hand.clone(),
                    scenario: scenario.clone(),
                    note: note.clone(),
                    shares_code: !code.is_empty(),
                    up_ms: 0,
                });
            }
            SessionEvent::HandLowered { hand } => {
                self.hand.take_if(|up| up.hand == *hand);
            }
            SessionEvent::MessageSeen { message } => {
                if self.seen.len() == MOST_SAID {
                    self.seen.pop_front();
                }
                self.seen.push_back(message.clone());
            }
            SessionEvent::TakeawayTicked { name, ticked: true } => {
                self.ticked.insert(name.clone());
            }
            SessionEvent::TakeawayTicked { name, ticked: false } => {
                self.ticked.remove(name);
            }
            SessionEvent::Answered { question, value } => {
                self.answers.insert(question.clone(), value.clone());
            }
            SessionEvent::CaseOpened { .. }
            | SessionEvent::Edited { .. }
            | SessionEvent::Built { .. }
            | SessionEvent::Deployed { .. }
            | SessionEvent::RunFinished { .. }
            | SessionEvent::HintShown { .. }
            | SessionEvent::CaseCompleted { .. }
            | SessionEvent::Readied { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_in_a_workshop_is_folded_and_another_workshop_begins_anew() {
        let word = |text: &str| text.to_owned();
        let joined = |workshop| SessionEvent::Joined { workshop: word(workshop), seat: word("s") };
        let raised =
            |hand| SessionEvent::HandRaised { hand: word(hand), scenario: None, note: word("Why?"), code: Vec::new() };
        let ticked = |name, ticked| SessionEvent::TakeawayTicked { name: word(name), ticked };
        let mut own = Own::default();
        for event in [
            joined("w"),
            raised("h1"),
            raised("h2"),
            // The first hand is no longer up; to lower it changes nothing.
            SessionEvent::HandLowered { hand: word("h1") },
            ticked("a", true),
            ticked("b", true),
            ticked("a", false),
            SessionEvent::Answered { question: word("q"), value: AnswerValue::Scale(3) },
            SessionEvent::Answered { question: word("q"), value: AnswerValue::Scale(4) },
            SessionEvent::MessageSeen { message: word("m") },
        ] {
            own.apply(&event);
        }
        assert_eq!(own.hand.as_ref().map(|hand| (hand.hand.as_str(), hand.note.as_str())), Some(("h2", "Why?")));
        assert!(
            own.ticked.iter().eq(["b"]) && own.answers["q"] == AnswerValue::Scale(4) && own.seen.contains(&word("m"))
        );
        own.apply(&SessionEvent::Left { workshop: word("w") });
        assert_eq!(own.hand, None);
        own.apply(&joined("w"));
        assert!(own.ticked.contains("b"), "who comes back finds it as it was left");
        own.apply(&joined("other"));
        assert!(own.ticked.is_empty() && own.seen.is_empty());
    }
}
