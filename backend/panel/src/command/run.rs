//! `run`: a case from the terminal, through the panel like any other screen.

use std::process::ExitCode;

use anyhow::Context;
use brownout_core::{
    criterion::{self, CriterionState, Stage},
    event::RunEvent,
    fold::{MarkKind, Run},
    quantity::{Unit, clock},
    score::Unranked,
    signal::{Measure, Signal},
    stack::StackPhase,
    wire::{LiveItem, LiveMessage, RunDetail, RunStarted, RunState},
};
use clap::Args;
use futures::{Stream, StreamExt};
use indicatif::ProgressBar;
use reqwest::Method;
use serde_json::json;

use crate::{
    client::{Client, Refused},
    command::{
        EXIT_BELOW, EXIT_PRECONDITION, Place,
        progress::{seconds, spinner},
        reports::{show_report, write_report},
        serve::{Ports, ensure},
    },
    stacks::StackArgs,
};

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunCase {
    /// The case, e.g. `timeouts`.
    scenario: String,
    /// Start although a precondition does not hold; the run is then not ranked.
    #[arg(long)]
    anyway: bool,
    /// Exit with 4 when the score is lower than this.
    #[arg(long, value_name = "SCORE")]
    at_least: Option<u32>,
    /// Do not open the report, as a terminal otherwise does.
    #[arg(long)]
    no_open: bool,
    #[command(flatten)]
    ports: Ports,
    #[command(flatten)]
    stack: StackArgs,
}

