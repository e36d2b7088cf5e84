//! Brings the lab up, deploys the working copy, and tells how it is. Knows nothing of scenarios and scores.
//!
//! The map, from the outside in:
//!
//! - `stack`, `error`: the one small trait, and what can go wrong.
//! - `handle`: what everybody holds of a stack. `local`: a stack of plain processes. `operator` is the one task that changes it,
//!   `order` what it is asked, `board` what everybody sees of it, `gauges` reads its metrics.
//! - `manifest`: `deploy/k8s/*.yaml` as far as plain processes can honour it; `address` gives Services loopback ports.
//! - `identity`: what the working copy is; `watch` tells when it changes; `cargo` builds it, asked by `builder`;
//!   `builds` keeps what was built, `steps` times it.
//! - `forwarder`: stands where a Service stands, one connection to one ready replica. `balance` holds who is ready.
//! - `fleet`: the replicas of all services. `autoscale` decides how many there are of a service, `fleet` does it.
//! - `replica`: keeps one process alive: `process`, `output`, `logfile`, `probe`, `backoff`, `quota`.
//! - `postgres`: the lab's database, where the manifests have one.
//! - `kube`: the handle of a stack in a cluster, with the same board and builds.
//! - `k3d`: the cluster of the workshop, by the commands `docker` and `k3d`.
//! - `account`, `ledger`, `spawner`, `platform`, `port`, `limit`: what the operating system has to be told or asked.

mod account;
mod address;
mod autoscale;
mod backoff;
mod balance;
mod board;
mod builder;
mod builds;
mod cargo;
mod error;
mod fleet;
mod forwarder;
mod gauges;
mod handle;
mod identity;
pub mod k3d;
mod kube;
mod ledger;
mod limit;
mod local;
mod logfile;
mod manifest;
mod operator;
mod order;
mod output;
mod platform;
mod port;
mod postgres;
mod probe;
mod process;
mod quota;
mod replica;
mod spawner;
mod stack;
mod steps;
mod watch;

pub use error::StackError;
pub use identity::{HashedFile, Identity, identity};
pub use kube::{Images, KubeOptions, KubeStack};
pub use limit::raise_file_limit;
pub use local::{LocalOptions, LocalStack, sweep};
pub use port::{port_holder, port_listener};
pub use postgres::{Programs, postgres_programs};
pub use stack::{Deployed, Stack};
