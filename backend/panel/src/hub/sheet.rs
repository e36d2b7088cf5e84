//! The run sheet of a new workshop: the file that was given, the repository's, one made of its scenarios, or the one that
//! this program was built with.

use std::path::{Path, PathBuf};

use brownout_core::{
    author::{Known, Severity, parse_workshop},
    workshop::{Step, StepKind, Workshop},
};

use crate::catalog::Catalog;

/// Where the repository has its run sheet.
pub const FILE: &str = "docs/workshop.yaml";
/// What this program was built with.
const BUILT_IN: &str = include_str!("../../../../docs/workshop.yaml");

/// Why there is no run sheet.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The file cannot be read.
    #[error("the run sheet {} cannot be read: {source}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no run sheet.
    #[error("{} is no run sheet:\n{}", .path.display(), .mistakes.join("\n"))]
    Wrong {
        /// Which.
        path: PathBuf,
        /// A line each.
        mistakes: Vec<String>,
    },
}

/// The run sheet for a new workshop, and what is doubtful about it.
///
/// # Errors
/// When there is a file and it is none.
pub fn find(given: Option<&Path>, root: Option<&Path>) -> Result<(Workshop, Vec<String>), SheetError> {
    let catalog = root.map(Catalog::new);
    let file = given.map(Path::to_owned).or_else(|| root.map(|root| root.join(FILE)).filter(|path| path.is_file()));
    match (file, &catalog) {
        (Some(path), _) => {
            let text =
                std::fs::read_to_string(&path).map_err(|source| SheetError::Io { path: path.clone(), source })?;
            read(&path, &text, catalog.as_ref())
        }
        (None, Some(catalog)) => {
            Ok((of_catalog(catalog), vec![format!("{FILE} is not there; the steps are the cases.")]))
        }
        (None, None) => read(Path::new(FILE), BUILT_IN, None),
    }
}

fn read(path: &Path, text: &str, catalog: Option<&Catalog>) -> Result<(Workshop, Vec<String>), SheetError> {
    let entries = catalog.and_then(|catalog| catalog.all().ok()).map(|(entries, _)| entries).unwrap_or_default();
    let scenarios: Vec<_> = entries.into_iter().map(|entry| entry.scenario).collect();
    let parsed = parse_workshop(text, &Known { scenarios: &scenarios, ..Known::default() });
    let line = |diagnostic: &brownout_core::author::Diagnostic| {
        let help = diagnostic.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{}: {}{help}", path.display(), diagnostic.line, diagnostic.message)
    };
    let lines = |severity| {
        parsed.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).map(line).collect::<Vec<_>>()
    };
    match &parsed.workshop {
        Some(workshop) => Ok((workshop.clone(), lines(Severity::Warning))),
        None => Err(SheetError::Wrong { path: path.to_owned(), mistakes: lines(Severity::Error) }),
    }
}

/// Welcome, set-up, each case by its minutes, wrap-up.
fn of_catalog(catalog: &Catalog) -> Workshop {
    let step = |name: &str, kind: StepKind, title: &str, minutes: u32, participants: &str| Step {
        name: name.to_owned(),
        kind,
        title: title.to_owned(),
        minutes,
        participants: participants.to_owned(),
        ..Step::default()
    };
    let mut steps = vec![
        step("welcome", StepKind::Talk, "Welcome", 5, "Listen."),
        step("setup", StepKind::Check, "Set-up check", 2, "Open the page Setup and mend what it lists."),
    ];
    for entry in catalog.all().map(|(entries, _)| entries).unwrap_or_default() {
        let scenario = entry.scenario;
        let kind = StepKind::Case { scenario: scenario.id.clone() };
        steps.push(step(
            &scenario.id,
            kind,
            &scenario.title,
            scenario.minutes.max(1),
            &format!("Open the case {}.", scenario.title),
        ));
    }
    steps.push(step("wrap-up", StepKind::Talk, "Wrap-up", 3, "Tick what you take along."));
    let minutes = steps.iter().map(|step| step.minutes).sum();
    Workshop { id: "workshop".to_owned(), title: "Workshop".to_owned(), minutes, steps, ..Workshop::default() }
}
