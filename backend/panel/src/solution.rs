//! Which files a solution is made of.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

/// A file of a solution: where it is kept, and where it belongs, relative to the repository.
pub type Placed = (PathBuf, PathBuf);

/// The files of the lab with the solutions up to `step`; for 0 the files as they were given.
///
/// # Errors
/// When there is no such step, or a folder cannot be read.
pub fn files(root: &Path, step: u32) -> anyhow::Result<Vec<Placed>> {
    let mut files = Vec::new();
    if step == 0 {
        collect(&root.join("lab/given"), &mut files)?;
    }
    for step in 1..=step {
        let folder = folder(root, step);
        anyhow::ensure!(folder.is_dir(), "there is no solution of step {step} ({} does not exist)", folder.display());
        collect(&folder, &mut files)?;
    }
    Ok(files)
}

/// The last step that has a solution.
pub fn last(root: &Path) -> u32 {
    (1..).take_while(|step| folder(root, *step).is_dir()).last().unwrap_or(0)
}

fn folder(root: &Path, step: u32) -> PathBuf {
    root.join(format!("lab/solutions/step-{step}"))
}

/// Every file of a folder that keeps files for the lab, a later one in place of an earlier one.
///
/// # Errors
/// When a folder cannot be read.
pub fn collect(folder: &Path, files: &mut Vec<Placed>) -> anyhow::Result<()> {
    walk(folder, folder, files)
}

fn walk(folder: &Path, top: &Path, files: &mut Vec<Placed>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, top, files)?;
        } else if path.extension().is_none_or(|extension| extension != "md") {
            let relative = path.strip_prefix(top).context("a file outside its folder")?;
            // Manifests are kept by their path in the repository, all else by its path in the lab.
            let home =
                if relative.starts_with("deploy") { relative.to_owned() } else { Path::new("lab").join(relative) };
            files.retain(|(_, known)| *known != home);
            files.push((path, home));
        }
    }
    Ok(())
}
