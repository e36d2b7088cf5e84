//! The desk with the real store: what a server asks, and what it is answered.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod acts;
mod after;
mod board;
mod crowd;
mod grid;
mod hub;
mod said;
mod seats;
mod shipments;
mod unheard;
mod watchers;
