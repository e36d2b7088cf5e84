//! What a page is told of a run.

use std::collections::BTreeMap;

use brownout_core::{comparison::CodeChange, fold::Run, wire::RunSummary};

use crate::code::changes;

/// One run with what its events do not tell.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its row in the history.
    pub summary: &'a RunSummary,
    /// Its events, folded.
    pub run: &'a Run,
    /// What its participant is called.
    pub name: &'a str,
    /// The machine in a few words: `linux x86_64, 2 processors`.
    pub machine: &'a str,
    /// The code as participants were given it, by path.
    pub given: &'a BTreeMap<String, String>,
}

impl Told<'_> {
    /// Name of the case for people; its id where the run has not begun.
    pub(crate) fn title(&self) -> &str {
        self.run.started.as_ref().map_or(&self.summary.scenario, |started| &started.scenario.title)
    }

    /// How the code of the run differs from what was given; `None` when the run does not tell its code.
    pub(crate) fn edits(&self) -> Option<Vec<CodeChange>> {
        let code = &self.run.started.as_ref()?.code;
        let given = |path: &String| self.given.get(path).map_or("", String::as_str);
        let files = code.iter().map(|file| (file.path.as_str(), given(&file.path), file.text.as_str()));
        (!code.is_empty()).then(|| changes(files))
    }
}
