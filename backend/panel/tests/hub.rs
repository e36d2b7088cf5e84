//! A hub through its public edges: the command, HTTP, WebSocket. Every test starts with [`house::House::open`], a real
//! `brownout hub` of its own; one of them needs a lab.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod hub {
    mod archive;
    mod attack;
    mod book;
    mod browser;
    #[allow(dead_code, reason = "shared with the tests of the panel")]
    #[path = "../panel/chromium.rs"]
    mod chromium;
    mod crowd;
    mod house;
    mod join;
    #[allow(dead_code, reason = "shared with the tests of the panel")]
    #[path = "../panel/lab.rs"]
    mod lab;
    mod live;
    mod membership;
    mod offline;
    mod outbox;
    mod pages;
    mod participant;
    #[path = "../panel/readable.rs"]
    mod readable;
    mod real;
    mod records;
    mod roles;
    mod said;
    mod tls;
    mod weather;
}
