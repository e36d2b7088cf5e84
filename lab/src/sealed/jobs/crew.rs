//! Who performs the jobs: one task each, begun in the order in which they were submitted.
//!
//! All of them run on one thread with a runtime of its own. Tasks of such a runtime are first polled in the order in
//! which they were spawned, so that whoever came first is also first in line at a semaphore. The tasks end with a reset
//! and with the crew.

use std::{pin::Pin, sync::Arc, thread};

use tokio::{
    runtime::Builder,
    select,
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use super::{Jobs, batch::Ask, book::Refused};
use crate::{
    cases::bulkheads::Pool,
    sealed::{
        job::Job,
        licence::{Failed, Licence},
        order::Receipt,
    },
};

/// Orders that may wait for the crew; who brings more waits, too.
const ORDERS: usize = 256;

/// Performs jobs until the last handle is dropped.
#[derive(Clone)]
pub struct Crew(mpsc::Sender<Order>);

enum Order {
    Submit { id: String, ask: Ask, answer: oneshot::Sender<Result<(), Refused>> },
    Reset { answer: oneshot::Sender<()> },
}

impl Crew {
    /// Starts the crew.
    ///
    /// # Errors
    /// When the system gives it no thread, as a sentence.
    pub fn start(jobs: Jobs) -> Result<Crew, String> {
        let wrong = |error| format!("the jobs cannot be performed: {error}; close other programs and try again");
        let runtime = Builder::new_current_thread().enable_all().build().map_err(wrong)?;
        let (tell, orders) = mpsc::channel(ORDERS);
        let lead = move || runtime.block_on(lead(&jobs, orders));
        thread::Builder::new().name("jobs".to_owned()).spawn(lead).map_err(wrong)?;
        Ok(Crew(tell))
    }

    /// Takes a batch.
    pub async fn submit(&self, id: String, ask: Ask) -> Result<(), Refused> {
        let (answer, answered) = oneshot::channel();
        let gone = || Refused::Full("nobody is left who performs jobs; the log says why".to_owned());
        self.0.send(Order::Submit { id, ask, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Drops what waits, cancels what is being performed, forgets what was.
    pub async fn reset(&self) {
        let (answer, answered) = oneshot::channel();
        // Should the crew be gone, there is nothing to reset.
        if self.0.send(Order::Reset { answer }).await.is_ok() {
            let _ = answered.await;
        }
    }
}

async fn lead(jobs: &Jobs, mut orders: mpsc::Receiver<Order>) {
    let licence = Arc::new(Licence::new(jobs.clone()));
    let mut pool = Arc::new(Pool::new());
    let mut tasks = JoinSet::new();
    loop {
        select! {
            order = orders.recv() => match order {
                Some(Order::Submit { id, ask, answer }) => {
                    let submitted = jobs.book().submit(&id, ask);
                    let submitted = submitted.map(|batch| {
                        for job in batch {
                            let task = Task { jobs: jobs.clone(), job, ended: false };
                            tasks.spawn(task.run(pool.clone(), licence.clone()));
                        }
                    });
                    // The caller may have left.
                    let _ = answer.send(submitted);
                }
                Some(Order::Reset { answer }) => {
                    tasks.shutdown().await;
                    pool = Arc::new(Pool::new());
                    jobs.book().reset();
                    let _ = answer.send(());
                }
                None => return,
            },
            Some(_ended) = tasks.join_next() => {}
        }
    }
}

/// A job with its task. What ends in a panic has failed; what is cancelled leaves no trace.
struct Task {
    jobs: Jobs,
    job: Job,
    ended: bool,
}

impl Task {
    async fn run(mut self, pool: Arc<Pool>, licence: Arc<Licence>) {
        let ended = work(&pool, &self.job, &licence).await;
        self.end(&ended);
    }

    fn end(&mut self, ended: &Result<Receipt, Failed>) {
        self.ended = true;
        self.jobs.book().end(&self.job, ended);
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.ended && thread::panicking() {
            self.end(&Err(Failed("the worker's code panicked; the log says where".to_owned())));
        }
    }
}

/// Boxes the case, so that an edit of it rebuilds the case alone.
fn work<'a>(
    pool: &'a Pool,
    job: &'a Job,
    licence: &'a Licence,
) -> Pin<Box<dyn Future<Output = Result<Receipt, Failed>> + Send + 'a>> {
    Box::pin(pool.work(job, licence))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(jobs: &Jobs, id: &str) -> Task {
        let mut batch = jobs.book().submit(id, Ask { fast: 1, slow: 0 }).unwrap();
        Task { jobs: jobs.clone(), job: batch.remove(0), ended: false }
    }

    #[tokio::test]
    async fn a_job_fails_when_its_code_panics_and_leaves_no_trace_when_it_is_cancelled() {
        let jobs = Jobs::default();
        let (panics, cancelled) = (task(&jobs, "panics"), task(&jobs, "cancelled"));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let _task = panics;
            panic!("index out of bounds");
        });
        assert!(tasks.join_next().await.unwrap().unwrap_err().is_panic());
        tasks.spawn(async move {
            let _task = cancelled;
            std::future::pending().await
        });
        tasks.shutdown().await;
        let seen = |id: &str| {
            let report = serde_json::to_value(jobs.report(id).unwrap()).unwrap();
            (report["failed"].clone(), report["waiting"].clone())
        };
        assert_eq!(seen("panics"), (1.into(), 0.into()));
        assert_eq!(seen("cancelled"), (0.into(), 1.into()));
    }
}
