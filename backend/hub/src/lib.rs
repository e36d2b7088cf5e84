//! The room of a workshop of many, without HTTP: who is there, what they have reached, who needs help.
//!
//! Along the data flow: `desk` is the one writer and takes what is asked of its `handle` → `intake` and `action` say what
//! of it can be taken → the store keeps it → `room` folds it: `seat` by seat, and the `stage` that the facilitator has
//! made → `board` and `grid` say how it stands → `publisher` finds what changed, `feed` and `watch` bring it to those who
//! look. `token`, `code` and `name` are what people are known by; `archive`, `summary` and `export` are for afterwards.
//!
//! What must not be in here: HTTP, files, and state that no log has. The room is a fold: a restart folds the logs again
//! and has the same room, but for what laptops tell as true just now (`seat::Now`), which they tell again.

mod action;
pub mod archive;
mod ask;
pub mod board;
pub mod clock;
pub mod code;
mod course;
pub mod desk;
pub mod error;
pub mod export;
mod feed;
pub mod grid;
pub mod handle;
mod intake;
mod keys;
pub mod name;
mod publisher;
pub mod room;
pub mod seat;
mod shipment;
pub mod stage;
mod summary;
pub mod token;
pub mod watch;

pub use ask::RecordIn;
pub use board::Face;
pub use desk::{Desk, DeskOptions, Links, Opened};
pub use error::HubError;
pub use handle::DeskHandle;
pub use keys::Caller;
pub use shipment::{EventIn, ShipmentIn};
pub use token::Token;
pub use watch::{Watch, Watcher};
