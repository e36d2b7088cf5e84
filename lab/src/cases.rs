//! One file a case. This is what participants read and edit.

pub mod bulkheads;
pub mod timeouts;
pub mod transactions;
