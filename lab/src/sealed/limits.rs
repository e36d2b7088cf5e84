//! Limits of the operating system.

/// Allows as many open files as the system lets us: hundreds of calls wait at once when a dependency hangs.
pub fn raise_open_files() {
    if let Err(error) = rlimit::increase_nofile_limit(16_384) {
        super::log::event(&serde_json::json!({"event": "limit", "error": error.to_string()}));
    }
}
