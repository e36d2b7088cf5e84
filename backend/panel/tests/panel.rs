//! The panel through its public edges: HTTP, WebSocket, the command line, on a real lab stack.
//!
//! The tree mirrors the routes. Every test starts with [`lab::Lab::up`], which shares one build of the lab.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod panel {
    mod archives;
    mod cases;
    mod chromium;
    mod editor;
    mod faults;
    mod guard;
    mod history;
    mod lab;
    mod leaderboard;
    mod live;
    mod readable;
    mod reference;
    mod rehearsal;
    mod reports;
    mod runs;
    mod scenarios;
    mod settings;
    mod setup;
    mod stack;
    mod ui;
    mod variants;
}
