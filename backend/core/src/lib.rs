//! What a run *is*: scenario, plan, arrivals, windows, criteria, score and the events that tie them together.
//!
//! This crate does no IO, knows no clock and draws no random number, so it compiles for the panel and for the browser
//! alike and folds the same events to the same result in both. Time is `u64` microseconds since the run began.

pub mod stack;
