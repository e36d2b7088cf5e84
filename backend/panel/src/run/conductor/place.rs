//! The place of a run that waits to start, and what people want of it meanwhile.

use brownout_core::wire::{LiveItem, Waiting};
use tokio::sync::watch;

use super::{Active, StartError, State};
use crate::app::App;

/// A run that waits for a precondition, and what people want of it meanwhile.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) waiting: Waiting,
    pub(super) wish: watch::Sender<Wish>,
    /// Id of the run that came of it.
    pub(super) became: watch::Sender<Option<String>>,
}

/// What somebody wants of a run that waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::run) enum Wish {
    /// To wait.
    #[default]
    Wait,
    /// To start although a precondition does not hold.
    Go,
    /// Not to start at all.
    Cancel,
}

/// The one place for a run, taken by a run that waits to start.
pub(in crate::run) struct Place<'a> {
    app: &'a App,
    wish: watch::Receiver<Wish>,
    filled: bool,
}

impl<'a> Place<'a> {
    pub(super) fn take(app: &'a App, scenario: &str, wish: Wish) -> Result<Self, StartError> {
        let (sender, wish) = watch::channel(wish);
        let waiting = Waiting { scenario: scenario.to_owned(), says: String::new() };
        let mut state = app.conductor.lock();
        match &*state {
            State::Idle => {
                *state = State::Waiting(Pending { waiting, wish: sender, became: watch::Sender::new(None) });
            }
            State::Waiting(_) => return Err(StartError::Active { run: None }),
            State::Running(active) => return Err(StartError::Active { run: Some(active.run.clone()) }),
        }
        Ok(Place { app, wish, filled: false })
    }

    /// What is wanted of the run now.
    pub(in crate::run) fn wish(&self) -> Wish {
        *self.wish.borrow()
    }

    /// Returns when somebody does not want the run to wait.
    pub(in crate::run) async fn impatient(&self) {
        let mut wish = self.wish.clone();
        // The sender lives as long as this place.
        let _ = wish.wait_for(|wish| *wish != Wish::Wait).await;
    }

    /// Says what the run waits for; the same sentence twice is said once.
    pub(in crate::run) fn says(&self, says: &str) {
        let mut state = self.app.conductor.lock();
        if let State::Waiting(pending) = &mut *state
            && pending.waiting.says != says
        {
            pending.waiting.says = says.to_owned();
            // Under the lock, so that screens hear changes in their order; publishing waits for nobody.
            self.app.feed.publish(LiveItem::Waiting(Some(pending.waiting.clone())));
        }
    }

    /// The run has its place from now on.
    ///
    /// # Errors
    /// When it was called off in the last moment.
    pub(super) fn fill(mut self, active: Active) -> Result<(), StartError> {
        let run = active.run.clone();
        {
            let mut state = self.app.conductor.lock();
            if self.wish() == Wish::Cancel {
                return Err(StartError::CalledOff);
            }
            if let State::Waiting(pending) = std::mem::replace(&mut *state, State::Running(active)) {
                pending.became.send_replace(Some(run));
            }
            self.app.feed.publish(LiveItem::Waiting(None));
        }
        self.filled = true;
        Ok(())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.filled {
            let mut state = self.app.conductor.lock();
            *state = State::Idle;
            self.app.feed.publish(LiveItem::Waiting(None));
        }
    }
}
