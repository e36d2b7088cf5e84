//! The hub's clock: every time that people compare is on it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// The time of the hub, ms since the Unix epoch. It begins with the system's and then runs by itself: a step of the
/// workshop gets no longer because somebody set the system's clock.
#[derive(Debug, Clone)]
pub struct Clock(Hand);

#[derive(Debug, Clone)]
enum Hand {
    Runs { from_ms: u64, since: Instant },
    Told(Arc<AtomicU64>),
}

impl Clock {
    /// The system's time now, going on.
    #[must_use]
    pub fn system() -> Clock {
        // A system that is before 1970 has no time; the epoch is as good as any other.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Clock(Hand::Runs { from_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX), since: Instant::now() })
    }

    /// A clock that stands where it is told: for tests and simulations.
    #[must_use]
    pub fn told(ms: Arc<AtomicU64>) -> Clock {
        Clock(Hand::Told(ms))
    }

    /// Now, ms since the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        match &self.0 {
            Hand::Runs { from_ms, since } => {
                from_ms.saturating_add(u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX))
            }
            Hand::Told(ms) => ms.load(Ordering::SeqCst),
        }
    }

    /// The same clock, but not before this instant: what is taken from now on is not older than what is here.
    #[must_use]
    pub(crate) fn not_before(self, ms: u64) -> Clock {
        match self.0 {
            Hand::Runs { from_ms, since } => Clock(Hand::Runs { from_ms: from_ms.max(ms), since }),
            told @ Hand::Told(_) => Clock(told),
        }
    }
}

/// What a laptop says is not older than this when it comes, ms, nor than its seat; else its clock was set in between.
const OLDEST: u64 = 12 * 60 * 60 * 1_000;

/// When something was on the hub's clock that was at `wall_ms` on a laptop's, which stood at `sent_ms` when the hub's
/// stood at `taken_ms`. Never later than `taken_ms`; a laptop whose clock was set in between is not believed. A laptop that
/// was away overnight is: since `joined_ms`, when its seat was made, it may have been away all the time.
#[must_use]
pub fn hub_ms(wall_ms: u64, sent_ms: u64, taken_ms: u64, joined_ms: u64) -> u64 {
    let age = sent_ms.saturating_sub(wall_ms);
    let oldest = OLDEST.max(taken_ms.saturating_sub(joined_ms));
    if age > oldest { taken_ms } else { taken_ms.saturating_sub(age) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_laptops_clock_may_be_wrong() {
        const HOUR: u64 = 3_600_000;
        let noon = 1_000 * HOUR;
        for (wall, sent, taken, at) in [
            (noon, noon, noon, noon),
            (noon, noon + 5, noon + 9, noon + 4),
            // An hour behind, a day ahead: the same age.
            (noon - HOUR - 7, noon - HOUR, noon, noon - 7),
            (noon + 24 * HOUR - 7, noon + 24 * HOUR, noon, noon - 7),
            // Set back in between: not in the future. Set by more than half a day: not believed.
            (noon + HOUR, noon, noon, noon),
            (noon - 12 * HOUR, noon, noon, noon - 12 * HOUR),
            (noon - 12 * HOUR - 1, noon, noon, noon),
            (0, u64::MAX, noon, noon),
            (0, 5, 3, 0),
        ] {
            assert_eq!(hub_ms(wall, sent, taken, taken.saturating_sub(HOUR)), at, "{wall} {sent} {taken}");
        }
        // Joined yesterday and away since: as old as it says. Older than its seat: not believed.
        assert_eq!(hub_ms(noon - 15 * HOUR, noon, noon, noon - 16 * HOUR), noon - 15 * HOUR);
        assert_eq!(hub_ms(noon - 17 * HOUR, noon, noon, noon - 16 * HOUR), noon);
    }

    #[test]
    fn the_clock_goes_on_and_not_before_what_is_known() {
        let clock = Clock::system();
        let later = clock.now_ms() + 1_000_000;
        assert!(clock.now_ms() >= 1_600_000_000_000);
        assert!(clock.clone().not_before(later).now_ms() >= later);
        assert!(clock.not_before(5).now_ms() < later);
        let told = Arc::new(AtomicU64::new(7));
        let clock = Clock::told(told.clone());
        told.store(9, Ordering::SeqCst);
        assert_eq!(clock.now_ms(), 9);
    }
}
