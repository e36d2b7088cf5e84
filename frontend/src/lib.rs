//! The single-page apps: that of the panel, and that of a hub. They show what their server tells and ask what the user
//! wants. Every number comes from `brownout-core`; the browser computes none of its own.

pub mod app;
pub mod hub;
pub mod keys;
pub mod live;
pub mod pages;
pub mod panel;
pub mod parts;
pub mod place;
pub mod socket;
pub mod theme;
pub mod time;
pub mod title;
pub mod view;
