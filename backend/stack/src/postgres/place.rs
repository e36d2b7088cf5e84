//! Where the cluster is: `<data dir>/postgres`, or, when Postgres' user cannot get there, among the temporary files.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

use crate::{account::Account, error::StackError};

/// In `<data dir>/postgres`: the path of the folder that is used instead.
const ELSEWHERE: &str = "elsewhere";
/// What such a folder is called, before something random.
const PREFIX: &str = "brownout-postgres-";

/// A folder of ours with the cluster in it. The cluster belongs to Postgres' user, everything else to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) home: PathBuf,
    pub(crate) account: Option<Account>,
}

impl Place {
    /// Finds or makes the folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn open(data_dir: &Path, account: Option<Account>) -> Result<Self, StackError> {
        let home = data_dir.join("postgres");
        fs::create_dir_all(&home).map_err(StackError::file("cannot create", &home))?;
        // Others may pass through, and see nothing.
        let mode = if account.is_some() { 0o711 } else { 0o700 };
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(&home, permissions).map_err(StackError::file("cannot protect", &home))?;
        let Some(owner) = account.filter(|account| !account.may_enter(&home)) else {
            return Ok(Self { home, account });
        };
        if let Some(elsewhere) = elsewhere(data_dir).filter(|folder| owner.may_enter(folder)) {
            return Ok(Self { home: elsewhere, account });
        }
        let elsewhere = temporary(owner)?;
        let record = home.join(ELSEWHERE);
        let written = fs::write(&record, elsewhere.as_os_str().as_encoded_bytes());
        written.map_err(StackError::file("cannot write", &record))?;
        Ok(Self { home: elsewhere, account })
    }

    /// The cluster itself.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.home.join("cluster")
    }

    /// Written when a cluster is whole, with its stamp.
    pub(crate) fn mark(&self) -> PathBuf {
        self.home.join("made")
    }

    pub(crate) fn password_file(&self) -> PathBuf {
        self.home.join("password")
    }

    /// Empties the folder and prepares it for a new cluster, which shall have the password that is returned.
    pub(crate) fn prepare(&self) -> io::Result<String> {
        for file in [self.mark(), self.password_file()] {
            absent(fs::remove_file(file))?;
        }
        let cluster = self.cluster();
        remove(&cluster)?;
        DirBuilder::new().mode(0o700).create(&cluster)?;
        let password = random()?;
        let file = self.password_file();
        let mut open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file)?;
        open.write_all(password.as_bytes())?;
        if let Some(account) = self.account {
            for path in [&cluster, &file] {
                chown(path, Some(account.uid), Some(account.gid))?;
            }
        }
        Ok(password)
    }

    /// Deletes the cluster of a data directory, wherever it is. Harmless when there is none.
    ///
    /// # Errors
    /// When something cannot be deleted.
    pub(crate) fn delete(data_dir: &Path) -> Result<(), StackError> {
        let home = data_dir.join("postgres");
        for folder in elsewhere(data_dir).into_iter().chain([home]) {
            remove(&folder).map_err(StackError::file("cannot delete", &folder))?;
        }
        Ok(())
    }
}

/// The folder that is used instead, if it is one that we have made.
fn elsewhere(data_dir: &Path) -> Option<PathBuf> {
    let folder = PathBuf::from(fs::read_to_string(data_dir.join("postgres").join(ELSEWHERE)).ok()?);
    let named = folder.file_name()?.to_str()?.starts_with(PREFIX);
    let found = fs::symlink_metadata(&folder).ok()?;
    let ours = found.is_dir() && found.uid() == rustix::process::geteuid().as_raw();
    (named && ours).then_some(folder)
}

/// A new folder among the temporary files that `owner` can reach.
fn temporary(owner: Account) -> Result<PathBuf, StackError> {
    let parents = [std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
    let Some(parent) = parents.iter().find(|parent| owner.may_enter(parent)) else {
        let why = format!("user {} can reach neither the data directory nor /tmp; set TMPDIR", owner.uid);
        return Err(StackError::Database { what: "made", why });
    };
    let suffix: String = random().map_err(StackError::system("/dev/urandom"))?.chars().take(12).collect();
    let folder = parent.join(format!("{PREFIX}{suffix}"));
    // Fails when somebody else was here first.
    DirBuilder::new().mode(0o711).create(&folder).map_err(StackError::file("cannot create", &folder))?;
    Ok(folder)
}

/// 128 random bits in hex.
fn random() -> io::Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Deletes a folder with all that is in it. Sessions of a killed server may write for an instant longer.
fn remove(folder: &Path) -> io::Result<()> {
    for _ in 0..10 {
        match absent(fs::remove_dir_all(folder)) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => sleep(Duration::from_millis(50)),
            other => return other,
        }
    }
    absent(fs::remove_dir_all(folder))
}

/// What is not there has been deleted.
fn absent(deleted: io::Result<()>) -> io::Result<()> {
    deleted.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}
