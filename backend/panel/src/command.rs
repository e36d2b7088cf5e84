//! What can be typed. The verbs of runs and stack speak to the panel that runs.
//!
//! Exit codes: 0 done; 1 it failed; 2 wrong usage; 3 a precondition does not hold or no panel could be reached;
//! 4 the run ended below `--at-least`; 130 it was interrupted.

mod archive;
mod check;
mod demo;
mod hub;
mod interrupt;
mod join;
mod load;
mod outbox;
mod prefetch;
mod preflight;
mod progress;
mod prompts;
mod prove;
mod rehearsal;
mod reports;
mod run;
mod serve;
mod solution;
mod solution_refs;
mod stack;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::stacks::StackArgs;

/// A precondition does not hold, or no panel could be reached.
pub const EXIT_PRECONDITION: u8 = 3;
/// The run ended below what was asked for.
pub const EXIT_BELOW: u8 = 4;
/// Somebody pressed Ctrl-C: 128 and the number of the signal, as shells have it.
pub const EXIT_INTERRUPTED: u8 = 130;

/// Brownout: break a service under real load, find out why, fix it, and see by how much it got better.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Examples:\n  brownout serve --open\n  brownout run timeouts\n  brownout dev && brownout run timeouts --at-least 90"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Where things are.
    #[command(flatten)]
    pub place: Place,
}

