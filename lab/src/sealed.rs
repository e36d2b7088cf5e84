//! What makes the exercise honest. Changing it is allowed; the run is then "practice".

pub mod build;
pub mod call;
pub mod db;
pub mod dep;
pub mod dependency;
pub mod job;
pub mod jobs;
pub mod licence;
pub mod limits;
pub mod log;
pub mod metrics;
pub mod order;
pub mod problem;
pub mod reach;
pub mod render;
pub mod server;
