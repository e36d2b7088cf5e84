//! Scenario files and run sheets: YAML with positions in, a [`Scenario`] or a
//! [`Workshop`](crate::workshop::Workshop) or diagnostics out.
//!
//! The text becomes a tree whose nodes know their place; each section is then decoded on its own, so that independent
//! mistakes are reported together. The form itself is described once, in `form`: its comments are the JSON Schema that
//! editors show and the help that diagnostics give.

mod arrivals;
mod completion;
mod criteria;
mod diagnostic;
mod exercise;
mod field;
mod form;
mod guidance;
mod load;
mod panels;
mod render;
mod schema;
mod signals;
mod terms;
mod timeline;
mod tree;
mod value;
mod words;
mod workshop;

pub use diagnostic::{Diagnostic, Severity};
pub use render::render;
pub use schema::{schema, workshop_schema};
pub use workshop::{Known, ParsedWorkshop, parse_workshop};

use crate::scenario::Scenario;

/// A scenario file, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The exercise; only there when no diagnostic is an error.
    pub scenario: Option<Scenario>,
    /// What is wrong or doubtful, in the order of the file; at most 100.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Whether a diagnostic is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Reads a scenario file. `source_name` is its path or name, for messages and for the check that the file is named
/// after its case. Any text is answered with diagnostics, never with a panic; at most 1 MiB, 64 levels deep.
pub fn parse(source_name: &str, text: &str) -> Parsed {
    let mut findings = diagnostic::Findings::of(text);
    let root = tree::read(text, &mut findings);
    let scenario = root.and_then(|root| exercise::decode(&root, source_name, &mut findings));
    let diagnostics = findings.sorted();
    let mut parsed = Parsed { scenario, diagnostics };
    if parsed.has_errors() {
        parsed.scenario = None;
    }
    parsed
}
