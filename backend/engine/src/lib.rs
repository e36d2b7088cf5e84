//! Open-loop load with honest timing.
//!
//! [`start`] runs the streams of a plan. Arrivals come at the instants of the plan whether or not answers do;
//! latency counts from the intended instant; what cannot be sent is dropped and counted.
//!
//! Along the data flow: `pacer` (one thread releases arrivals) → `worker` (threads that send, each with its own
//! `pool` of connections and `recorder`) → `merge` (one window a second) → [`EngineEvent`].
//! All threads are named `engine-…`, so that their CPU time can be told apart. Nothing is locked per request.

mod bare;
mod merge;
mod pacer;
mod pool;
mod receipt;
mod recorder;
mod report;
mod running;
mod summary;
mod target;
mod worker;

pub use bare::{Bare, bare_stream};
pub use report::report;
pub use running::{EngineEvent, Options, Running, start};
pub use summary::{Ended, Lag, Summary};
pub use target::{EngineError, Target};
