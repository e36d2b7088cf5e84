//! How the server is started.

use std::{path::Path, time::Duration};

use super::{binaries::Binaries, login, place::Place};
use crate::{
    logfile::Logfile,
    manifest::{Database, Probe, Question},
    process::{Farewell, Launch},
    replica::Recipe,
};

/// Everything that decides how a database runs on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) database: Database,
    pub(crate) binaries: Binaries,
    pub(crate) place: Place,
    pub(crate) port: u16,
    pub(crate) log: Logfile,
}

impl Server {
    /// Its name among the processes.
    pub(crate) fn what(&self) -> String {
        format!("{}-0", self.database.name)
    }

    /// One of its programs, run by the cluster's owner in a folder that the owner can enter.
    pub(crate) fn launch(&self, program: &str, args: Vec<String>) -> Launch {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Launch {
            what: self.what(),
            program: self.binaries.folder.join(program),
            args,
            // Messages in English; macOS refuses to start without a valid locale; the zone spares a search for it.
            env: vec![pair("LC_ALL", "C"), pair("TZ", "UTC")],
            dir: self.place.home.clone(),
            inherit: false,
            account: self.place.account,
            farewell: Farewell::Interrupt,
        }
    }

    pub(crate) fn serve(&self) -> Launch {
        let ours = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            // A socket would need a short path; TCP is what the lab uses in a cluster too.
            "unix_socket_directories=".to_owned(),
            "logging_collector=off".to_owned(),
            "log_destination=stderr".to_owned(),
        ];
        let mut args = vec!["-D".to_owned(), path(&self.place.cluster())];
        // The last word on a setting wins.
        for setting in self.database.settings.iter().cloned().chain(ours) {
            args.extend(["-c".to_owned(), setting]);
        }
        self.launch("postgres", args)
    }

    /// The same, supervised: asked each second, as `pg_isready` would.
    pub(crate) fn recipe(&self) -> Recipe {
        let readiness = Probe {
            question: Question::Postgres,
            timeout: Duration::from_secs(3),
            period: Duration::from_secs(1),
            failures: 3,
        };
        Recipe {
            launch: self.serve(),
            readiness,
            liveness: None,
            grace: self.grace(),
            log: self.log.clone(),
            delay: Duration::ZERO,
            limit: None,
            address: Some(login::address(self.port)),
        }
    }

    /// A fast shutdown takes well under a second; nobody shall wait for half a minute.
    pub(crate) fn grace(&self) -> Duration {
        self.database.grace.min(Duration::from_secs(10))
    }
}

pub(super) fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
