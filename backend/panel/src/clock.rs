//! The wall clock, read in one place. Nothing is computed from it but what people are shown.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Now, ms since the Unix epoch.
pub fn wall_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// Notices when the wall clock has run ahead of the monotonic one, as it does over a laptop's sleep.
#[derive(Debug)]
pub struct Sleep {
    wall: SystemTime,
    monotonic: Instant,
}

/// A jump by more than this is a sleep.
const JUMP: Duration = Duration::from_secs(2);

impl Sleep {
    /// Begins to watch.
    pub fn watch() -> Self {
        Sleep { wall: SystemTime::now(), monotonic: Instant::now() }
    }

    /// Whether the machine has slept since the last call. A wall clock that was set back is no sleep.
    pub fn happened(&mut self) -> bool {
        self.look(Sleep::watch())
    }

    fn look(&mut self, now: Sleep) -> bool {
        let wall = now.wall.duration_since(self.wall).unwrap_or_default();
        let slept = wall > now.monotonic.duration_since(self.monotonic) + JUMP;
        if now.wall < self.wall {
            tracing::warn!(wall = ?now.wall, before = ?self.wall, "the wall clock was set back; nothing is computed from it");
        }
        *self = now;
        slept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_that_jumps_ahead_is_a_sleep_and_one_that_is_set_back_is_none() {
        let (wall, monotonic) = (SystemTime::now(), Instant::now());
        let second = Duration::from_secs(1);
        let mut sleep = Sleep { wall, monotonic };
        let at = |wall, monotonic| Sleep { wall, monotonic };
        assert!(!sleep.look(at(wall + second, monotonic + second)), "an ordinary second");
        assert!(!sleep.look(at(wall - 3_600 * second, monotonic + 2 * second)), "set back by an hour");
        assert!(!sleep.look(at(wall - 3_599 * second, monotonic + 3 * second)), "an ordinary second after that");
        assert!(sleep.look(at(wall - 3_000 * second, monotonic + 4 * second)), "ten minutes of sleep");
        assert!(!sleep.look(at(wall - 2_999 * second, monotonic + 5 * second)), "awake again");
    }
}
