//! Solutions, mistakes and variants are whole files: each must compile in place of the broken one, without a warning, or
//! be a small edit of its manifest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What each case is made of.
struct Case {
    files: &'static [Edited],
    /// There are at least so many other versions of it.
    versions: usize,
}

/// A file that participants edit.
struct Edited {
    /// Its path in the lab, or for a manifest in the repository.
    file: &'static str,
    marker: &'static str,
    /// A line that the numbers of the case rest on.
    constant: &'static str,
}

const CASES: [Case; 4] = [
    Case {
        files: &[Edited {
            file: "src/cases/timeouts.rs",
            marker: "LAB: STEP1 TODO",
            constant: "pub const CALLS_AT_ONCE: usize = 24;",
        }],
        versions: 18,
    },
    Case {
        files: &[Edited {
            file: "src/cases/transactions.rs",
            marker: "LAB: STEP2 TODO",
            constant: "pub const CONNECTIONS: u32 = 10;",
        }],
        versions: 12,
    },
    Case {
        files: &[Edited {
            file: "src/cases/bulkheads.rs",
            marker: "LAB: STEP3 TODO",
            constant: "Pool { all: Semaphore::new(10) }",
        }],
        versions: 12,
    },
    Case {
        files: &[
            Edited {
                file: "deploy/k8s/api.yaml",
                marker: "LAB: STEP4 TODO",
                constant: "            limits: { memory: 128Mi }\n",
            },
            Edited {
                file: "deploy/k8s/api-hpa.yaml",
                marker: "LAB: STEP4 TODO",
                constant: "cpu, target: { type: Utilization, averageUtilization: 50 }",
            },
        ],
        versions: 11,
    },
];

#[test]
fn every_version_of_a_case_compiles_without_a_warning() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("variants");
    // What a run before left behind; the build beside it is kept.
    let copy = scratch.join("lab");
    let _ = fs::remove_dir_all(&copy);
    for part in ["Cargo.toml", "Cargo.lock", "src"] {
        overlay(&lab().join(part), &copy.join(part));
    }
    let mut wrong = Vec::new();
    // Manifests are not compiled.
    for version in folders().into_iter().filter(|version| version.join("src").is_dir()) {
        // The other cases are as they are at first.
        overlay(&lab().join("src/cases"), &copy.join("src/cases"));
        overlay(&version.join("src"), &copy.join("src"));
        let mut check = Command::new(env!("CARGO"));
        check.args(["check", "--offline", "--locked", "--color=never", "--message-format=short"]);
        check.current_dir(&copy).env("CARGO_TARGET_DIR", scratch.join("target"));
        let said = check.output().unwrap();
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        if !said.status.success() || text.contains("warning") {
            wrong.push(format!("{}:\n{text}", version.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_version_is_a_small_edit_of_its_case_and_says_why() {
    let mut folders = folders();
    for case in &CASES {
        for Edited { file, marker, constant } in case.files {
            let broken = fs::read_to_string(home(file)).unwrap();
            assert!(broken.lines().count() < 80, "{file}");
            assert_eq!(broken.matches(marker).count(), 1, "{file}");
            assert!(broken.contains(constant), "{file}");
            let given = fs::read_to_string(lab().join("given").join(file)).unwrap();
            assert!(given == broken, "lab/given/{file} differs: copy {} over it", home(file).display());
        }
        let has = |folder: &Path| case.files.iter().any(|edited| folder.join(edited.file).is_file());
        let (versions, others): (Vec<_>, _) = folders.into_iter().partition(|folder| has(folder));
        assert!(versions.len() >= case.versions, "{versions:#?}");
        for version in versions {
            is_small(&version, case);
        }
        folders = others;
    }
    assert!(folders.is_empty(), "versions of no case: {folders:#?}");
}

fn is_small(version: &Path, case: &Case) {
    let name = version.display();
    let why = fs::read_to_string(version.join("WHY.md")).unwrap();
    assert!(why.lines().count() == 1 && why.ends_with(".\n"), "{name}: WHY.md is one sentence on one line");
    let mut files = Vec::new();
    collect(version, &mut files);
    files.retain(|file| *file != version.join("WHY.md"));
    let mut added = 0;
    for path in files {
        let file = path.strip_prefix(version).unwrap();
        assert!(case.files.iter().any(|edited| Path::new(edited.file) == file), "{} is not edited", path.display());
        let (edited, broken) = (fs::read_to_string(&path).unwrap(), fs::read_to_string(home(file)).unwrap());
        assert!(edited != broken, "{} changes nothing", path.display());
        assert!(!edited.contains("TODO"), "{} still has the marker", path.display());
        added += edited.lines().filter(|line| !broken.lines().any(|known| known == *line)).count();
    }
    assert!(added <= 25, "{name} adds {added} lines");
}

/// Where a file is that participants edit: manifests are in the repository, all else is in the lab.
fn home(file: impl AsRef<Path>) -> PathBuf {
    let file = file.as_ref();
    if file.starts_with("deploy") { lab().join("..").join(file) } else { lab().join(file) }
}

fn lab() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Folders with another version of a case.
fn folders() -> Vec<PathBuf> {
    let kinds = ["solutions", "mistakes", "variants"];
    let entries = kinds.iter().flat_map(|kind| fs::read_dir(lab().join(kind)).unwrap());
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// Copies a file or a tree over what is there.
fn overlay(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            overlay(&path, &to.join(path.file_name().unwrap()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        // Written and not copied: the new time of change tells cargo to build again.
        fs::write(to, fs::read(from).unwrap()).unwrap();
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, found) } else { found.push(path) }
    }
}
