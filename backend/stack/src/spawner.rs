//! The thread that starts processes.
//!
//! Linux kills a process bound to its parent when the *thread* that started it ends. Threads of an async runtime come
//! and go, so one thread does nothing but this, and lives as long as any process that it started.

use std::{io, thread};

use tokio::{
    process::{Child, Command},
    runtime::Handle,
    sync::{mpsc, oneshot},
};

/// Starts processes; cloning shares the thread, dropping the last clone ends it.
#[derive(Debug, Clone)]
pub(crate) struct Spawner {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    command: Command,
    reply: oneshot::Sender<io::Result<Child>>,
}

impl Spawner {
    /// Starts the thread; the processes' pipes belong to the runtime of `handle`.
    pub(crate) fn start(handle: Handle) -> io::Result<Self> {
        // A caller waits when eight others do.
        let (jobs, mut waiting) = mpsc::channel::<Job>(8);
        thread::Builder::new().name("spawner".to_owned()).spawn(move || {
            let _context = handle.enter();
            while let Some(mut job) = waiting.blocking_recv() {
                // A caller that has left drops the child, which ends it.
                let _ = job.reply.send(job.command.spawn());
            }
        })?;
        Ok(Self { jobs })
    }

    pub(crate) async fn spawn(&self, command: Command) -> io::Result<Child> {
        let (reply, answer) = oneshot::channel();
        let ended = |_| io::Error::other("the thread that starts processes has ended");
        self.jobs.send(Job { command, reply }).await.map_err(|_| ended(()))?;
        answer.await.map_err(|_| ended(()))?
    }
}
