//! The cases of a workshop.

use std::collections::BTreeSet;

use brownout_core::hub::archive::Archive;

/// Cases that a page has room for.
const MOST: usize = 50;

/// A case: a column of the board and a section of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column<'a> {
    /// Scenario id.
    pub(super) scenario: &'a str,
    /// What the run sheet calls it; the id where it is not in the sheet.
    pub(super) title: &'a str,
    /// Where it stands among the cells of a participant; `None` where the sheet does not have it.
    pub(super) at: Option<usize>,
}

/// The cases of the sheet, each once, as the cells of the participants stand.
pub(super) fn columns(archive: &Archive) -> Vec<Column<'_>> {
    let mut columns: Vec<Column<'_>> = Vec::new();
    for step in &archive.sheet.steps {
        let Some(scenario) = step.case() else { continue };
        if columns.len() < MOST && !columns.iter().any(|known| known.scenario == scenario) {
            let title = if step.title.is_empty() { scenario } else { &step.title };
            columns.push(Column { scenario, title, at: Some(columns.len()) });
        }
    }
    columns
}

/// Cases of which something was counted and which the sheet does not have, e.g. since a step was taken out.
pub(super) fn outside<'a>(archive: &'a Archive, columns: &[Column<'a>]) -> Vec<Column<'a>> {
    let counted = &archive.summary;
    let scenarios = (counted.scores.iter().map(|of| &of.scenario))
        .chain(counted.stood_still.iter().map(|of| &of.scenario))
        .chain(counted.hints.iter().map(|of| &of.scenario))
        .chain(counted.unmet.iter().map(|of| &of.scenario));
    let foreign: BTreeSet<&str> = scenarios
        .map(String::as_str)
        .filter(|scenario| !columns.iter().any(|known| known.scenario == *scenario))
        .collect();
    foreign.into_iter().take(MOST).map(|scenario| Column { scenario, title: scenario, at: None }).collect()
}
