//! Something of the hub that a page shows and asks for again and again.

use brownout_core::wire::Problem;
use leptos::{prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;

use crate::{hub::call, view::Fetched};

/// What was answered last. Cheap to copy.
#[derive(Debug)]
pub struct Asked<T: 'static> {
    /// What is shown: it stays where a later question fails, and it is not told anew where the answer is the same.
    pub shown: RwSignal<Fetched<T>>,
    /// Why the last question has no answer.
    pub failed: RwSignal<Option<String>>,
    /// Whether the last question has no answer yet.
    pub busy: RwSignal<bool>,
    /// Number of the last question: answers to those before are too late.
    last: StoredValue<u32>,
}

impl<T> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Asked<T> {}

impl<T: DeserializeOwned + PartialEq + Send + Sync> Asked<T> {
    /// Nothing was asked yet.
    pub fn new() -> Self {
        Asked {
            shown: RwSignal::new(Fetched::Loading),
            failed: RwSignal::new(None),
            busy: RwSignal::new(false),
            last: StoredValue::new(0),
        }
    }

    /// Asks.
    pub fn ask(self, path: String) {
        self.last.update_value(|last| *last += 1);
        let own = self.last.get_value();
        self.busy.set(true);
        spawn_local(async move {
            let answer = call::get(&path).await;
            if self.last.try_get_value() == Some(own) {
                self.busy.set(false);
                self.take(answer);
            }
        });
    }

    fn take(self, answer: Result<T, Problem>) {
        match answer {
            Ok(value) => {
                self.failed.set(None);
                let same = |shown: &Fetched<T>| matches!(shown, Fetched::Ready(known) if *known == value);
                if !self.shown.with_untracked(same) {
                    self.shown.set(Fetched::Ready(value));
                }
            }
            Err(problem) => {
                self.failed.set(Some(problem.detail.clone()));
                if !self.shown.with_untracked(|shown| matches!(shown, Fetched::Ready(_))) {
                    self.shown.set(Fetched::Failed(problem.detail));
                }
            }
        }
    }
}

impl<T: DeserializeOwned + PartialEq + Send + Sync> Default for Asked<T> {
    fn default() -> Self {
        Asked::new()
    }
}
