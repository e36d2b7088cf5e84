//! The lab in a real cluster, through the stack's public edge: `make test-k8s`, which says what it needs.

// A test that cannot go on says where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code)]
#[path = "local/bench.rs"]
mod bench;
#[path = "kube/cluster.rs"]
mod cluster;
#[path = "kube/life.rs"]
mod life;
#[path = "kube/outage.rs"]
mod outage;
#[path = "kube/refuse.rs"]
mod refuse;
