//! The single-page app: shows what the panel tells and asks what the user wants. Every number comes from
//! `brownout-core`; the browser computes none of its own.

#![allow(unreachable_pub, reason = "one binary: what a module offers, it offers to the app")]

mod app;
mod keys;
mod live;
mod pages;
mod panel;
mod parts;
mod place;
mod theme;
mod title;
mod view;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
