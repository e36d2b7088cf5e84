//! Parts of pages.

pub mod act;
pub mod bring;
pub mod build;
pub mod case_clock;
pub mod chart;
pub mod copy;
pub mod criteria;
pub mod dialog;
pub mod editor;
pub mod evidence;
pub mod header;
pub mod hints;
pub mod name;
pub mod next;
pub mod notice;
pub mod outline;
pub mod replay;
pub mod said;
pub mod scaling;
pub mod services;
pub mod updates;
pub mod verdict;
