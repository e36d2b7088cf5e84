//! Parts of pages.

pub mod act;
pub mod build;
pub mod chart;
pub mod copy;
pub mod criteria;
pub mod header;
pub mod next;
pub mod notice;
pub mod outline;
pub mod services;
pub mod updates;
pub mod verdict;
