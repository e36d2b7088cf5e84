//! Case 3, bulkheads: the worker performs jobs. A fast one takes 10 ms, a slow one takes a second.
//!
//! The service that performs them sold us a licence for ten sessions: it refuses an eleventh job at the same time.
//! Run the scenario, watch who waits for whom when many slow jobs come at once, then look for the LAB marker.

// `Kind` is imported for you; a fix needs nothing else.
#![allow(unused_imports)]

use tokio::sync::Semaphore;

use crate::sealed::{
    job::{Job, Kind},
    licence::{Failed, Licence},
    order::Receipt,
};

/// Places for jobs, apart by kind. A job that finds none of its kind free waits in line: who came first goes first.
pub struct Pool {
    fast: Semaphore,
    slow: Semaphore,
}

impl Pool {
    /// A pool of which every place is free.
    pub fn new() -> Self {
        Pool { fast: Semaphore::new(4), slow: Semaphore::new(6) }
    }

    /// Performs one job; this is called for many jobs at once. A permit gives its place back at the end of the function.
    pub async fn work(&self, job: &Job, licence: &Licence) -> Result<Receipt, Failed> {
        let places = match job.kind {
            Kind::Fast => &self.fast,
            Kind::Slow => &self.slow,
        };
        let _permit = places.acquire().await?;
        licence.perform(job).await
    }
}
