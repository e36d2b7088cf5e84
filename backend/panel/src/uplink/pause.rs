//! How long to wait before something is tried again.

use std::time::Duration;

use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout},
};

/// The first wait is at most twice this.
const FIRST: Duration = Duration::from_millis(500);
/// No wait of our own is longer.
const LONGEST: Duration = Duration::from_secs(30);
/// The longest that a hub may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(300);
/// News shorten a wait to this and no further, so that they come through once in this time at most.
const SHORTEST: Duration = Duration::from_secs(2);

/// The wait after `tries` failures in a row: a random part, `draw` of 0 to 1, of a time that doubles. Full jitter, as in
/// "Exponential Backoff And Jitter" (M. Brooker, 2015), so that a class does not come back all at once.
pub fn pause(tries: u32, draw: f64) -> Duration {
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(tries));
    doubled.min(LONGEST).mul_f64(draw.clamp(0.0, 1.0))
}

/// The same where the hub has asked for a time: the longer of the two, within reason.
pub fn pause_asked(tries: u32, draw: f64, asked: Option<Duration>) -> Duration {
    pause(tries, draw).max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

/// A random number of 0 to 1 for [`pause`].
pub fn draw() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness from the system everybody waits for half of the time.
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}

/// Waits; a wait that is longer than 2 s ends with the first news after these 2 s.
pub(crate) async fn rest(wait: Duration, news: &Notify) {
    let end = Instant::now() + wait;
    sleep(wait.min(SHORTEST)).await;
    let left = end.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        let _ = timeout(left, news.notified()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_half_a_minute_and_is_drawn_from_all_of_it() {
        for (tries, draw, ms) in [
            (0, 1.0, 500),
            (1, 1.0, 1_000),
            (1, 0.5, 500),
            (5, 1.0, 16_000),
            (6, 1.0, 30_000),
            (6, 0.0, 0),
            (u32::MAX, 1.0, 30_000),
            (3, 7.0, 4_000),
        ] {
            assert_eq!(pause(tries, draw), Duration::from_millis(ms), "{tries} {draw}");
        }
        assert!((0..100).map(|_| draw()).all(|draw| (0.0..=1.0).contains(&draw)));
    }

    #[test]
    fn what_the_hub_asks_for_counts_if_it_is_longer_and_not_absurd() {
        let seconds = Duration::from_secs;
        assert_eq!(pause_asked(6, 1.0, Some(seconds(1))), seconds(30));
        assert_eq!(pause_asked(0, 1.0, Some(seconds(40))), seconds(40));
        assert_eq!(pause_asked(0, 0.0, Some(seconds(86_400))), seconds(300));
    }

    #[tokio::test(start_paused = true)]
    async fn news_end_a_long_wait_but_not_more_than_once_in_two_seconds() {
        let news = Notify::new();
        let waited = async |wait: u64| {
            let begun = Instant::now();
            rest(Duration::from_secs(wait), &news).await;
            begun.elapsed().as_secs()
        };
        assert_eq!(waited(30).await, 30);
        news.notify_one();
        assert_eq!(waited(30).await, 2);
        news.notify_one();
        assert_eq!(waited(1).await, 1);
    }
}
