//! Runs a program by an argument list, never through a shell, and hears all that it says.

use std::{
    io,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::broadcast,
    time::sleep,
};

/// How much of what a program says is kept, in bytes; beyond that, its end.
const KEPT: usize = 256 * 1024;

/// What to run.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) program: &'a Path,
    pub(super) arguments: &'a [&'a str],
    /// Beside the environment of this process.
    pub(super) env: &'a [(&'static str, String)],
    pub(super) folder: &'a Path,
}

/// What a program said that did what it was asked.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) stdout: String,
}

/// A program that did not.
#[derive(Debug)]
pub(super) struct Refused {
    /// The command as it would be typed, for the message alone.
    pub(super) command: String,
    pub(super) why: Why,
}

#[derive(Debug)]
pub(super) enum Why {
    /// There is no such program.
    Absent,
    /// It could not be started.
    NotStarted(io::Error),
    /// It failed: how it ended, and all that it said.
    Ended(ExitStatus, String),
}

/// Runs the program to its end; each of its lines goes to `lines`, where they are for people. Dropping the future kills
/// it and what it started.
pub(super) async fn call(call: &Call<'_>, lines: Option<&broadcast::Sender<String>>) -> Result<Said, Refused> {
    let refused = |why| Refused { command: typed(call), why };
    let mut child = match start(call).await {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(refused(Why::Absent)),
        Err(error) => return Err(refused(Why::NotStarted(error))),
    };
    let mut group = Group(child.id());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = tokio::join!(hear(stdout, lines), hear(stderr, lines));
    let status = child.wait().await.map_err(|error| refused(Why::NotStarted(error)))?;
    group.0 = None;
    if status.success() {
        return Ok(Said { stdout });
    }
    let said = format!("{}\n{}", stderr.trim(), stdout.trim()).trim().to_owned();
    Err(refused(Why::Ended(status, said)))
}

async fn start(call: &Call<'_>) -> io::Result<Child> {
    let mut tries = 0;
    loop {
        let mut command = Command::new(call.program);
        command.args(call.arguments).current_dir(call.folder).envs(call.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C in the terminal is for the panel, which ends its programs in order.
        command.process_group(0).kill_on_drop(true);
        match command.spawn() {
            // Another thread forked while the program was being written, and its child has not reached exec yet.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < 20 => {
                tries += 1;
                sleep(Duration::from_millis(10)).await;
            }
            other => return other,
        }
    }
}

/// Docker's command starts further ones; they end with it.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

async fn hear(from: Option<impl AsyncRead + Unpin>, lines: Option<&broadcast::Sender<String>>) -> String {
    let mut said = String::new();
    let Some(from) = from else { return said };
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        if let Some(lines) = lines {
            // Nobody may be listening.
            let _ = lines.send(text.trim_end().to_owned());
        }
        said.push_str(text.trim_end());
        said.push('\n');
        line.clear();
        if said.len() > KEPT {
            let beyond = said.len() - KEPT;
            let cut = said[beyond..].find('\n').map_or(said.len(), |end| beyond + end + 1);
            said.drain(..cut);
        }
    }
    said
}

fn typed(call: &Call<'_>) -> String {
    let program = call.program.file_name().unwrap_or(call.program.as_os_str()).to_string_lossy();
    [&[&*program], call.arguments].concat().join(" ")
}

/// How a program ended, as a clause.
pub(super) fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
