//! One thing that is wrong in a scenario file, and the list of them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// It can be run but probably does not do what was meant.
    Warning,
}

/// One thing that is wrong, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Length in characters on that line, at least 1.
    pub length: u32,
    /// Where in the tree, e.g. `score[1].weight`; empty for the file as a whole.
    pub path: String,
    /// What is wrong, with the value.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// A place in the text with its path in the tree.
#[derive(Debug, Clone, Default)]
pub(super) struct Spot {
    /// Bytes of the text.
    pub(super) place: Range<usize>,
    /// Path, e.g. `score[1].weight`.
    pub(super) path: String,
}

/// Everything found so far.
pub(super) struct Findings<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
    list: Vec<Diagnostic>,
}

/// More than this are not read by anybody.
const MOST: usize = 100;

impl<'t> Findings<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Findings { text, line_starts, list: Vec::new() }
    }

    /// Reports something that makes the scenario unusable. Returns `None`, so that decoders can end with it.
    pub(super) fn error<T>(&mut self, spot: &Spot, message: impl Into<String>, help: impl Into<Help>) -> Option<T> {
        self.push(Severity::Error, spot, message.into(), help.into());
        None
    }

    /// Reports something doubtful.
    pub(super) fn warning(&mut self, spot: &Spot, message: impl Into<String>, help: impl Into<Help>) {
        self.push(Severity::Warning, spot, message.into(), help.into());
    }

    /// All of them, in the order of the file.
    pub(super) fn sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|found| (found.line, found.column));
        self.list
    }

    fn push(&mut self, severity: Severity, spot: &Spot, message: String, Help(help): Help) {
        if self.list.len() >= MOST {
            return;
        }
        let start = self.text.floor_char_boundary(spot.place.start);
        let line = self.line_starts.partition_point(|begin| *begin <= start).max(1);
        let begin = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let rest = self.text.get(start..spot.place.end.max(start)).unwrap_or("");
        let length = rest.lines().next().unwrap_or("").trim_end().chars().count().max(1);
        let column = self.text.get(begin..start).unwrap_or("").chars().count() + 1;
        self.list.push(Diagnostic {
            severity,
            line: line as u32,
            column: column as u32,
            length: length as u32,
            path: spot.path.clone(),
            message,
            help,
        });
    }
}

/// What to write instead, where there is something to say.
pub(super) struct Help(Option<String>);

impl From<String> for Help {
    fn from(text: String) -> Self {
        Help(Some(text))
    }
}

impl From<&str> for Help {
    fn from(text: &str) -> Self {
        Help(Some(text.to_owned()))
    }
}

impl From<Option<String>> for Help {
    fn from(text: Option<String>) -> Self {
        Help(text)
    }
}
