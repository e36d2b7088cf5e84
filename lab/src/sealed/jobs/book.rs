//! What the worker knows of its jobs.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt::Write,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use super::{
    batch::{Ask, Batch, Report},
    feed::Completions,
};
use crate::sealed::{
    build,
    job::{Job, Kind},
    licence::Failed,
    order::Receipt,
};

/// Jobs that may wait; who brings more is sent away.
const MOST_WAITING: u64 = 20_000;
/// Batches that are remembered; the oldest is forgotten first.
const REMEMBERED: usize = 1_000;

/// Why a batch is not taken.
#[derive(Debug)]
pub enum Refused {
    /// There is one of this id.
    Known(String),
    /// Too many jobs wait.
    Full(String),
}

/// Everything about the jobs; `by kind` is by `Kind as usize`.
#[derive(Default)]
pub(super) struct Book {
    batches: HashMap<String, Batch>,
    /// Ids of the batches, the oldest first.
    ids: VecDeque<String>,
    /// Batches so far that came without an id.
    unnamed: u64,
    /// Jobs so far.
    serial: u64,
    /// When the jobs were submitted that have not begun, by their serial number, by kind.
    waiting: [BTreeMap<u64, Instant>; 2],
    /// Jobs that are being performed, by kind. They outlive a reset until they have ended.
    busy: [u64; 2],
    pub(super) completions: Completions,
}

impl Book {
    /// An id that no batch has had.
    pub(super) fn fresh_id(&mut self) -> String {
        self.unnamed += 1;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        format!("batch-{since}-{}", self.unnamed)
    }

    /// Takes a batch; its jobs are to be performed in this order.
    pub(super) fn submit(&mut self, id: &str, ask: Ask) -> Result<Vec<Job>, Refused> {
        if self.batches.contains_key(id) {
            return Err(Refused::Known(format!("there is a batch `{id}` already")));
        }
        let waiting = self.waiting.iter().map(|jobs| jobs.len() as u64).sum::<u64>();
        if waiting + ask.jobs() > MOST_WAITING {
            let jobs = ask.jobs();
            let why = format!("{waiting} jobs wait and {MOST_WAITING} may; there is no room for {jobs} more");
            return Err(Refused::Full(why));
        }
        if self.ids.len() == REMEMBERED
            && let Some(oldest) = self.ids.pop_front()
        {
            self.batches.remove(&oldest);
        }
        self.ids.push_back(id.to_owned());
        self.batches.insert(id.to_owned(), Batch::new(ask.jobs()));
        let submitted = Instant::now();
        let jobs = (0..).zip(ask.kinds()).map(|(k, kind)| {
            self.serial += 1;
            self.waiting[kind as usize].insert(self.serial, submitted);
            Job { kind, batch: id.to_owned(), k, serial: self.serial, submitted }
        });
        Ok(jobs.collect())
    }

    /// A job is being performed.
    pub(super) fn begin(&mut self, job: &Job) {
        self.waiting[job.kind as usize].remove(&job.serial);
        self.busy[job.kind as usize] += 1;
    }

    /// One job fewer is being performed.
    pub(super) fn rest(&mut self, kind: Kind) {
        self.busy[kind as usize] -= 1;
    }

    /// A job has ended.
    pub(super) fn end(&mut self, job: &Job, ended: &Result<Receipt, Failed>) {
        // It may have failed before it began.
        self.waiting[job.kind as usize].remove(&job.serial);
        if let Some(batch) = self.batches.get_mut(&job.batch) {
            match ended {
                Ok(_) => batch.done(job.kind, job.submitted.elapsed()),
                Err(_) => batch.failed(),
            }
        }
        self.completions.add(job, ended);
    }

    /// Nothing submitted, nothing ended.
    pub(super) fn reset(&mut self) {
        self.batches.clear();
        self.ids.clear();
        self.waiting = Default::default();
        self.completions.clear();
    }

    pub(super) fn report(&self, id: &str) -> Option<Report> {
        self.batches.get(id).map(|batch| batch.report(id))
    }

    pub(super) fn text(&self) -> String {
        let mut text = build::metric();
        let mut gauge = |name: &str, value: f64| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "# TYPE lab_worker_{name} gauge\nlab_worker_{name} {value}");
        };
        for kind in [Kind::Fast, Kind::Slow] {
            let (waiting, word) = (&self.waiting[kind as usize], kind.word());
            let oldest = waiting.first_key_value().map_or(0.0, |(_, submitted)| submitted.elapsed().as_secs_f64());
            gauge(&format!("queued_{word}"), waiting.len() as f64);
            gauge(&format!("busy_{word}"), self.busy[kind as usize] as f64);
            gauge(&format!("oldest_{word}_seconds"), oldest);
        }
        gauge("feeds", self.completions.followers() as f64);
        text
    }
}
