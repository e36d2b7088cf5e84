//! What happens around the runs of one participant.

use serde::{Deserialize, Serialize};

use super::{CodeFile, Envelope};
use crate::{
    case::HintTaken,
    hub::{readiness::Readiness, survey::AnswerValue},
};

/// Envelope of a session's event.
pub type SessionEnvelope = Envelope<SessionEvent>;

/// What happens around the runs of one participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SessionEvent {
    /// The participant opened a case.
    CaseOpened {
        /// Scenario id.
        scenario: String,
    },
    /// Files that participants edit were changed.
    Edited {
        /// Paths relative to the repository; none when they are again as they are live.
        files: Vec<String>,
    },
    /// A build ended.
    Built {
        /// Build id.
        build: String,
        /// Whether it compiled.
        ok: bool,
    },
    /// A build became live.
    Deployed {
        /// Build id.
        build: String,
        /// From the command to ready, ms.
        took_ms: u64,
    },
    /// A run ended.
    RunFinished {
        /// Run id.
        run: String,
        /// Scenario id.
        scenario: String,
        /// Score, when it was completed.
        score: Option<u32>,
        /// Whether it is ranked.
        ranked: bool,
        /// Whether it ended with all criteria met.
        #[serde(default)]
        met: bool,
        /// Names of the criteria that it left unmet.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unmet: Vec<String>,
        /// Case clock when it ended, ms; none in logs of older panels.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock_ms: Option<u64>,
    },
    /// A hint was shown.
    HintShown {
        /// Scenario id.
        scenario: String,
        /// Which, and what it cost.
        hint: HintTaken,
    },
    /// The participant says that a case is done.
    CaseCompleted {
        /// Scenario id.
        scenario: String,
        /// Reading of the case clock, ms.
        clock_ms: u64,
    },
    /// The participant took a seat at a hub.
    Joined {
        /// Id of the workshop.
        workshop: String,
        /// Id of the seat.
        seat: String,
    },
    /// The participant left the hub.
    Left {
        /// Id of the workshop.
        workshop: String,
    },
    /// The hand went up.
    HandRaised {
        /// Id of the hand, a UUID.
        hand: String,
        /// The case that it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scenario: Option<String>,
        /// What the participant wrote, at most 280 characters.
        note: String,
        /// Files of the case, at most 64 kB, when the participant wants to show them; else none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        code: Vec<CodeFile>,
    },
    /// The hand went down, by the participant or because help came.
    HandLowered {
        /// Id of the hand.
        hand: String,
    },
    /// A message of the hub was dismissed on this screen.
    MessageSeen {
        /// Id of the message.
        message: String,
    },
    /// A takeaway was ticked or unticked.
    TakeawayTicked {
        /// Its name in the run sheet.
        name: String,
        /// Whether it is ticked now.
        ticked: bool,
    },
    /// A question of the survey was answered; the last answer counts.
    Answered {
        /// Name of the question in the run sheet.
        question: String,
        /// The answer.
        value: AnswerValue,
    },
    /// How ready this laptop is, when that changed.
    Readied {
        /// How ready.
        readiness: Readiness,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Body;

    #[test]
    fn every_event_of_a_session_is_read_as_it_was_written() {
        let word = || "x".to_owned();
        let hint = HintTaken { name: word(), cost: 5, clock_ms: 7 };
        let code = vec![CodeFile { path: word(), text: word() }];
        for event in [
            SessionEvent::CaseOpened { scenario: word() },
            SessionEvent::Edited { files: vec![word()] },
            SessionEvent::Built { build: word(), ok: false },
            SessionEvent::Deployed { build: word(), took_ms: 3 },
            SessionEvent::RunFinished {
                run: word(),
                scenario: word(),
                score: Some(20),
                ranked: true,
                met: false,
                unmet: vec![word()],
                clock_ms: Some(5),
            },
            SessionEvent::HintShown { scenario: word(), hint },
            SessionEvent::CaseCompleted { scenario: word(), clock_ms: 9 },
            SessionEvent::Joined { workshop: word(), seat: word() },
            SessionEvent::Left { workshop: word() },
            SessionEvent::HandRaised { hand: word(), scenario: Some(word()), note: word(), code },
            SessionEvent::HandRaised { hand: word(), scenario: None, note: String::new(), code: Vec::new() },
            SessionEvent::HandLowered { hand: word() },
            SessionEvent::MessageSeen { message: word() },
            SessionEvent::TakeawayTicked { name: word(), ticked: true },
            SessionEvent::Answered { question: word(), value: AnswerValue::Scale(-1) },
            SessionEvent::Answered { question: word(), value: AnswerValue::Choice(word()) },
            SessionEvent::Answered { question: word(), value: AnswerValue::Text(word()) },
            SessionEvent::Readied { readiness: Readiness::default() },
        ] {
            let text = serde_json::to_string(&event).expect("serialises");
            assert_eq!(
                serde_json::from_str::<Body<SessionEvent>>(&text).expect("parses"),
                Body::Known(event),
                "{text}"
            );
        }
    }
}
