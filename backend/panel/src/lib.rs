//! The panel: serves the control panel and its API, leads runs, and is what every command talks to.
//!
//! From the outside in: [`command`] reads what the user typed; [`server`] starts a panel; [`route`] answers;
//! [`run`] leads a run; [`feed`] tells all screens.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod app;
pub mod archives;
mod attachment;
pub mod board;
pub mod bring;
pub mod casebook;
pub mod catalog;
pub mod client;
pub mod clock;
pub mod command;
pub mod demo;
pub mod editor;
pub mod feed;
pub mod guard;
pub mod hub;
pub mod library;
pub mod membership;
mod near;
pub mod openapi;
pub mod outbox;
pub mod prefetched;
pub mod preflight;
pub mod problem;
pub mod prompts;
pub mod prove;
pub mod readiness;
pub mod record;
pub mod reference;
pub mod rehearsal;
pub mod route;
pub mod run;
pub mod seal;
pub mod server;
pub mod session;
pub mod settings;
pub mod solution;
pub mod stacks;
pub mod ui;
pub mod uplink;
