//! Open-loop load with honest timing.
//!
//! [`start`] runs the streams of a plan. Arrivals come at the instants of the plan whether or not answers do;
//! latency counts from the intended instant; what cannot be sent is dropped and counted.
//!
//! Along the data flow: `schedule` (which arrival is due when) → `worker` (threads that wait for that instant by an
//! `alarm` and release a `call`, each with its own `pool` of connections and its own `recorder`) → `merge` (one window
//! a second) → [`EngineEvent`].
//! All threads are named `engine-…`, so that their CPU time can be told apart. Nothing is locked per request.
//!
//! A stream whose requests only start jobs has a `feed` too: it tells which `job` has ended, and so which of the arrivals
//! that are `waiting`. An arrival then ends with its job, timed from its intended instant like any other.
//!
//! # What an arrival becomes
//! - `Dropped`: `most_in_flight` calls were open, or this machine had no socket left for it. Latency: the worst.
//! - `TimedOut`: the patience ran out; the socket is closed then. Latency: the patience, exactly.
//! - `Failed`: no connection, or it broke before the answer's end, or the answer is longer than 1 MiB.
//! - `Rejected`: the status is not 2xx, or the job that it started came to nothing.
//! - `Degraded`: 2xx with the stream's header for fallbacks.
//! - `Invalid`: 2xx, or an ended job, without the receipt that the stream asks for.
//! - `Ok`: any other 2xx.

mod alarm;
mod bare;
mod call;
mod feed;
mod job;
mod merge;
mod pool;
mod receipt;
mod recorder;
mod report;
mod running;
mod schedule;
mod shared;
mod summary;
mod target;
mod template;
mod waiting;
mod worker;

pub use bare::{Bare, bare_stream};
pub use report::{Report, report};
pub use running::{EngineEvent, Options, Running, start};
pub use summary::{Ended, Lag, Summary};
pub use target::{EngineError, Target};
