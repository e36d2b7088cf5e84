//! Progress in the terminal; drawn on standard error, and only where somebody looks.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A spinner with a sentence.
pub(super) fn spinner(says: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
        bar.set_style(style);
    }
    bar.set_message(says.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar over the seconds of a run.
pub(super) fn seconds(total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    if let Ok(style) = ProgressStyle::with_template("{pos:>3}/{len} s {bar:24} {wide_msg}") {
        bar.set_style(style);
    }
    bar
}
