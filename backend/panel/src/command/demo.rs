//! `demo`: every case broken and solved, unattended, and a page that sets each pair side by side.

use std::{path::PathBuf, process::ExitCode, time::Instant};

use clap::Args;

use crate::{
    command::{EXIT_INTERRUPTED, Place, interrupt::Interrupt, progress::spinner},
    demo::{Demo, Step},
    library::Library,
};

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct ShowDemo {
    /// Cases to show; all by default.
    cases: Vec<String>,
    /// Do not open the page in a browser.
    #[arg(long)]
    no_open: bool,
    /// Where the lab is built; lab/target by default.
    #[arg(long, value_name = "DIR", env = "BROWNOUT_LAB_TARGET_DIR")]
    lab_target_dir: Option<PathBuf>,
}

/// Shows all cases and opens the page; fails when a score is not where it should be.
pub(super) async fn demo(place: &Place, options: ShowDemo) -> anyhow::Result<ExitCode> {
    let (repository, data_dir) = (place.root()?, place.data_dir()?);
    let interrupt = Interrupt::watch("Ending the stack …")?;
    let page = Library::new(&repository, &data_dir).path("demo.html");
    let demo = Demo {
        scratch: data_dir.join("demo"),
        lab_target_dir: options.lab_target_dir.unwrap_or_else(|| repository.join("lab/target")),
        page: page.clone(),
        repository,
        cases: options.cases,
        stop: interrupt.token.clone(),
    };
    let begun = Instant::now();
    let bar = spinner("making a scratch copy");
    let took = || {
        let seconds = begun.elapsed().as_secs();
        format!("{}:{:02}", seconds / 60, seconds % 60)
    };
    let shown = demo
        .show(|step| match step {
            Step::Deploys(says) | Step::Runs(says) => {
                if !place.json {
                    bar.suspend(|| println!("{:>6}  {says} …", took()));
                }
                bar.set_message(says);
            }
            Step::Ran(line) if !place.json => bar.suspend(|| println!("{:>6}  {line}", took())),
            Step::Ran(_) => {}
        })
        .await;
    bar.finish_and_clear();
    if interrupt.token.is_cancelled() {
        return Ok(ExitCode::from(EXIT_INTERRUPTED));
    }
    let shown = shown?;
    if place.json {
        println!("{}", serde_json::to_string_pretty(&shown)?);
    } else {
        println!();
        for case in &shown {
            println!("{:<13} {}", case.scenario, case.headline);
            case.problems.iter().for_each(|problem| println!("{:<13} {problem}", ""));
        }
        println!("\nAfter {}. Comparison: {}", took(), page.display());
        super::reports::show_file(&page, options.no_open);
    }
    let failed = shown.iter().any(|case| !case.problems.is_empty());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
