//! What is to be shown: a variant of the lab and the band of its score.

use std::path::{Path, PathBuf};

use anyhow::Context;
use brownout_core::scenario::Scenario;
use clap::ValueEnum;

use crate::catalog::Catalog;

/// Kinds of variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// The code that participants are given.
    Broken,
    /// The solution of the step.
    Solved,
    /// Other right ways.
    Right,
    /// Wrong ways.
    Mistakes,
}

/// A variant of the lab and the band in which its score must fall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Scenario id.
    pub scenario: String,
    /// What people call the variant, e.g. `broken` or `timeouts-deadline-5s`.
    pub name: String,
    /// What kind it is.
    pub kind: Kind,
    /// Folders that are laid over the lab, one after another.
    pub overlays: Vec<PathBuf>,
    /// Lowest score.
    pub low: u32,
    /// Highest score.
    pub high: u32,
    /// Whether it must be run with nothing beside it, because it is about the use of this machine's processors.
    pub alone: bool,
}

/// The claims of these cases (all when empty), as far as they are of these kinds.
///
/// # Errors
/// When a scenario cannot be read, or names a folder that is not there.
pub fn claims(repository: &Path, cases: &[String], kinds: &[Kind]) -> anyhow::Result<Vec<Claim>> {
    let catalog = Catalog::new(repository);
    let scenarios = catalog.chosen(cases)?;
    let mut claims = Vec::new();
    for scenario in scenarios {
        of_scenario(repository, &scenario, &mut claims)?;
    }
    claims.retain(|claim| kinds.contains(&claim.kind));
    Ok(claims)
}

fn of_scenario(repository: &Path, scenario: &Scenario, claims: &mut Vec<Claim>) -> anyhow::Result<()> {
    let lab = repository.join("lab");
    // What participants were given, whatever the working copy holds now.
    let given = lab.join("given");
    anyhow::ensure!(given.is_dir(), "{} is not there; it holds the case files as they were given", given.display());
    let alone = scenario.judges_replicas();
    let mut claim = |name: &str, kind, folder: Option<PathBuf>, (low, high)| {
        if let Some(folder) = folder.as_ref().filter(|folder| !folder.is_dir()) {
            anyhow::bail!("scenarios/{}.yaml names {}, which is not there", scenario.id, folder.display());
        }
        let overlays = std::iter::once(given.clone()).chain(folder).collect();
        let (scenario, name) = (scenario.id.clone(), name.to_owned());
        claims.push(Claim { scenario, name, kind, overlays, low, high, alone });
        Ok(())
    };
    let bands = scenario.bands;
    claim("broken", Kind::Broken, None, (0, bands.broken_at_most))?;
    let solution = lab.join(format!("solutions/step-{}", scenario.order));
    claim("solved", Kind::Solved, Some(solution), (bands.solved_at_least, 100))?;
    for variant in &scenario.variants {
        let kind = if variant.folder.starts_with("mistakes/") { Kind::Mistakes } else { Kind::Right };
        let name = variant.folder.rsplit('/').next().context("a folder")?;
        claim(name, kind, Some(lab.join(&variant.folder)), (variant.low, variant.high))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    #[test]
    fn what_is_given_is_what_participants_find() {
        let (given, found) = (repository().join("lab/given/src/cases"), repository().join("lab/src/cases"));
        let names = |folder: &Path| {
            let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&given), names(&found));
        for name in names(&given) {
            let (given, found) = (fs::read(given.join(&name)).unwrap(), fs::read(found.join(&name)).unwrap());
            assert!(given == found, "{name:?} differs: copy lab/src/cases over lab/given/src/cases");
        }
    }

    #[test]
    fn every_case_has_its_broken_and_solved_code_and_mistakes_that_exist() {
        let all = [Kind::Broken, Kind::Solved, Kind::Right, Kind::Mistakes];
        let claims = claims(&repository(), &[], &all).unwrap();
        for claim in claims.iter().filter(|claim| claim.kind == Kind::Broken) {
            let of =
                |kind| claims.iter().filter(|other| other.scenario == claim.scenario && other.kind == kind).count();
            assert!(of(Kind::Solved) == 1 && of(Kind::Mistakes) >= 4, "{}", claim.scenario);
        }
    }
}
