//! One file a page.

pub mod case;
pub mod cases;
pub mod leaderboard;
pub mod missing;
pub mod run;
pub mod runs;
pub mod setup;
pub mod wrap_up;
