//! `solution`: whole files over the working copy, with a backup that `undo` restores; then the panel makes them live.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;

use crate::{
    client::Client,
    command::{Place, stack},
    solution::{Placed, files},
};

/// Options of `solution`.
#[derive(Debug, Args)]
pub struct Solution {
    /// Number of the step, 0 for the code as it was given, or `undo`.
    step: String,
    /// Only replace the files; `brownout dev` makes them live.
    #[arg(long)]
    no_deploy: bool,
}

/// Copies the files of `lab/solutions/step-1` … `step-N` over the working copy, or for 0 those of `lab/given`; or
/// restores the last backup. Where a panel runs, it makes them live.
pub(super) async fn solution(place: &Place, wanted: Solution) -> anyhow::Result<ExitCode> {
    let root = place.root()?;
    let backups = place.data_dir()?.join("backup");
    if wanted.step == "undo" {
        undo(&root, &backups)?;
    } else {
        replace(&root, &backups, &wanted.step)?;
    }
    if wanted.no_deploy {
        return Ok(ExitCode::SUCCESS);
    }
    match Client::find(&place.data_dir()?).await {
        Some(_) => stack::dev(place).await,
        None => {
            println!("No panel runs here; its next start builds this.");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn replace(root: &Path, backups: &Path, step: &str) -> anyhow::Result<()> {
    let step: u32 = step.parse().ok().with_context(|| format!("`{step}` is neither a step (0, 1, 2, …) nor `undo`"))?;
    let files = files(root, step)?;
    let backup = next_backup(backups)?;
    for (from, home) in &files {
        let to = root.join(home);
        if to.exists() {
            copy(&to, &backup.join(home))?;
        }
        copy(from, &to)?;
        println!("replaced {}", home.display());
    }
    println!("Your version is kept in {}; `make solution STEP=undo` brings it back.", backup.display());
    Ok(())
}

fn undo(root: &Path, backups: &Path) -> anyhow::Result<()> {
    let last = numbered(backups).into_iter().max_by_key(|(number, _)| *number);
    let (_, backup) = last.with_context(|| format!("there is no backup in {}; nothing to undo", backups.display()))?;
    let mut files: Vec<Placed> = Vec::new();
    kept(&backup, &backup, &mut files)?;
    for (from, home) in &files {
        copy(from, &root.join(home))?;
        println!("restored {}", home.display());
    }
    // Only after everything is back.
    fs::remove_dir_all(&backup).with_context(|| format!("{} could not be removed", backup.display()))
}

/// Every file of a backup, which keeps them by their path in the repository.
fn kept(folder: &Path, backup: &Path, files: &mut Vec<Placed>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            kept(&path, backup, files)?;
        } else {
            let home = path.strip_prefix(backup).context("a file outside its backup")?.to_owned();
            files.push((path, home));
        }
    }
    Ok(())
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
