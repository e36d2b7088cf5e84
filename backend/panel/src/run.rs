//! A run from "Run scenario" to the verdict: preconditions, load, faults, windows, judgement.

mod books;
mod conduct;
mod conductor;
mod dependency;
mod log;
mod precondition;
mod scaler;
mod timeline;
mod witness;

pub use conductor::{Conductor, StartError};
pub use dependency::Dependency;
