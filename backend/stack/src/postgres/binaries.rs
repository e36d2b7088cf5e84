//! The programs of a Postgres that is installed on this machine.

use std::{
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{account::Account, error::StackError};

/// Major versions that the lab's SQL and our flags were written for.
const VERSIONS: RangeInclusive<u32> = 13..=18;

/// A folder with `initdb` and `postgres`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binaries {
    pub(crate) folder: PathBuf,
    /// Major version, e.g. 17.
    pub(crate) version: u32,
}

impl Binaries {
    /// The first that will do, in these folders or else in the usual ones. Blocks for the time of starting a program.
    ///
    /// # Errors
    /// How to install one.
    pub(crate) fn find(folders: Option<&[PathBuf]>, account: Option<Account>) -> Result<Self, StackError> {
        let folders = folders.map_or_else(usual, <[PathBuf]>::to_vec);
        let complete = |folder: &&PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
        let mut found = String::new();
        for folder in folders.iter().filter(complete) {
            match version(folder) {
                Some(version) if !VERSIONS.contains(&version) => {
                    found = format!(" ({} has version {version})", folder.display());
                }
                Some(version) if account.is_none_or(|account| account.may_enter(folder)) => {
                    return Ok(Self { folder: folder.clone(), version });
                }
                Some(_) => found = format!(" (only root can reach {})", folder.display()),
                None => found = format!(" ({} does not say its version)", folder.join("postgres").display()),
            }
        }
        Err(StackError::PostgresMissing { found, hint: hint() })
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`
fn version(folder: &Path) -> Option<u32> {
    let answer = ask(&folder.join("postgres"), "--version")?;
    let number = answer.split_once("(PostgreSQL)")?.1.trim();
    number.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

fn usual() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(ask(Path::new("pg_config"), "--bindir").map(|folder| PathBuf::from(folder.trim())));
    folders.extend(newest_first("/usr/lib/postgresql", "", "bin"));
    folders.extend(newest_first("/usr", "pgsql-", "bin"));
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt"] {
        folders.extend(newest_first(homebrew, "postgresql@", "bin"));
    }
    folders.extend(newest_first("/Applications/Postgres.app/Contents/Versions", "", "bin"));
    folders.extend(own());
    folders
}

/// Where `deploy/setup/postgres-own.sh` puts what the system lacks.
fn own() -> Option<PathBuf> {
    let tools = std::env::var_os("BROWNOUT_TOOLS").map(PathBuf::from);
    let usual = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/brownout/tools"));
    Some(tools.or_else(usual)?.join("postgres/bin"))
}

/// The folders `<parent>/<prefix><version>/<below>`.
fn newest_first(parent: &str, prefix: &str, below: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let version = |name: &str| name.strip_prefix(prefix)?.parse().ok();
    let mut found: Vec<(u32, PathBuf)> =
        entries.filter_map(|entry| Some((version(entry.file_name().to_str()?)?, entry.path().join(below)))).collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn ask(program: &Path, flag: &str) -> Option<String> {
    let answer = Command::new(program).arg(flag).stdin(Stdio::null()).output().ok()?;
    answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).into_owned())
}

fn hint() -> &'static str {
    if cfg!(target_os = "macos") {
        return "install it with `brew install postgresql@17`";
    }
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let is = |name: &str| {
        let lines = system.lines().filter(|line| line.starts_with("ID=") || line.starts_with("ID_LIKE="));
        lines.flat_map(|line| line.split(['=', ' ', '"'])).any(|word| word == name)
    };
    if is("debian") || is("ubuntu") {
        "install it with `sudo apt-get install postgresql`"
    } else if is("fedora") || is("rhel") {
        "install it with `sudo dnf install postgresql-server`"
    } else {
        "install the PostgreSQL server with your system's package manager"
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn fake(folder: &Path, says: &str) {
        fs::create_dir_all(folder).unwrap();
        for name in ["initdb", "postgres"] {
            fs::write(folder.join(name), format!("#!/bin/sh\necho 'postgres (PostgreSQL) {says}'\n")).unwrap();
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    #[test]
    fn the_first_of_a_version_that_will_do_is_taken_and_others_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fake(&at("12"), "12.4");
        fake(&at("17"), "17.2 (Homebrew)");
        fake(&at("19"), "19beta1");
        let find = |names: &[&str]| {
            let folders: Vec<PathBuf> = names.iter().map(|name| at(name)).collect();
            Binaries::find(Some(&folders), None)
        };
        assert_eq!(find(&["none", "12", "17"]).unwrap(), Binaries { folder: at("17"), version: 17 });
        let error = find(&["19"]).unwrap_err().to_string();
        assert!(error.contains("19 has version 19)"), "{error}");
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["pg@9", "pg@15", "pg@100", "other", "pg@"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        let found = newest_first(dir.path().to_str().unwrap(), "pg@", "bin");
        assert_eq!(found, ["pg@100/bin", "pg@15/bin", "pg@9/bin"].map(|name| dir.path().join(name)));
    }
}
