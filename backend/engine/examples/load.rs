//! The engine alone: `load <url> <arrivals a second> <seconds> [workers]`. For `benches/compare.sh`.

use brownout_engine::{Bare, EngineEvent, Options, bare_stream, report, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, rate, seconds, workers @ ..] = arguments.as_slice() else {
        return Err("usage: load <url> <arrivals a second> <seconds> [workers]".into());
    };
    let for_us = (seconds.parse::<f64>()? * 1e6) as u64;
    let bare = Bare {
        url: url.clone(),
        method: "GET".to_owned(),
        per_second: rate.parse()?,
        for_us,
        patience_us: 10_000_000,
        most_in_flight: 1_000,
        allow_remote: false,
    };
    let (stream, target) = bare_stream(&bare)?;
    let workers = workers.first().map(|text| text.parse()).transpose()?;
    let mut running = start(vec![stream], for_us, target, Options { workers })?;
    while let Some(event) = running.events.recv().await {
        if let EngineEvent::Done(summary) = event {
            print!("{}", report(&summary));
        }
    }
    running.join().await;
    Ok(())
}
