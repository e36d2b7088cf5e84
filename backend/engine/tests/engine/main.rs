//! The engine against local servers of known behaviour.
//!
//! The machine may be busy: what is asserted are counts, and bounds that only a wrong engine misses.

// Tests fail by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod connections;
mod ending;
mod jobs;
mod load;
mod server;
mod timing;
mod verdict;
mod works;
