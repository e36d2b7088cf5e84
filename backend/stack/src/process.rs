//! One started process, which ends when this value does.

use std::{
    io,
    os::unix::process::{CommandExt, ExitStatusExt},
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};
use tokio::{
    process::{Child, ChildStderr, ChildStdout},
    time::{sleep, timeout},
};

use crate::{account::Account, ledger::Ledger, platform, spawner::Spawner};

/// What to start. The environment is exactly what is given, plus what every program needs.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    /// For the ledger, e.g. `api-0`.
    pub(crate) what: String,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) dir: PathBuf,
    /// Passes on the whole environment of this process too.
    pub(crate) inherit: bool,
    /// Who runs it; `None` for whoever runs this process.
    pub(crate) account: Option<Account>,
    pub(crate) farewell: Farewell,
}

/// How a process is asked to end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Farewell {
    /// SIGTERM.
    #[default]
    Terminate,
    /// SIGINT: Postgres then waits for none of its clients.
    Interrupt,
}

impl Farewell {
    pub(crate) fn signal(self) -> Signal {
        match self {
            Self::Terminate => Signal::TERM,
            Self::Interrupt => Signal::INT,
        }
    }
}

/// A program in a container sees these; the rest of the panel's environment is nothing to it.
const ALWAYS: [&str; 5] = ["PATH", "HOME", "TMPDIR", "RUST_BACKTRACE", "RUST_LOG"];

/// A running process, leader of its own group. Dropping it kills the group.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pid: u32,
    farewell: Farewell,
    ended: bool,
    ledger: Arc<Ledger>,
    /// Keeps the thread that started the process, see `spawner`.
    _spawner: Spawner,
}

impl Process {
    pub(crate) async fn start(launch: &Launch, spawner: &Spawner, ledger: &Arc<Ledger>) -> io::Result<Self> {
        let mut tries = 0;
        let child = loop {
            match spawner.spawn(command(launch)).await {
                // Another thread forked while the binary was being written, and its child has not reached exec yet.
                Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < 20 => {
                    tries += 1;
                    sleep(Duration::from_millis(10)).await;
                }
                other => break other?,
            }
        };
        let pid = child.id().ok_or_else(|| io::Error::other("the process ended at once"))?;
        let farewell = launch.farewell;
        ledger.enter(pid, &launch.what, farewell);
        Ok(Self { child, pid, farewell, ended: false, ledger: ledger.clone(), _spawner: spawner.clone() })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Its output, once.
    pub(crate) fn output(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.child.stdout.take(), self.child.stderr.take())
    }

    /// Waits until it has ended. May be cancelled and called again.
    pub(crate) async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.settle();
        Ok(status)
    }

    /// Asks it to end, and kills it when it has not within `grace`.
    pub(crate) async fn stop(mut self, grace: Duration) {
        self.signal(self.farewell.signal());
        if timeout(grace, self.ended()).await.is_err() {
            self.signal(Signal::KILL);
            if let Err(error) = self.ended().await {
                tracing::warn!(pid = self.pid, %error, "a killed process could not be waited for");
            }
        }
    }

    /// The process has not been waited for when this is called, so its id is still its own.
    fn signal(&self, signal: Signal) {
        let group = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        if let Some(group) = group.filter(|_| !self.ended) {
            let _ = kill_process_group(group, signal);
        }
    }

    fn settle(&mut self) {
        if !self.ended {
            self.ended = true;
            self.ledger.strike(self.pid);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        self.settle();
    }
}

fn command(launch: &Launch) -> tokio::process::Command {
    let mut command = std::process::Command::new(&launch.program);
    if !launch.inherit {
        command.env_clear();
        command.envs(ALWAYS.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    }
    command.args(&launch.args).envs(launch.env.iter().cloned()).current_dir(&launch.dir);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Ctrl-C in the terminal is for the panel, which ends its processes in order.
    command.process_group(0);
    if let Some(account) = launch.account {
        command.uid(account.uid).gid(account.gid);
    }
    platform::die_with_parent(&mut command);
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(true);
    command
}

/// How a process ended, as a clause.
pub(crate) fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
