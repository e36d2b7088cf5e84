//! A batch of jobs: what is asked for, and how far it is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sealed::job::Kind;

/// Jobs that a batch may have.
const MOST: u64 = 10_000;

/// What `POST /batches` takes.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// Fast jobs; they come first.
    pub fast: u64,
    /// Slow jobs.
    pub slow: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAsk {
    fast: Option<u64>,
    slow: Option<u64>,
}

impl Ask {
    /// Reads a body.
    ///
    /// # Errors
    /// When it asks for no job, for too many or for something else, as a sentence.
    pub fn parse(body: &[u8]) -> Result<Ask, String> {
        let like = "a batch is like {\"fast\": 3, \"slow\": 1}";
        let raw: RawAsk = serde_json::from_slice(body).map_err(|error| format!("{like}: {error}"))?;
        let RawAsk { fast, slow } = raw;
        if fast.is_none() && slow.is_none() {
            return Err(format!("{like}: there is neither `fast` nor `slow`"));
        }
        let ask = Ask { fast: fast.unwrap_or(0), slow: slow.unwrap_or(0) };
        match ask.fast.saturating_add(ask.slow) {
            0 => Err(format!("{like}: it has at least one job")),
            1..=MOST => Ok(ask),
            jobs => Err(format!("{jobs} jobs are too many for a batch; it may have {MOST}")),
        }
    }

    /// The kinds of its jobs, in order.
    pub(super) fn kinds(self) -> impl Iterator<Item = Kind> {
        (0..self.fast).map(|_| Kind::Fast).chain((0..self.slow).map(|_| Kind::Slow))
    }

    /// Jobs in all.
    pub fn jobs(self) -> u64 {
        self.fast + self.slow
    }
}

/// A batch that was submitted.
#[derive(Default)]
pub(super) struct Batch {
    total: u64,
    failed: u64,
    /// How long the jobs that are done took, from their submission, by kind.
    took: [Vec<Duration>; 2],
}

impl Batch {
    pub(super) fn new(total: u64) -> Self {
        Batch { total, ..Batch::default() }
    }

    pub(super) fn done(&mut self, kind: Kind, took: Duration) {
        self.took[kind as usize].push(took);
    }

    pub(super) fn failed(&mut self) {
        self.failed += 1;
    }

    pub(super) fn report(&self, batch_id: &str) -> Report {
        let [fast, slow] = [&self.took[0], &self.took[1]].map(|took| KindReport::of(took));
        let done = fast.done + slow.done;
        let (total, failed) = (self.total, self.failed);
        Report { batch_id: batch_id.to_owned(), total, done, failed, waiting: total - done - failed, fast, slow }
    }
}

/// What `GET /batches/{id}` answers.
#[derive(Debug, Serialize)]
pub struct Report {
    batch_id: String,
    total: u64,
    done: u64,
    failed: u64,
    /// Neither done nor failed yet.
    waiting: u64,
    fast: KindReport,
    slow: KindReport,
}

/// The jobs of one kind that are done. Times count from the submission, so the wait is part of them.
#[derive(Debug, Serialize)]
struct KindReport {
    done: u64,
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
}

impl KindReport {
    fn of(took: &[Duration]) -> Self {
        let mut sorted = took.to_vec();
        sorted.sort_unstable();
        let percentile = |p| percentile(&sorted, p).map(|took| (took.as_secs_f64() * 1e4).round() / 10.0);
        KindReport { done: sorted.len() as u64, p50_ms: percentile(50), p95_ms: percentile(95) }
    }
}

/// The smallest value that at least `p` % of the values do not exceed (nearest rank).
fn percentile(sorted: &[Duration], p: usize) -> Option<Duration> {
    let rank = (sorted.len() * p).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let ms = |ms: &[u64]| ms.iter().map(|ms| Duration::from_millis(*ms)).collect::<Vec<_>>();
        let both = |took: &[u64]| {
            let report = KindReport::of(&ms(took));
            (report.done, report.p50_ms, report.p95_ms)
        };
        assert_eq!(both(&[]), (0, None, None));
        assert_eq!(both(&[7]), (1, Some(7.0), Some(7.0)));
        let hundred: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(both(&hundred), (100, Some(50.0), Some(95.0)));
    }
}
