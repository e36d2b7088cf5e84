//! Case 3, bulkheads: the worker performs jobs. A fast one takes 10 ms, a slow one takes a second.
//!
//! The service that performs them sold us a licence for ten sessions: it refuses an eleventh job at the same time.
//! Run the scenario, watch who waits for whom when many slow jobs come at once, then look for the LAB marker.

// `Kind` is imported for you; a fix needs nothing else.
#![allow(unused_imports)]

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::{sync::Semaphore, task::yield_now};

use crate::sealed::{
    job::{Job, Kind},
    licence::{Failed, Licence},
    order::Receipt,
};

/// Places for jobs. A job that finds none free waits in line: who came first goes first.
pub struct Pool {
    all: Semaphore,
    fast_waiting: AtomicUsize,
}

impl Pool {
    /// A pool of which every place is free.
    pub fn new() -> Self {
        Pool { all: Semaphore::new(10), fast_waiting: AtomicUsize::new(0) }
    }

    /// Performs one job; this is called for many jobs at once. A permit gives its place back at the end of the function.
    pub async fn work(&self, job: &Job, licence: &Licence) -> Result<Receipt, Failed> {
        let _permit = match job.kind {
            Kind::Fast => {
                self.fast_waiting.fetch_add(1, SeqCst);
                let permit = self.all.acquire().await;
                self.fast_waiting.fetch_sub(1, SeqCst);
                permit?
            }
            // A slow job lets every fast one go first.
            Kind::Slow => loop {
                let permit = self.all.acquire().await?;
                if self.fast_waiting.load(SeqCst) == 0 {
                    break permit;
                }
                drop(permit);
                yield_now().await;
            },
        };
        licence.perform(job).await
    }
}
