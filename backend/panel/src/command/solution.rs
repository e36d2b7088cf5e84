//! `solution`: whole files over the working copy, with a backup that `undo` restores.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;

use crate::command::Place;

/// Options of `solution`.
#[derive(Debug, Args)]
pub struct Solution {
    /// Number of the step, 0 for the code as it was given, or `undo`.
    step: String,
}

/// Copies the files of `lab/solutions/step-1` … `step-N` over the working copy, or for 0 those of `lab/given`; or
/// restores the last backup.
pub(super) fn solution(place: &Place, wanted: Solution) -> anyhow::Result<ExitCode> {
    let root = place.root()?;
    let backups = place.data_dir()?.join("backup");
    if wanted.step == "undo" {
        return undo(&root, &backups);
    }
    let last: u32 = wanted
        .step
        .parse()
        .ok()
        .with_context(|| format!("`{}` is neither a step (0, 1, 2, …) nor `undo`", wanted.step))?;
    let mut files = Vec::new();
    if last == 0 {
        let folder = root.join("lab/given");
        collect(&folder, &folder, &mut files)?;
    }
    for step in 1..=last {
        let folder = root.join(format!("lab/solutions/step-{step}"));
        anyhow::ensure!(folder.is_dir(), "there is no solution of step {step} ({} does not exist)", folder.display());
        collect(&folder, &folder, &mut files)?;
    }
    let backup = next_backup(&backups)?;
    for (from, relative) in &files {
        let to = target(&root, relative);
        if to.exists() {
            copy(&to, &backup.join(relative))?;
        }
        copy(from, &to)?;
        println!("replaced {}", to.strip_prefix(&root).unwrap_or(&to).display());
    }
    println!("Your version is kept in {}; `make solution STEP=undo` brings it back.", backup.display());
    Ok(ExitCode::SUCCESS)
}

/// Files of a solution are relative to `lab/`, those of manifests to the repository.
fn target(root: &Path, relative: &Path) -> PathBuf {
    if relative.starts_with("deploy") { root.join(relative) } else { root.join("lab").join(relative) }
}

fn undo(root: &Path, backups: &Path) -> anyhow::Result<ExitCode> {
    let last = numbered(backups).into_iter().max_by_key(|(number, _)| *number);
    let (_, backup) = last.with_context(|| format!("there is no backup in {}; nothing to undo", backups.display()))?;
    let mut files = Vec::new();
    collect(&backup, &backup, &mut files)?;
    for (from, relative) in &files {
        let to = target(root, relative);
        copy(from, &to)?;
        println!("restored {}", to.strip_prefix(root).unwrap_or(&to).display());
    }
    // Only after everything is back.
    fs::remove_dir_all(&backup).with_context(|| format!("{} could not be removed", backup.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn numbered(backups: &Path) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(backups).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path()))).collect()
}

fn next_backup(backups: &Path) -> anyhow::Result<PathBuf> {
    let next = numbered(backups).iter().map(|(number, _)| number + 1).max().unwrap_or(1);
    let folder = backups.join(format!("{next:04}"));
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

fn collect(folder: &Path, top: &Path, files: &mut Vec<(PathBuf, PathBuf)>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, top, files)?;
        } else if path.extension().is_none_or(|extension| extension != "md") {
            let relative = path.strip_prefix(top).context("a file outside its folder")?.to_owned();
            files.retain(|(_, known)| *known != relative);
            files.push((path, relative));
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let say = || format!("{} could not be copied to {}", from.display(), to.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(say)?;
    }
    // Written beside and renamed: an editor never sees half a file. The content is new, so its time is now.
    let text = fs::read(from).with_context(say)?;
    let fresh = to.with_extension("brownout-new");
    fs::write(&fresh, text).with_context(say)?;
    fs::rename(&fresh, to).with_context(say)
}