/// Runs a case and prints its verdict.
pub(super) async fn run(place: &Place, options: RunCase) -> anyhow::Result<ExitCode> {
    let client = ensure(place, &options.ports, &options.stack).await?;
    let mut live = client.live().await?;
    wait_until_up(&mut live).await?;
    let body = json!({"scenario": options.scenario, "anyway": options.anyway});
    let bar = spinner("Waiting for the preconditions");
    let started = client.call(Method::POST, "/runs", Some(body)).await;
    bar.finish_and_clear();
    let started: RunStarted = match started {
        Ok(response) => response.json().await.context("the panel's answer")?,
        Err(error) => return refused(error),
    };
    follow(&client, &started.id, live, place.json).await?;
    let detail: RunDetail = client.get(&format!("/runs/{}", started.id)).await?;
    if place.json {
        println!("{}", serde_json::to_string_pretty(&detail)?);
    } else {
        print(&detail);
        match write_report(&client, &started.id).await {
            Ok(written) => show_report(&written, options.no_open),
            // The run is in the history; its report can be had later.
            Err(error) => eprintln!("note: no report yet: {error:#}"),
        }
    }
    Ok(match (detail.state, &detail.score, options.at_least) {
        (RunState::Completed, Some(score), Some(least)) if score.total < least => ExitCode::from(EXIT_BELOW),
        (RunState::Completed, ..) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn refused(error: anyhow::Error) -> anyhow::Result<ExitCode> {
    match error.downcast_ref::<Refused>() {
        Some(Refused(problem)) if problem.precondition.is_some() => {
            eprintln!("{}", problem.detail);
            eprintln!("`--anyway` runs it all the same; the run is then not ranked.");
            Ok(ExitCode::from(EXIT_PRECONDITION))
        }
        _ => Err(error),
    }
}

/// A panel that was just started builds the lab first.
async fn wait_until_up(live: &mut (impl Stream<Item = LiveMessage> + Unpin)) -> anyhow::Result<()> {
    let bar = spinner("Waiting for the stack");
    while let Some(message) = live.next().await {
        let status = match message {
            LiveMessage::Hello { snapshot, .. } => snapshot.stack,
            LiveMessage::Item { item, .. } => match *item {
                LiveItem::Stack(status) => status,
                LiveItem::BuildLine(line) => {
                    bar.set_message(line.trim().to_owned());
                    continue;
                }
                _ => continue,
            },
            LiveMessage::Resumed { .. } => continue,
        };
        if !status.doing.is_empty() {
            bar.set_message(status.doing.clone());
        }
        if status.phase != StackPhase::Starting {
            bar.finish_and_clear();
            return Ok(());
        }
    }
    anyhow::bail!("the panel ended while the stack was starting; its log says why")
}

/// Shows the run until its last event. Ctrl-C stops the run; a second one leaves it.
async fn follow(
    client: &Client,
    id: &str,
    mut live: impl Stream<Item = LiveMessage> + Unpin,
    quiet: bool,
) -> anyhow::Result<()> {
    let stream = format!("run/{id}");
    let mut run = Run::default();
    let bar = if quiet { ProgressBar::hidden() } else { seconds(0) };
    let mut interrupts = 0;
    loop {
        let message = tokio::select! {
            message = live.next() => message.context("the panel ended during the run; its next start shows the run as interrupted")?,
            pressed = tokio::signal::ctrl_c() => {
                pressed.context("Ctrl-C cannot be received")?;
                interrupts += 1;
                anyhow::ensure!(interrupts < 2, "left; the panel ends the run");
                client.call(Method::POST, &format!("/runs/{id}/stop"), None).await?;
                continue;
            }
        };
        let events = match message {
            LiveMessage::Hello { snapshot, .. } => snapshot.run,
            LiveMessage::Item { item, .. } => match *item {
                LiveItem::Run(event) => vec![event],
                _ => continue,
            },
            LiveMessage::Resumed { .. } => continue,
        };
        for event in events.iter().filter(|event| event.stream == stream) {
            run.apply(event);
            show(&bar, &run, event.body.known());
            if run.finished.is_some() {
                bar.finish_and_clear();
                return Ok(());
            }
        }
    }
}

fn show(bar: &ProgressBar, run: &Run, event: Option<&RunEvent>) {
    match event {
        Some(RunEvent::Started(started)) => {
            bar.set_length(started.plan.end_us.div_ceil(1_000_000));
            bar.println(format!(
                "{} on {}, build {}, run {}",
                started.scenario.title, started.stack, started.build, started.run
            ));
        }
        Some(RunEvent::Window(_)) => {
            bar.set_position(u64::from(run.seconds).min(bar.length().unwrap_or(0)));
            bar.set_message(now(run));
        }
        Some(_) => {
            if let Some(mark) = run.marks.last().filter(|mark| mark.kind != MarkKind::Hint) {
                bar.println(format!("{}  {}", clock(mark.run_us), mark.says));
            }
        }
        None => {}
    }
}

fn now(run: &Run) -> String {
    let last = run.decided().saturating_sub(1);
    let load = |measure| Signal::Load { stream: None, measure }.value(run, last..=last);
    let show = |unit: Unit, value: Option<f64>| value.map_or("–".to_owned(), |value| unit.show(value));
    let holding = criterion::judge(run).iter().filter(|state| state.holds).count();
    let all = run.started.as_ref().map_or(0, |started| started.scenario.criteria.len());
    format!(
        "right {}  p95 {}  criteria {holding} of {all} hold",
        show(Unit::Share, load(Measure::Right)),
        show(Unit::Time, load(Measure::Percentile(950)))
    )
}

fn print(detail: &RunDetail) {
    println!();
    for state in &detail.criteria {
        println!("{} {}", if state.met { "✓" } else { "✗" }, criterion_line(state));
    }
    if let Some(score) = &detail.score {
        println!();
        for term in &score.terms {
            println!("{:>5.1} of {:<3} {}", term.points, term.weight, term.sentence);
        }
        println!("\n{}", score.why);
    }
    if let Some(difference) = &detail.difference {
        println!("\nAgainst your first run ({} → {}):", difference.base_total, difference.total);
        for line in &difference.lines {
            println!("  {}: {}", line.says, line.words);
        }
    }
    detail.unranked.iter().map(Unranked::sentence).for_each(|sentence| println!("{sentence}"));
    if !detail.because.is_empty() {
        println!("{}", detail.because);
    }
    println!("\n{}", detail.summary.line);
}

fn criterion_line(state: &CriterionState) -> String {
    let value = state.value.map_or("–".to_owned(), |value| state.unit.show(value));
    let held = match state.stage {
        Stage::Ahead => "not judged".to_owned(),
        _ => format!("held {} of {} s", state.held_s.min(state.hold_s), state.hold_s),
    };
    format!("{} {} {}: {value}, {held}", state.says, state.comparison.sign(), state.unit.show(state.target))
}
