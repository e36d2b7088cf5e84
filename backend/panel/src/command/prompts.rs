//! `prompts`: the prompts for coding agents as one document.

use std::process::ExitCode;

use crate::{catalog::Catalog, command::Place, prompts::document};

/// Prints the document.
pub(super) fn prompts(place: &Place) -> anyhow::Result<ExitCode> {
    let (entries, mistakes) = Catalog::new(&place.root()?).all()?;
    if let Some(mistake) = mistakes.into_iter().next() {
        return Err(mistake.into());
    }
    print!("{}", document(entries.iter().map(|entry| &entry.scenario)));
    Ok(ExitCode::SUCCESS)
}
