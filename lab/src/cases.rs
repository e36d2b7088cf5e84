//! One file a case. This is what participants read and edit.

pub mod timeouts;
pub mod transactions;
