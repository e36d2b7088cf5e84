//! A copy of what makes the lab, with a variant laid over it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// What a panel and its stack read of a repository.
const COPIED: [&str; 7] =
    ["lab/src", "lab/given", "lab/solutions", "lab/Cargo.toml", "lab/Cargo.lock", "scenarios", "deploy/k8s"];

/// Makes `root` hold what a stack needs of the repository, with the overlays on top. A file that is as it should be is
/// not written, so that the compiler has little to do; one that should not be there is removed.
pub(crate) fn lay_out(repository: &Path, root: &Path, overlays: &[PathBuf]) -> io::Result<()> {
    let mut files = BTreeMap::new();
    for part in COPIED {
        collect(&repository.join(part), Path::new(part), &mut files)?;
    }
    for overlay in overlays {
        let mut laid = BTreeMap::new();
        collect(overlay, Path::new(""), &mut laid)?;
        for (path, from) in laid.into_iter().filter(|(path, _)| path.extension().is_none_or(|kind| kind != "md")) {
            // Files of a solution are relative to `lab/`, those of manifests to the repository.
            let path = if path.starts_with("deploy") { path } else { Path::new("lab").join(path) };
            files.insert(path, from);
        }
    }
    let mut there = BTreeMap::new();
    for part in COPIED.iter().filter(|part| root.join(part).exists()) {
        collect(&root.join(part), Path::new(part), &mut there)?;
    }
    for (_, stale) in there.iter().filter(|(path, _)| !files.contains_key(*path)) {
        fs::remove_file(stale)?;
    }
    for (path, from) in files {
        let (to, wanted) = (root.join(path), fs::read(from)?);
        if fs::read(&to).is_ok_and(|now| now == wanted) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(to, wanted)?;
    }
    Ok(())
}

/// Every file below `from`, by its path below `path`.
fn collect(from: &Path, path: &Path, files: &mut BTreeMap<PathBuf, PathBuf>) -> io::Result<()> {
    if !from.is_dir() {
        files.insert(path.to_owned(), from.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        collect(&entry.path(), &path.join(entry.file_name()), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_replaces_files_and_the_next_one_leaves_nothing_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (repository, root) = (folder.path().join("repository"), folder.path().join("scratch"));
        let write = |path: &str, text: &str| {
            let path = repository.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for path in [
            "lab/given/a",
            "lab/solutions/a",
            "lab/Cargo.toml",
            "lab/Cargo.lock",
            "scenarios/a.yaml",
            "deploy/k8s/api.yaml",
        ] {
            write(path, "given");
        }
        write("lab/src/cases/a.rs", "broken");
        write("lab/mistakes/x/src/cases/a.rs", "wrong");
        write("lab/mistakes/x/src/cases/more.rs", "more");
        write("lab/mistakes/x/WHY.md", "because");
        write("lab/mistakes/x/deploy/k8s/api.yaml", "changed");
        lay_out(&repository, &root, &[repository.join("lab/mistakes/x")]).unwrap();
        let read = |path: &str| fs::read_to_string(root.join(path)).ok();
        assert_eq!(read("lab/src/cases/a.rs").as_deref(), Some("wrong"));
        assert_eq!(read("deploy/k8s/api.yaml").as_deref(), Some("changed"));
        assert_eq!(read("lab/WHY.md"), None);
        lay_out(&repository, &root, &[]).unwrap();
        assert_eq!(read("lab/src/cases/a.rs").as_deref(), Some("broken"));
        assert_eq!(read("lab/src/cases/more.rs"), None);
        assert_eq!(fs::read_to_string(repository.join("lab/src/cases/a.rs")).unwrap(), "broken");
    }
}