/// Where repository and data are.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The repository; by default the nearest folder upwards that has lab/ and scenarios/.
    #[arg(long, global = true, env = "BROWNOUT_ROOT", value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Where history, logs and panel.json are; by default .brownout in the repository.
    #[arg(long, global = true, env = "BROWNOUT_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print JSON for scripts instead of text for people.
    #[arg(long, global = true)]
    pub json: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the panel and its stack in the foreground; Ctrl-C ends both.
    #[command(
        after_help = "Examples:\n  brownout serve --open\n  brownout serve --port 3001 --api-port 18080 --worker-port 18081\n  brownout serve --headless --data-dir /tmp/workshop"
    )]
    Serve(serve::Serve),
    /// Run a case: load, faults, verdict and score.
    #[command(
        after_help = "Examples:\n  brownout run timeouts\n  brownout run timeouts --at-least 90   # exit 4 when the score is lower\n  brownout run timeouts --json | jq .score.total"
    )]
    Run(run::RunCase),
    /// Send open-loop load to a URL and measure it; the engine alone, without panel or lab.
    #[command(
        after_help = "Examples:\n  brownout load http://127.0.0.1:8080/quote --rate 500/s --for 10s\n  brownout load http://localhost:9000/ --rate 10000/s --for 10s --json"
    )]
    Load(load::Load),
    /// Check scenario files and say what is wrong, as a compiler does.
    #[command(after_help = "Examples:\n  brownout check\n  brownout check scenarios/timeouts.yaml --json")]
    Check(check::Check),
    /// Print the JSON Schema of scenario files or run sheets, for editors, or of the data of runs.
    #[command(
        after_help = "Examples:\n  brownout schema > scenarios/schema.json\n  brownout schema --workshop > docs/workshop.schema.json\n  brownout schema --run-data > docs/run-data.schema.json"
    )]
    Schema {
        /// The schema of data.json beside the report of a run.
        #[arg(long)]
        run_data: bool,
        /// The schema of a run sheet such as docs/workshop.yaml.
        #[arg(long, conflicts_with = "run_data")]
        workshop: bool,
    },
    /// Print the OpenAPI document of the panel's API, or of the hub's.
    #[command(
        after_help = "Examples:\n  brownout openapi > docs/openapi.json\n  brownout openapi --hub > docs/hub-openapi.json"
    )]
    Openapi {
        /// The API of the hub.
        #[arg(long)]
        hub: bool,
    },
    /// Write the page of a workshop that is over, from the archive that its hub saved, and open it; needs no panel.
    #[command(
        after_help = "Examples:\n  brownout archive workshop-resilience-24-nov-2026-11-24.brownout.json.gz\n  brownout archive workshop.brownout.json.gz --output after.html --no-open"
    )]
    Archive(archive::OpenArchive),
    /// Start a hub: participants join it by a code, a facilitator sees everyone, a big screen shows the board.
    #[command(
        after_help = "Examples:\n  brownout hub --name \"Resilience, 24 Nov\" --listen 0.0.0.0:3100\n  brownout hub --name \"Resilience, 24 Nov\" --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem\n  brownout hub --database postgres://brownout@db.example/hub --check\n  brownout hub import ada.brownout.gz"
    )]
    Hub(hub::ServeHub),
    /// Bring the stack up and wait until it is ready; starts a panel in the background when none runs.
    #[command(after_help = "Example:\n  brownout up && brownout smoke")]
    Up(stack::Up),
    /// Prove that API and worker answer.
    #[command(after_help = "Example:\n  brownout smoke")]
    Smoke,
    /// Build the working copy, make it live, and say how long each step took.
    #[command(after_help = "Example:\n  brownout dev && brownout run timeouts")]
    Dev,
    /// Bring run-time state (faults, counters, queues) back to the seed; processes stay.
    #[command(after_help = "Example:\n  brownout reset")]
    Reset,
    /// Stop the panel and its stack; history stays.
    #[command(
        after_help = "Examples:\n  brownout down\n  brownout down --stack k3d   # also a cluster that a killed panel left behind"
    )]
    Down(StackArgs),
    /// Say what runs, which build is live, and whether it is the working copy.
    #[command(after_help = "Examples:\n  brownout status\n  brownout status --json | jq .build.live")]
    Status,
    /// Put the solution of a step into the working copy (a backup is kept) and make it live, or `undo` that.
    #[command(
        after_help = "Examples:\n  brownout solution 1\n  brownout solution 0   # the code as it was given\n  brownout solution undo"
    )]
    Solution(solution::Solution),
    /// Make the git tags step-0, step-1-solution, …: the repository with the solutions up to a step.
    #[command(
        after_help = "Examples:\n  brownout solution-refs && git checkout step-1-solution\n  brownout solution-refs --branches   # solutions/step-0, solutions/step-1, … beside them\n  brownout solution-refs --force      # move the tags to the present commit"
    )]
    SolutionRefs(solution_refs::SolutionRefs),
    /// Print the prompts for coding agents, of all cases, as Markdown.
    #[command(after_help = "Example:\n  brownout prompts > docs/AGENT_PROMPTS.md")]
    Prompts,
    /// Do the whole workshop as docs/LAB.md tells it, unattended and in a scratch copy, and say how long each step took.
    #[command(after_help = "Examples:\n  brownout rehearsal\n  brownout rehearsal timeouts --json")]
    Rehearsal(rehearsal::Rehearse),
    /// Run every case broken and solved, unattended and in a scratch copy, and open a page that compares them.
    #[command(after_help = "Examples:\n  brownout demo\n  brownout demo timeouts --no-open")]
    Demo(demo::ShowDemo),
    /// Show that the right fix wins and a wrong one does not: run every variant and hold its score against its band.
    #[command(
        after_help = "Examples:\n  brownout prove\n  brownout prove timeouts --variants broken,solved --repeat 5\n  brownout prove --beside 4 --json\n  brownout prove --stack kube --context kind-lab --load-image \"kind load image-archive {archive}\""
    )]
    Prove(prove::Prove),
    /// Write the report of a run anew, against the baseline of now, and open it.
    #[command(after_help = "Examples:\n  brownout report 7f3a\n  brownout report 7f3a --no-open")]
    Report(reports::WriteReport),
    /// Say what changed between two runs.
    #[command(
        after_help = "Examples:\n  brownout compare 7f3a 09c1\n  brownout compare 7f3a 09c1 --html compare.html\n  brownout compare 7f3a 09c1 --json | jq .changed.headline"
    )]
    Compare(reports::CompareRuns),
    /// Write a run for other tools: seconds as CSV, everything as JSON, latencies as a log of HdrHistogram.
    #[command(
        after_help = "Examples:\n  brownout export 7f3a --format csv -o run.csv\n  brownout export 7f3a --format json | jq .score\n  brownout export 7f3a --format hdr -o run.hlog"
    )]
    Export(reports::ExportRun),
    /// List runs, pin a baseline, delete old runs.
    #[command(
        after_help = "Examples:\n  brownout runs list --case timeouts\n  brownout runs pin 7f3a\n  brownout runs prune --keep 50 --dry-run"
    )]
    Runs(reports::Runs),
    /// Show the leaderboard, write it as a document, take results of other machines.
    #[command(
        after_help = "Examples:\n  brownout leaderboard\n  brownout leaderboard --markdown\n  brownout leaderboard --import chat.txt ada/data.json"
    )]
    Leaderboard(reports::ShowLeaderboard),
    /// Write the seal: hashes of what makes the exercises honest. For those who change scenarios or the sealed lab.
    #[command(after_help = "Example:\n  brownout seal && git commit -m 'Seal the new scenario' scenarios")]
    Seal,
    /// Look at what this machine has and lacks, and say how to mend it; fails when no stack can run here.
    #[command(
        after_help = "Examples:\n  brownout preflight\n  brownout preflight --json | jq '.checks[] | select(.state != \"ok\")'\n  brownout preflight --port 3001 --api-port 18080\n  brownout preflight --stack k3d   # fails when k3d cannot run here"
    )]
    Preflight(preflight::Asked),
    /// Bring everything that a session needs, so that it needs no network afterwards.
    #[command(
        after_help = "Examples:\n  brownout prefetch   # or `make prefetch`, which builds panel and UI before\n  brownout prefetch --stack k3d   # the cluster's images too"
    )]
    Prefetch(prefetch::Prefetch),
    /// Join the workshop of a hub, as the panel's page does.
    #[command(
        after_help = "Examples:\n  brownout join http://192.168.1.20:3100 7KQ2-M4XD --name Ada\n  brownout join 'http://192.168.1.20:3100/join#7KQ2M4XD'"
    )]
    Join(join::Join),
    /// What waits for the hub, and the same as a file.
    #[command(
        subcommand,
        after_help = "Examples:\n  brownout outbox status\n  brownout outbox export -o ada.brownout.gz"
    )]
    Outbox(outbox::Outbox),
    /// Rebuild the rows that lists read from the logs.
    #[command(after_help = "Example:\n  brownout reindex   # with the panel stopped")]
    Reindex,
}

