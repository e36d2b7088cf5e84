//! Arrivals of one worker whose jobs have not ended yet.

use std::{cell::RefCell, collections::HashMap};

use tokio::sync::oneshot;

use crate::{job::Completed, schedule::Arrival};

/// Who waits for which job, by stream and number.
#[derive(Debug, Default)]
pub(crate) struct Waiting(RefCell<HashMap<(usize, u64), oneshot::Sender<Completed>>>);

/// A place among those who wait; given up when it is dropped.
pub(crate) struct Place<'a> {
    waiting: &'a Waiting,
    key: (usize, u64),
    pub(crate) ended: oneshot::Receiver<Completed>,
}

impl Waiting {
    /// From now on the end of this arrival's job is heard, even if it comes before the answer to its request.
    pub(crate) fn place(&self, arrival: &Arrival) -> Place<'_> {
        let (sender, ended) = oneshot::channel();
        let key = (arrival.stream, arrival.n);
        self.0.borrow_mut().insert(key, sender);
        Place { waiting: self, key, ended }
    }

    /// Tells who waits; that nobody does is nothing new, e.g. because patience ran out.
    pub(crate) fn ended(&self, completed: Completed) {
        let waiting = self.0.borrow_mut().remove(&(completed.stream, completed.n));
        if let Some(waiting) = waiting {
            let _ = waiting.send(completed);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.0.borrow_mut().remove(&self.key);
    }
}
