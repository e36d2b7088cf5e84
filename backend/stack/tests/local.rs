//! The local stack with real processes of the real lab, through its public edge.

// A test that cannot go on says where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "local/bench.rs"]
mod bench;
#[path = "local/database.rs"]
mod database;
#[path = "local/deploy.rs"]
mod deploy;
#[path = "local/end.rs"]
mod end;
#[path = "local/forward.rs"]
mod forward;
#[path = "local/life.rs"]
mod life;
#[path = "local/refuse.rs"]
mod refuse;
#[path = "local/scale.rs"]
mod scale;
#[path = "local/speed.rs"]
mod speed;
