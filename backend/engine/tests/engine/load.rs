//! Streams to load with, and what a run of them gave.

use std::time::Duration;

use brownout_core::{
    arrival::{Arrivals, Segment},
    outcome::Outcome,
    scenario::Stream,
    window::{StreamWindow, Window},
};
use brownout_engine::{EngineEvent, Options, Running, Summary, Target, start};

/// A stream of `GET /` at a constant rate from the first instant.
pub(crate) fn stream(per_second: f64, for_us: u64) -> Stream {
    Stream {
        name: "quotes".to_owned(),
        method: "GET".to_owned(),
        target: "api".to_owned(),
        path: "/".to_owned(),
        arrivals: Arrivals {
            segments: vec![Segment::Constant { from_us: 0, to_us: for_us, per_second }],
            poisson_seed: None,
        },
        patience_us: 5_000_000,
        right_within_us: 1_000_000,
        body: None,
        receipt: None,
        completion: None,
        degraded_header: None,
        most_in_flight: 1_000,
        requests_per_connection: None,
    }
}

/// `count` arrivals at the first instant.
pub(crate) fn burst(count: u32) -> Stream {
    let mut stream = stream(1.0, 1);
    stream.arrivals.segments = vec![Segment::Burst { at_us: 0, count }];
    stream
}

pub(crate) fn target(url: &str) -> Target {
    Target { api: url.to_owned(), run: "test".to_owned(), ..Target::default() }
}

/// A whole run.
pub(crate) struct Run {
    pub(crate) windows: Vec<Window>,
    pub(crate) summary: Summary,
}

/// Runs streams to the end of their plan.
pub(crate) async fn run(streams: Vec<Stream>, target: Target) -> Run {
    run_with(streams, target, Options::default()).await
}

pub(crate) async fn run_with(streams: Vec<Stream>, target: Target, options: Options) -> Run {
    let end_us = streams.iter().map(|stream| stream.arrivals.end_us()).max().unwrap_or(0) + 1;
    finish(start(streams, end_us, target, options).unwrap()).await
}

/// Follows a run to its end.
pub(crate) async fn finish(mut running: Running) -> Run {
    let mut windows = Vec::new();
    let summary = loop {
        let event = tokio::time::timeout(Duration::from_secs(60), running.events.recv()).await.unwrap();
        match event.expect("a summary before the end of events") {
            EngineEvent::Window(window) => windows.push(window),
            EngineEvent::Done(summary) => break summary,
        }
    };
    assert!(running.events.recv().await.is_none(), "the summary is the last event");
    running.join().await;
    let run = Run { windows, summary };
    run.is_consistent();
    run
}

impl Run {
    pub(crate) fn outcome(&self, outcome: Outcome) -> u64 {
        self.summary.outcomes[outcome.index()]
    }

    /// The windows of all streams.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &StreamWindow> {
        self.windows.iter().flat_map(|window| window.streams.values())
    }

    /// What holds for every run: windows without gaps, and no arrival lost between them and the summary.
    fn is_consistent(&self) {
        assert!(self.windows.iter().enumerate().all(|(at, window)| window.index as usize == at), "windows have gaps");
        let ended: u64 = self.parts().flat_map(|part| &part.cells).map(|cell| cell.count()).sum();
        assert_eq!(ended, self.summary.outcomes.iter().sum::<u64>());
        assert_eq!(self.parts().map(|part| u64::from(part.scheduled)).sum::<u64>(), self.summary.scheduled);
        assert_eq!(self.parts().map(|part| u64::from(part.sent)).sum::<u64>(), self.summary.sent);
        assert_eq!(self.summary.scheduled, ended + self.summary.unsettled());
        assert!(self.windows.iter().all(|window| window.gauges.is_empty()));
    }
}
