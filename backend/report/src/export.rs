//! A run for other tools: CSV for spreadsheets, the log of HdrHistogram for its plotters.

use std::time::{Duration, SystemTime};

use brownout_core::{
    fold::Run,
    latency::{Latencies, upper_us},
    outcome::Outcome,
    window::WINDOW_US,
};
use hdrhistogram::{
    Histogram,
    serialization::{V2DeflateSerializer, interval_log::IntervalLogWriterBuilder},
};

use crate::record::Record;

/// Why a run cannot be exported.
#[derive(Debug, thiserror::Error)]
#[error("the run cannot be exported: {0}")]
pub struct ExportError(String);

impl ExportError {
    pub(crate) fn of(error: impl std::fmt::Debug) -> Self {
        ExportError(format!("{error:?}"))
    }
}

/// The seconds of a run, a row each: what was due, how it ended, percentiles in µs, statuses and gauges.
///
/// # Errors
/// When the rows cannot be written.
pub fn csv(record: &Record) -> Result<Vec<u8>, ExportError> {
    let mut statuses: Vec<u16> = record.seconds.iter().flat_map(|second| second.statuses.keys().copied()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let mut gauges: Vec<&String> = record.seconds.iter().flat_map(|second| second.gauges.keys()).collect();
    gauges.sort_unstable();
    gauges.dedup();
    let mut table = csv::Writer::from_writer(Vec::new());
    let fixed = ["second", "scheduled", "sent"].map(str::to_owned).into_iter();
    let outcomes = Outcome::ALL.map(|outcome| outcome.word().replace(' ', "_"));
    let more = ["in_flight", "p50_us", "p95_us", "p99_us"].map(str::to_owned);
    let heads = fixed.chain(outcomes).chain(more).chain(statuses.iter().map(|status| format!("http_{status}")));
    table.write_record(heads.chain(gauges.iter().map(|name| (*name).clone()))).map_err(ExportError::of)?;
    for second in &record.seconds {
        let s = second;
        let counts = [
            u64::from(s.second),
            s.scheduled,
            s.sent,
            s.ok,
            s.degraded,
            s.rejected,
            s.failed,
            s.timed_out,
            s.invalid,
            s.dropped,
            s.in_flight,
        ];
        let times = [s.p50_us, s.p95_us, s.p99_us].map(|us| us.map_or(String::new(), |us| us.to_string()));
        let codes = statuses.iter().map(|status| s.statuses.get(status).copied().unwrap_or(0).to_string());
        let read = gauges.iter().map(|name| s.gauges.get(*name).map_or(String::new(), f64::to_string));
        let row = counts.into_iter().map(|count| count.to_string()).chain(times).chain(codes).chain(read);
        table.write_record(row).map_err(ExportError::of)?;
    }
    table.into_inner().map_err(ExportError::of)
}

/// Latencies of all scheduled arrivals by the second in which they were due, as a log of HdrHistogram (version 2,
/// values in µs): a histogram a second and stream, tagged with the name of the stream.
///
/// # Errors
/// When a histogram cannot be written.
pub fn hdr(run: &Run) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let began = SystemTime::UNIX_EPOCH + Duration::from_millis(run.started_ms);
    let mut log = IntervalLogWriterBuilder::new()
        .add_comment("latencies in microseconds from the intended instant, of all scheduled arrivals")
        .with_start_time(began)
        .with_base_time(began)
        // The readers' convention is a value a million times smaller: seconds.
        .with_max_value_divisor(1e6)
        .begin_log_with(&mut bytes, &mut serializer)
        .map_err(ExportError::of)?;
    for second in 0..run.seconds {
        for stream in run.streams.keys() {
            let all = run.latencies_due(Some(stream), second);
            let Some(tag) = hdrhistogram::serialization::interval_log::Tag::new(stream) else {
                return Err(ExportError(format!("the stream `{stream}` has a name that a log cannot carry")));
            };
            if !all.is_empty() {
                let start = Duration::from_micros(u64::from(second) * WINDOW_US);
                log.write_histogram(&histogram(&all)?, start, Duration::from_micros(WINDOW_US), Some(tag))
                    .map_err(ExportError::of)?;
            }
        }
    }
    drop(log);
    Ok(bytes)
}

fn histogram(latencies: &Latencies) -> Result<Histogram<u64>, ExportError> {
    // Three figures, as the buckets have.
    let mut histogram = Histogram::new(3).map_err(ExportError::of)?;
    for (bucket, count) in latencies.pairs() {
        histogram.record_n(upper_us(*bucket).max(1), u64::from(*count)).map_err(ExportError::of)?;
    }
    Ok(histogram)
}
