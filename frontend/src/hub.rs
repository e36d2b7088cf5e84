//! The app of a hub: facilitator, readiness wall, board, joining, and what comes after.
//!
//! `entry` says who this is, `live` what the hub tells, `acts` does what the facilitator asks; the pages stand beside each
//! other, and `grid`, `sheet` and `person` are the columns of the facilitator's.

pub mod acts;
pub mod after;
pub mod app;
pub mod asked;
pub mod board;
pub mod call;
pub mod cell;
pub mod edit;
pub mod entry;
pub mod facilitator;
pub mod grid;
pub mod import;
pub mod joining;
pub mod keys;
pub mod live;
pub mod page;
pub mod person;
pub mod ready;
pub mod record;
pub mod saying;
pub mod sheet;
pub mod tools;