/// Does what was typed.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let done = perform(cli).await;
    match &done {
        Err(error) if error.is::<stack::NoPanel>() => {
            eprintln!("error: {error}");
            Ok(ExitCode::from(EXIT_PRECONDITION))
        }
        _ => done,
    }
}

async fn perform(cli: Cli) -> anyhow::Result<ExitCode> {
    let place = cli.place;
    match cli.command {
        Command::Serve(serve) => serve::serve(&place, serve).await,
        Command::Run(case) => run::run(&place, case).await,
        Command::Load(load) => load::load(load, place.json).await,
        Command::Check(check) => check::check(&place, check),
        Command::Schema { run_data, workshop } => check::schema(run_data, workshop),
        Command::Openapi { hub } => check::openapi(hub),
        Command::Archive(wanted) => archive::archive(&place, wanted),
        Command::Hub(wanted) => hub::hub(&place, wanted).await,
        Command::Up(up) => stack::up(&place, up).await,
        Command::Smoke => stack::smoke(&place).await,
        Command::Dev => stack::dev(&place).await,
        Command::Reset => stack::reset(&place).await,
        Command::Down(stack) => stack::down(&place, stack).await,
        Command::Status => stack::status(&place).await,
        Command::Solution(wanted) => solution::solution(&place, wanted).await,
        Command::SolutionRefs(wanted) => solution_refs::solution_refs(&place, wanted),
        Command::Prompts => prompts::prompts(&place),
        Command::Rehearsal(wanted) => rehearsal::rehearse(&place, wanted).await,
        Command::Demo(wanted) => demo::demo(&place, wanted).await,
        Command::Prove(wanted) => prove::prove(&place, wanted).await,
        Command::Report(wanted) => reports::report(&place, wanted).await,
        Command::Compare(wanted) => reports::compare(&place, wanted).await,
        Command::Export(wanted) => reports::export(&place, wanted).await,
        Command::Runs(wanted) => reports::runs(&place, wanted).await,
        Command::Leaderboard(wanted) => reports::leaderboard(&place, wanted).await,
        Command::Seal => check::seal(&place),
        Command::Preflight(asked) => preflight::preflight(&place, asked).await,
        Command::Prefetch(wanted) => prefetch::prefetch(&place, wanted).await,
        Command::Join(wanted) => join::join(&place, wanted).await,
        Command::Outbox(wanted) => outbox::outbox(&place, wanted).await,
        Command::Reindex => check::reindex(&place).await,
    }
}

impl Place {
    /// The repository.
    pub fn root(&self) -> anyhow::Result<PathBuf> {
        let is_root = |dir: &Path| dir.join("lab/Cargo.toml").is_file() && dir.join("scenarios").is_dir();
        if let Some(root) = &self.root {
            anyhow::ensure!(
                is_root(root),
                "{} has no lab/ and scenarios/; pass the repository's folder as --root",
                root.display()
            );
            return root.canonicalize().with_context(|| format!("{} cannot be read", root.display()));
        }
        let here = std::env::current_dir().context("the current folder cannot be read")?;
        let found = here.ancestors().find(|dir| is_root(dir)).map(Path::to_owned);
        found.with_context(|| {
            format!(
                "neither {} nor a folder above it has lab/ and scenarios/; change into the repository or pass --root",
                here.display()
            )
        })
    }

    /// Where data are.
    pub fn data_dir(&self) -> anyhow::Result<PathBuf> {
        match &self.data_dir {
            Some(dir) => std::path::absolute(dir).with_context(|| format!("{} is no usable path", dir.display())),
            None => Ok(self.root()?.join(".brownout")),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// What documents tell people to type is there.
    #[test]
    fn every_command_that_a_document_names_exists() {
        let cli = Cli::command();
        let known: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
        let documents = [
            ("README.md", include_str!("../../../README.md")),
            ("FACILITATOR.md", include_str!("../../../docs/FACILITATOR.md")),
            ("HUB.md", include_str!("../../../docs/HUB.md")),
            ("LAB.md", include_str!("../../../docs/LAB.md")),
            ("REPORTS.md", include_str!("../../../docs/REPORTS.md")),
        ];
        let mut named = 0;
        for (document, text) in documents {
            let codes = text.split("```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2));
            let words = codes.filter_map(|code| code.strip_prefix("brownout ")?.split_whitespace().next());
            for word in words.filter(|word| !word.starts_with('-')) {
                assert!(known.contains(&word), "`brownout {word}` is in {document}, and there is no such command");
                named += 1;
            }
        }
        assert!(named > 30, "{named} commands were found");
    }
}
