//! Builds the lab with cargo and reads what it says.

mod message;

use std::{path::PathBuf, sync::Arc};

use brownout_core::stack::BuildProblem;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    sync::{broadcast, mpsc},
};

use crate::{
    board::{Failure, first_of},
    ledger::Ledger,
    process::{Farewell, Launch, Process, ending},
    spawner::Spawner,
};
use message::Said;

/// How much of a failed build's output is kept, in bytes.
const KEPT: usize = 256 * 1024;

/// Builds the working copy's lab.
#[derive(Debug)]
pub(crate) struct Cargo {
    pub(crate) root: PathBuf,
    pub(crate) target_dir: PathBuf,
    pub(crate) lines: broadcast::Sender<String>,
    pub(crate) spawner: Spawner,
    pub(crate) ledger: Arc<Ledger>,
}

impl Cargo {
    /// Builds with `id` as the build's stamp. Returns the executable, which the next build may overwrite.
    ///
    /// # Errors
    /// Problems with their places, and the whole output.
    pub(crate) async fn build(&self, id: &str) -> Result<PathBuf, Failure> {
        let failed = |why: String| Failure { why, ..Failure::default() };
        let mut process = match Process::start(&self.launch(id), &self.spawner, &self.ledger).await {
            Ok(process) => process,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(failed(
                    "cargo was not found; install Rust from https://rustup.rs, then run `make dev`".to_owned(),
                ));
            }
            Err(error) => return Err(failed(format!("cargo could not be started: {error}"))),
        };
        let (stdout, stderr) = process.output();
        // Readers wait for us, and cargo for them; nothing is lost.
        let (tell, mut heard) = mpsc::channel(256);
        let readers = [
            stdout.map(|stdout| tokio::spawn(read(stdout, tell.clone(), Said::from_json))),
            stderr.map(|stderr| tokio::spawn(read(stderr, tell, |line| Said::Line(line.to_owned())))),
        ];
        let (mut executable, mut problems, mut output) = (None, Vec::new(), String::new());
        while let Some(said) = heard.recv().await {
            match said {
                Said::Diagnostic { rendered, problem } => {
                    self.print(&rendered, &mut output);
                    problems.extend(problem.map(|problem| self.place(problem)));
                }
                Said::Line(line) => self.print(&line, &mut output),
                Said::Executable(path) => executable = Some(path),
                Said::Nothing => {}
            }
        }
        for reader in readers.into_iter().flatten() {
            let _ = reader.await;
        }
        let status = process.ended().await.map_err(|error| failed(format!("cargo was lost: {error}")))?;
        match executable {
            Some(executable) if status.success() => Ok(executable),
            None if status.success() => {
                Err(failed("cargo built no binary; lab/Cargo.toml must have one named `lab`".to_owned()))
            }
            _ => Err(Failure::of(problems, output, &ending(status))),
        }
    }

    fn launch(&self, id: &str) -> Launch {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Launch {
            what: "cargo".to_owned(),
            program: program(),
            args: ["build", "--bin", "lab", "--message-format=json"].map(str::to_owned).to_vec(),
            env: vec![
                pair("LAB_BUILD_ID", id),
                pair("CARGO_TARGET_DIR", &self.target_dir.to_string_lossy()),
                pair("CARGO_TERM_COLOR", "never"),
                pair("CARGO_TERM_PROGRESS_WHEN", "never"),
            ],
            dir: self.root.join("lab"),
            inherit: true,
            account: None,
            farewell: Farewell::default(),
        }
    }

    fn print(&self, text: &str, output: &mut String) {
        for line in text.lines() {
            // Nobody may be listening.
            let _ = self.lines.send(line.to_owned());
            if output.len() + line.len() < KEPT {
                output.push_str(line);
                output.push('\n');
            }
        }
    }

    /// The compiler names files relative to `lab/`; everybody else does so relative to the repository.
    fn place(&self, mut problem: BuildProblem) -> BuildProblem {
        let path = self.root.join("lab").join(&problem.file);
        if let Ok(relative) = path.strip_prefix(&self.root) {
            problem.file = relative.to_string_lossy().into_owned();
        }
        problem
    }
}

impl Failure {
    fn of(mut problems: Vec<BuildProblem>, output: String, ending: &str) -> Self {
        problems.extend(message::manifest_problem(&output).filter(|_| problems.is_empty()));
        let why = first_of(&problems).unwrap_or_else(|| match message::is_network(&output) {
            true => "cargo could not fetch crates; connect to the network, run `make setup` once, then `make dev`"
                .to_owned(),
            false => format!("cargo {ending}; its last line: {}", output.lines().last().unwrap_or("nothing")),
        });
        Self { problems, output, why }
    }
}

/// From `PATH`, or where rustup puts it; a panel that was started by a desktop has a short `PATH`.
fn program() -> PathBuf {
    let named = PathBuf::from("cargo");
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder.join(&named).is_file()) {
        return named;
    }
    std::env::home_dir().map(|home| home.join(".cargo/bin/cargo")).filter(|cargo| cargo.is_file()).unwrap_or(named)
}

async fn read(from: impl AsyncRead + Unpin, tell: mpsc::Sender<Said>, understand: impl Fn(&str) -> Said) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if tell.send(understand(&line)).await.is_err() {
            return;
        }
    }
}
