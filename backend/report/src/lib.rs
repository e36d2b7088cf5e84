//! What people keep and share of runs, as bytes: the report of one run, the index of all, a comparison of two, and
//! exports that other tools read; and the page of a workshop of many.
//!
//! Nothing here reads a file, a clock or the history: whoever calls gives the folded runs, and writes what comes back.
//! A page is one file: no network, no script that it needs, no font of its own; its policy refuses everything else.
//!
//! Along the data flow: `told` says what a page is about → `record` is the same as data → `section` says it in words,
//! `figure` draws it by `brownout_chart` → `report`, `comparison` and `index` are pages of those, and `workshop` is one of
//! an archive → `page` wraps them.

mod code;
mod comparison;
mod date;
mod export;
mod figure;
mod index;
mod leaderboard;
mod page;
mod record;
mod report;
mod section;
mod told;
mod workshop;

pub use code::changes;
pub use comparison::{Pair, comparison};
pub use date::day;
pub use export::{ExportError, csv, hdr};
pub use index::{CaseProgress, LISTED, index};
pub use leaderboard::{csv as leaderboard_csv, markdown as leaderboard_markdown};
pub use page::policy;
pub use record::{FORMAT, Record, RecordError, Second, VERSION, schema};
pub use report::report;
pub use told::Told;
pub use workshop::workshop;
