//! What was answered to those who have just taken a seat: a request that comes twice has one answer, or the late copy of
//! it would end the token that the first one gave.

use std::collections::HashMap;

use brownout_core::hub::seat::Seated;

/// An attempt to sit may be repeated for so long, ms.
pub(super) const ATTEMPT_MS: u64 = 10 * 60_000;

/// Answers of the last minutes, by attempt. Tokens stand in here and nowhere else, in memory alone; a hub that was started
/// since makes a new one.
#[derive(Default)]
pub(super) struct Attempts {
    answered: HashMap<String, Answered>,
}

struct Answered {
    participant: String,
    seated: Seated,
    at_ms: u64,
}

/// Without the secrets, so that no log ever holds them.
impl std::fmt::Debug for Attempts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempts").field("answered", &self.answered.len()).finish()
    }
}

impl Attempts {
    /// What this participant was answered to this attempt.
    pub(super) fn answered(&self, attempt: &str, participant: &str, now_ms: u64) -> Option<&Seated> {
        let known = self.answered.get(attempt).filter(|known| known.participant == participant);
        Some(&known.filter(|known| now_ms.saturating_sub(known.at_ms) <= ATTEMPT_MS)?.seated)
    }

    /// Remembers an answer.
    pub(super) fn answer(&mut self, attempt: String, participant: String, seated: Seated) {
        let at_ms = seated.now_ms;
        self.answered.insert(attempt, Answered { participant, seated, at_ms });
    }

    /// Forgets answers whose time is over.
    pub(super) fn forget_old(&mut self, now_ms: u64) {
        self.answered.retain(|_, known| now_ms.saturating_sub(known.at_ms) <= ATTEMPT_MS);
    }

    /// Forgets the answers that gave this seat.
    pub(super) fn forget(&mut self, seat: &str) {
        self.answered.retain(|_, known| known.seated.seat != seat);
    }
}

#[cfg(test)]
mod tests {
    use brownout_core::hub::seat::WorkshopCard;

    use super::*;

    fn seated(seat: &str, now_ms: u64) -> Seated {
        let (name, token, recovery) = (String::new(), String::new(), String::new());
        Seated { seat: seat.to_owned(), name, token, recovery, workshop: WorkshopCard::default(), now_ms }
    }

    #[test]
    fn an_answer_is_forgotten_with_its_seat_and_with_its_time() {
        let mut attempts = Attempts::default();
        attempts.answer("a".into(), "p".into(), seated("ada", 0));
        attempts.answer("b".into(), "p".into(), seated("ben", 1));
        attempts.forget("ada");
        assert!(attempts.answered("a", "p", 2).is_none() && attempts.answered("b", "p", 2).is_some());
        attempts.forget_old(ATTEMPT_MS + 1);
        assert_eq!(attempts.answered.len(), 1);
        attempts.forget_old(ATTEMPT_MS + 2);
        assert_eq!(attempts.answered.len(), 0);
    }
}
