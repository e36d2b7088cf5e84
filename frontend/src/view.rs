//! One run on a page: followed live when it goes on, fetched when it does not; both folded by the same code.

use brownout_core::{
    fold::Run,
    wire::{RunDetail, ScenarioView},
};
use leptos::{prelude::*, task::spawn_local};

use crate::{live::Live, panel};

/// Something that is fetched.
#[derive(Debug, Clone, PartialEq)]
pub enum Fetched<T> {
    /// Not there yet.
    Loading,
    /// There.
    Ready(T),
    /// It cannot be had, for this reason.
    Failed(String),
}

/// A run by its id.
#[derive(Clone, Copy)]
pub struct RunView {
    id: Signal<String>,
    live: Live,
    fetched: RwSignal<Fetched<Run>>,
    /// Verdict and difference, once it has ended.
    pub detail: RwSignal<Option<RunDetail>>,
    /// The scenario with its edit points.
    pub scenario: RwSignal<Option<ScenarioView>>,
    /// The run that it is set against.
    pub base: RwSignal<Option<Run>>,
}

impl RunView {
    /// Shows the run with this id.
    pub fn new(id: Signal<String>, live: Live) -> Self {
        let view = RunView {
            id,
            live,
            fetched: RwSignal::new(Fetched::Loading),
            detail: RwSignal::new(None),
            scenario: RwSignal::new(None),
            base: RwSignal::new(None),
        };
        Effect::new(move || view.fetch());
        // What belongs to the end of a run is fetched when it has ended.
        let ended = Memo::new(move |_| view.with(|run| run.finished.is_some()).then(|| view.id.get()));
        Effect::new(move || view.fetch_end(ended.get()));
        let scenario =
            Memo::new(move |_| view.with(|run| run.started.as_ref().map(|started| started.scenario.id.clone())));
        Effect::new(move || {
            let Some(id) = scenario.get() else { return };
            // The working copy may have been edited: the line of an edit point is asked for anew.
            view.live.stack.with(|stack| stack.build.working.clone());
            spawn_local(async move { view.scenario.set(panel::get(&format!("/scenarios/{id}")).await.ok()) });
        });
        view
    }

    /// Its id.
    pub fn id(&self) -> String {
        self.id.get()
    }

    /// Looks at the run as it is known now.
    pub fn with<T>(&self, look: impl FnOnce(&Run) -> T) -> T {
        let id = self.id.get();
        if self.live.run.with(|run| run.started.as_ref().is_some_and(|started| started.run == id)) {
            return self.live.run.with(look);
        }
        self.fetched.with(|fetched| match fetched {
            Fetched::Ready(run) => look(run),
            _ => look(&Run::default()),
        })
    }

    /// Why it cannot be shown.
    pub fn failed(&self) -> Option<String> {
        self.fetched.with(|fetched| match fetched {
            Fetched::Failed(why) => Some(why.clone()),
            _ => None,
        })
    }

    fn fetch(self) {
        let id = self.id.get();
        self.live.snapshots.track();
        self.detail.set(None);
        self.base.set(None);
        spawn_local(async move {
            let fetched = match panel::run(&id).await {
                Ok(run) => Fetched::Ready(run),
                Err(problem) => Fetched::Failed(problem.detail),
            };
            if self.id.get_untracked() == id {
                self.fetched.set(fetched);
            }
        });
    }

    fn fetch_end(self, ended: Option<String>) {
        let Some(id) = ended else { return };
        spawn_local(async move {
            let Ok(detail) = panel::get::<RunDetail>(&format!("/runs/{id}")).await else { return };
            let base = detail.difference.as_ref().map(|difference| difference.base.clone());
            if self.id.get_untracked() != id {
                return;
            }
            self.detail.set(Some(detail));
            if let Some(base) = base {
                self.base.set(panel::run(&base).await.ok());
            }
        });
    }
}
