//! The limit of open files: each request in flight holds one in the engine and two in the forwarder.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for 1,000 requests in flight through engine and forwarder, with room.
const WANTED: u64 = 16_384;
/// What macOS accepts although it names no hard limit.
const MODEST: u64 = 10_240;

/// Raises the limit of open files of this process and of those it starts. Returns the limit that now holds.
/// macOS begins with 256.
pub fn raise_file_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let now = limit.current.unwrap_or(u64::MAX);
    for wanted in [WANTED, MODEST] {
        let current = wanted.min(limit.maximum.unwrap_or(u64::MAX));
        if now >= current {
            return now;
        }
        if setrlimit(Resource::Nofile, Rlimit { current: Some(current), maximum: limit.maximum }).is_ok() {
            return current;
        }
    }
    now
}
