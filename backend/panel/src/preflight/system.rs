//! Which system this is, and the commands that mend things on it.

/// A system as far as commands differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct System {
    /// Whose packages it uses.
    pub family: Family,
    /// Linux inside Windows.
    pub wsl: bool,
}

/// Whose packages a system uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// macOS with Homebrew.
    Mac,
    /// Debian, Ubuntu and what comes of them.
    Debian,
    /// Fedora, RHEL and what comes of them.
    Fedora,
    /// Another Linux.
    Other,
}

impl System {
    /// Reads what Linux says of itself: `/etc/os-release` and `/proc/version`.
    pub(super) fn linux(os_release: &str, version: &str) -> Self {
        let lines = os_release.lines().filter(|line| line.starts_with("ID=") || line.starts_with("ID_LIKE="));
        let words: Vec<&str> = lines.flat_map(|line| line.split(['=', ' ', '"'])).collect();
        let is = |names: &[&str]| words.iter().any(|word| names.contains(word));
        let family = match () {
            () if is(&["debian", "ubuntu"]) => Family::Debian,
            () if is(&["fedora", "rhel", "centos"]) => Family::Fedora,
            () => Family::Other,
        };
        System { family, wsl: version.to_ascii_lowercase().contains("microsoft") }
    }

    /// The command that installs packages here; `None` where the package has no name or the system is not known.
    pub(super) fn install(self, debian: &str, fedora: &str, mac: &str) -> Option<String> {
        let (command, package) = match self.family {
            Family::Mac => ("brew install", mac),
            Family::Debian => ("sudo apt-get install", debian),
            Family::Fedora => ("sudo dnf install", fedora),
            Family::Other => return None,
        };
        (!package.is_empty()).then(|| format!("{command} {package}"))
    }

    /// The command that starts Docker.
    pub(super) fn start_docker(self) -> String {
        match self.family {
            Family::Mac => "open -a Docker",
            _ if self.wsl => "sudo service docker start",
            _ => "sudo systemctl start docker",
        }
        .to_owned()
    }
}
