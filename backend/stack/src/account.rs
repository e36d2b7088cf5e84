//! Whom a process runs as.

use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

use crate::error::StackError;

/// A user of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// Who runs a program that refuses to be run by root; `None` when we are not root ourselves.
    ///
    /// # Errors
    /// When this machine has neither of the usual accounts.
    pub(crate) fn unprivileged() -> Result<Option<Self>, StackError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let found = ["postgres", "nobody"].into_iter().find_map(Self::named);
        found.map(Some).ok_or_else(|| StackError::Database {
            what: "made",
            why: "Postgres refuses to run as root, and there is no user `postgres` or `nobody`; \
                  run the panel as an ordinary user"
                .to_owned(),
        })
    }

    /// `id` knows every source of accounts, not only `/etc/passwd`.
    fn named(name: &str) -> Option<Self> {
        let number = |flag: &str| {
            let answer = Command::new("id").args([flag, name]).stdin(Stdio::null()).output().ok()?;
            String::from_utf8_lossy(&answer.stdout).trim().parse().ok().filter(|_| answer.status.success())
        };
        Some(Self { uid: number("-u")?, gid: number("-g")? })
    }

    /// True when it can reach this folder through all folders above: found out by trying.
    pub(crate) fn may_enter(self, folder: &Path) -> bool {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", ":"]).uid(self.uid).gid(self.gid).current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}
