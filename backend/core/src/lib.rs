//! What a run *is*: scenario, plan, arrivals, windows, criteria, score and the events that tie them together.
//!
//! This crate does no IO, knows no clock and draws no random number, so it compiles for the panel and for the browser
//! alike and folds the same events to the same result in both. Time is `u64` microseconds since the run began.
//!
//! Along the data flow: [`scenario`] → [`plan`] → [`arrival`] → [`outcome`] → [`window`] → [`event`] → [`fold`] →
//! [`criterion`] → [`score`].

pub mod arrival;
#[cfg(feature = "author")]
pub mod author;
pub mod by_value;
pub mod case;
pub mod comparison;
pub mod criterion;
pub mod difference;
pub mod event;
pub mod fold;
pub mod hub;
pub mod latency;
pub mod leaderboard;
pub mod name;
#[cfg(feature = "openapi")]
mod openapi;
pub mod outcome;
pub mod plan;
pub mod quantity;
pub mod scenario;
pub mod score;
pub mod setup;
pub mod signal;
pub mod stack;
pub mod standing;
pub mod window;
pub mod wire;
pub mod workshop;
