//! The k3d cluster by stand-ins for `docker` and `k3d`: exact arguments, their order, and what is made of what they say.
//! The real commands were never run; docs/TESTING.md says what that means.

// A test that cannot go on says where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "k3d/bench.rs"]
mod bench;
#[path = "k3d/life.rs"]
mod life;
#[path = "k3d/refuse.rs"]
mod refuse;
#[path = "k3d/repository.rs"]
mod repository;
#[path = "k3d/store.rs"]
mod store;
