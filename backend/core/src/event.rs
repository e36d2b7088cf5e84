//! The append-only streams that everything else is a fold of: `run/<id>`, `session/<participant>`, and at a hub
//! `workshop/<id>`.
//!
//! Changes are additive: a field may be added with a default, a kind may be added, nothing is renamed or removed.
//! An unknown kind is kept as it came ([`Body::Unknown`]), so that an older panel can carry a newer log.

mod envelope;
mod run;
mod session;

pub use envelope::{Body, Envelope, VERSION};
pub use run::{CodeFile, Ended, Finished, RunEnvelope, RunEvent, Started};
pub use session::{SessionEnvelope, SessionEvent};
