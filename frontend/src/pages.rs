//! One file a page.

pub mod case;
pub mod cases;
pub mod missing;
pub mod run;
pub mod runs;
