//! Pages are valid, whole, small and safe; data is what its schema says and what other tools read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../chart/tests/sample/mod.rs"]
mod sample;

mod data;
mod pages;
mod runs;
mod workshop;
