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
        let now = Sleep::watch();
        let wall = now.wall.duration_since(self.wall).unwrap_or_default();
        let slept = wall > now.monotonic.duration_since(self.monotonic) + JUMP;
        *self = now;
        slept
    }
}
