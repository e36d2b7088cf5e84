//! The worker's jobs: what was submitted, what became of it, and who performs it.

mod batch;
mod book;
mod crew;
mod feed;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::job::{Job, Kind};

pub use batch::{Ask, Report};
pub use book::Refused;
pub use crew::Crew;
pub use feed::follow;

use book::Book;

/// What everybody who deals with jobs shares. The lock is held for a few lines and never across an await.
#[derive(Clone, Default)]
pub struct Jobs(Arc<Mutex<Book>>);

impl Jobs {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a job is being performed, until the guard is dropped.
    pub(super) fn begin(&self, job: &Job) -> Busy {
        self.book().begin(job);
        Busy { jobs: self.clone(), kind: job.kind }
    }

    /// How far a batch is, if it is one of the latest.
    pub fn report(&self, batch: &str) -> Option<Report> {
        self.book().report(batch)
    }

    /// An id for a batch that came without one.
    pub fn fresh_id(&self) -> String {
        self.book().fresh_id()
    }

    /// The jobs as metrics.
    pub fn text(&self) -> String {
        self.book().text()
    }
}

/// A job that is being performed.
pub(super) struct Busy {
    jobs: Jobs,
    kind: Kind,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.jobs.book().rest(self.kind);
    }
}
