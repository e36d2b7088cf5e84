//! A workshop of many: what panels, hub and screens say to each other, and the folds that both sides share.
//!
//! A participant joins ([`seat`]), the session is shipped ([`shipment`]), what is true just now is told ([`pulse`]); the
//! hub answers with the board and the grid ([`row`]), the agenda ([`clock`]) and what the facilitator says ([`message`]).
//! The hub's own log is a stream of [`event`]s. Times that people compare are the hub's: `…_ms` is ms since the Unix
//! epoch on its clock.

pub mod agenda;
pub mod archive;
pub mod clock;
pub mod event;
pub mod group;
pub mod hand;
pub mod live;
pub mod membership;
pub mod message;
pub mod need;
pub mod notice;
pub mod page;
pub mod pulse;
pub mod readiness;
pub mod request;
pub mod row;
pub mod seat;
pub mod shipment;
pub mod snapshot;
pub mod survey;
pub mod view;

/// Version of the protocol between panel and hub. A panel that knows less says so and does not join.
pub const HUB_VERSION: u32 = 1;
