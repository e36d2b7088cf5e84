//! `solution-refs`: the repository with the solutions up to a step, as git tags. The working copy is not touched.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::Context;
use clap::Args;

use crate::{
    command::Place,
    solution::{Placed, files, last},
};

/// Options of `solution-refs`.
#[derive(Debug, Args)]
pub struct SolutionRefs {
    /// Make branches `solutions/step-0`, `solutions/step-1`, … as well.
    #[arg(long)]
    branches: bool,
    /// Move what exists already and points elsewhere.
    #[arg(long)]
    force: bool,
}

/// Makes `step-0` and `step-1-solution` … on top of the commit that is checked out.
pub(super) fn solution_refs(place: &Place, wanted: SolutionRefs) -> anyhow::Result<ExitCode> {
    let root = place.root()?;
    let top = git(&root, &["rev-parse", "--show-toplevel"], None)?;
    let top = PathBuf::from(&top).canonicalize().with_context(|| format!("{top} cannot be read"))?;
    anyhow::ensure!(top == root, "{} is not the top of a git repository; clone it with git", root.display());
    let (mut refs, mut in_the_way) = (Vec::new(), Vec::new());
    for step in 0..=last(&root) {
        let commit = commit(&root, step, &files(&root, step)?)?;
        let tag = if step == 0 { "step-0".to_owned() } else { format!("step-{step}-solution") };
        refs.push((format!("refs/tags/{tag}"), commit.clone()));
        if wanted.branches {
            refs.push((format!("refs/heads/solutions/step-{step}"), commit));
        }
    }
    for (name, commit) in &refs {
        // A name that is free is no error.
        let now = git(&root, &["rev-parse", "--verify", "--quiet", name], None).unwrap_or_default();
        if !now.is_empty() && now != *commit {
            in_the_way.push(name.as_str());
        }
    }
    anyhow::ensure!(
        wanted.force || in_the_way.is_empty(),
        "{} exist already and point elsewhere; `--force` moves them",
        in_the_way.join(", ")
    );
    for (name, commit) in &refs {
        git(&root, &["update-ref", name, commit], None)?;
        println!("{}  {}", &commit[..commit.len().min(10)], name.trim_start_matches("refs/"));
    }
    Ok(ExitCode::SUCCESS)
}

/// A commit on top of the present one, with these files in place. The same input gives the same commit.
fn commit(root: &Path, step: u32, files: &[Placed]) -> anyhow::Result<String> {
    let folder = tempfile::tempdir().context("a temporary folder")?;
    let index = folder.path().join("index");
    git(root, &["read-tree", "HEAD"], Some(&index))?;
    for (from, home) in files {
        let (from, home) = (text(from)?, text(home)?);
        let blob = git(root, &["hash-object", "-w", "--", from], None)?;
        git(root, &["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{home}")], Some(&index))?;
    }
    let tree = git(root, &["write-tree"], Some(&index))?;
    let says = match step {
        0 => "The lab as it is given".to_owned(),
        step => format!("The lab with the solutions up to step {step}"),
    };
    git(root, &["commit-tree", &tree, "-p", "HEAD", "-m", &says], None)
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is no text that git can be told", path.display()))
}

/// What git says. Commits are dated like the present one, so that they are the same each time.
fn git(root: &Path, arguments: &[&str], index: Option<&Path>) -> anyhow::Result<String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(arguments);
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    if arguments.first() == Some(&"commit-tree") {
        let date = git(root, &["show", "-s", "--format=%cI", "HEAD"], None)?;
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Brownout").env(format!("GIT_{who}_EMAIL"), "brownout@localhost");
            command.env(format!("GIT_{who}_DATE"), &date);
        }
    }
    let output = command.output().context("git cannot be started; is it installed?")?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "git {}: {}", arguments.join(" "), said.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("lab/Cargo.toml", "given"),
            ("scenarios/a.yaml", "a"),
            ("lab/src/cases/a.rs", "edited by me"),
            ("lab/given/src/cases/a.rs", "broken"),
            ("lab/solutions/step-1/src/cases/a.rs", "solved"),
            ("lab/solutions/step-1/WHY.md", "because"),
            ("lab/solutions/step-2/deploy/k8s/api.yaml", "manifest"),
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let root = folder.path();
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "-A"],
            &["-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "-m", "all"],
        ] {
            git(root, arguments, None).unwrap();
        }
        folder
    }

    fn place(root: &Path) -> Place {
        Place { root: Some(root.to_owned()), data_dir: None, json: false }
    }

    fn refs(root: &Path, branches: bool, force: bool) -> anyhow::Result<ExitCode> {
        solution_refs(&place(root), SolutionRefs { branches, force })
    }

    #[test]
    fn tags_hold_the_solutions_one_on_another_and_the_working_copy_stays() {
        let folder = repository();
        let root = &folder.path().canonicalize().unwrap();
        refs(root, true, false).unwrap();
        let show = |what: &str| git(root, &["show", what], None);
        assert_eq!(show("step-0:lab/src/cases/a.rs").unwrap(), "broken");
        assert_eq!(show("step-1-solution:lab/src/cases/a.rs").unwrap(), "solved");
        assert!(show("step-1-solution:deploy/k8s/api.yaml").is_err() && show("step-1-solution:lab/WHY.md").is_err());
        assert_eq!(show("solutions/step-2:lab/src/cases/a.rs").unwrap(), "solved");
        assert_eq!(show("step-2-solution:deploy/k8s/api.yaml").unwrap(), "manifest");
        assert_eq!(git(root, &["status", "--porcelain"], None).unwrap(), "");
        assert_eq!(fs::read_to_string(root.join("lab/src/cases/a.rs")).unwrap(), "edited by me");
    }

    #[test]
    fn the_same_twice_is_the_same_and_what_points_elsewhere_is_not_moved_unasked() {
        let folder = repository();
        let root = &folder.path().canonicalize().unwrap();
        refs(root, false, false).unwrap();
        let before = git(root, &["rev-parse", "step-1-solution"], None).unwrap();
        refs(root, false, false).unwrap();
        git(root, &["tag", "--force", "step-1-solution", "HEAD"], None).unwrap();
        let error = refs(root, false, false).unwrap_err().to_string();
        assert!(error.contains("refs/tags/step-1-solution exist already") && error.contains("--force"), "{error}");
        refs(root, false, true).unwrap();
        assert_eq!(git(root, &["rev-parse", "step-1-solution"], None).unwrap(), before);
    }
}
