//! The history: two append-only streams of events and the rows that lists read, in one SQLite file.
//!
//! The crate knows SQL and [`brownout_core`]; it serves nothing, reads no clock and knows no stack.
//! What a caller may rely on is [`Store`] and says nothing of SQLite, so that a second database can serve it. Queries
//! keep to SQL that Postgres understands too; what is SQLite's own stands in `file` and in `migrations/sqlite`.
//!
//! Along the data flow: `file` opens → `log` appends events → `projection` folds them into rows → `list` reads the rows.
//!
//! How durable: write-ahead log with `synchronous=NORMAL`. A killed panel loses nothing that was appended; a power cut
//! may take the last moments, never the order or the consistency.
//!
//! [`hub`] is beside all that: what a hub keeps of many participants, in SQLite or Postgres.

mod baseline;
mod board;
mod case;
mod delete;
mod error;
mod file;
pub mod hub;
mod interrupted;
mod list;
mod log;
mod projection;
mod prune;
mod result;
mod setting;
mod store;

pub use baseline::Pinned;
pub use board::BestRun;
pub use error::StoreError;
pub use list::{RunFilter, ScenarioRecord};
pub use result::BroughtResult;
pub use store::{Opened, Store};
