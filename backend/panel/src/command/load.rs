//! `load`: the engine alone.

use std::process::ExitCode;

use anyhow::Context;
use brownout_core::quantity::{parse_duration, parse_rate};
use brownout_engine::{Bare, EngineEvent, Options, Summary, bare_stream};
use clap::Args;

use crate::command::progress::seconds;

/// Rates beyond this are a typing error on one machine.
const MOST_PER_SECOND: f64 = 200_000.0;
/// An hour is no bare load.
const LONGEST_US: u64 = 600_000_000;

/// Options of `load`.
#[derive(Debug, Args)]
pub struct Load {
    /// URL, http only.
    url: String,
    /// Arrivals, e.g. 500/s.
    #[arg(long, default_value = "50/s", value_parser = rate)]
    rate: f64,
    /// For how long, e.g. 10s; at most 10m.
    #[arg(long = "for", default_value = "10s", value_parser = duration, value_name = "DURATION")]
    duration: u64,
    /// How long each request may take.
    #[arg(long, default_value = "10s", value_parser = duration, value_name = "DURATION")]
    patience: u64,
    /// HTTP method.
    #[arg(long, default_value = "GET")]
    method: String,
    /// Requests that may be open at once; arrivals beyond it are dropped and counted.
    #[arg(long, default_value_t = 1000)]
    most_in_flight: u32,
    /// Threads that send; by default as many as the rate needs.
    #[arg(long)]
    workers: Option<usize>,
    /// Load a host that is not this machine. Make sure that you may.
    #[arg(long)]
    allow_remote: bool,
}

fn rate(text: &str) -> Result<f64, String> {
    match parse_rate(text) {
        Ok(rate) if rate > 0.0 && rate <= MOST_PER_SECOND => Ok(rate),
        Ok(_) => Err("a rate is more than 0/s and at most 200000/s".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn duration(text: &str) -> Result<u64, String> {
    match parse_duration(text) {
        Ok(us) if (1_000..=LONGEST_US).contains(&us) => Ok(us),
        Ok(_) => Err("a duration is at least 1ms and at most 10m".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Sends the load, shows progress, prints the report.
pub(super) async fn load(options: Load, json: bool) -> anyhow::Result<ExitCode> {
    brownout_stack::raise_file_limit();
    let bare = Bare {
        url: options.url,
        method: options.method,
        per_second: options.rate,
        for_us: options.duration,
        patience_us: options.patience,
        most_in_flight: options.most_in_flight,
        allow_remote: options.allow_remote,
    };
    let (stream, target) = bare_stream(&bare)?;
    let mut running = brownout_engine::start(vec![stream], bare.for_us, target, Options { workers: options.workers })?;
    let bar = seconds(bare.for_us.div_ceil(1_000_000));
    let summary: Summary = loop {
        tokio::select! {
            event = running.events.recv() => match event.context("the load engine ended without a summary")? {
                EngineEvent::Window(window) => bar.set_position(u64::from(window.index + 1)),
                EngineEvent::Done(summary) => break summary,
            },
            _ = tokio::signal::ctrl_c() => running.stop(),
        }
    };
    bar.finish_and_clear();
    running.join().await;
    if json {
        println!("{}", serde_json::to_string_pretty(&summary)?);
    } else {
        print!("{}", brownout_engine::report(&summary));
    }
    let answered: u64 = summary.status.values().sum();
    Ok(if answered > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
