//! One run on a page: followed live when it goes on, fetched when it does not; both folded by the same code.

use brownout_core::{
    fold::Run,
    wire::{Problem, RunDetail, ScenarioView},
};
use leptos::{prelude::*, task::spawn_local};

use crate::{live::Live, panel, parts::replay::Replay};

/// Something that is fetched.
#[derive(Debug, Clone)]
pub enum Fetched<T> {
    /// Not there yet.
    Loading,
    /// There.
    Ready(T),
    /// It cannot be had, for this reason.
    Failed(String),
}

impl<T> From<Result<T, Problem>> for Fetched<T> {
    fn from(fetched: Result<T, Problem>) -> Self {
        match fetched {
            Ok(value) => Fetched::Ready(value),
            Err(problem) => Fetched::Failed(problem.detail),
        }
    }
}

/// A run by its id.
#[derive(Clone, Copy)]
pub struct RunView {
    id: Signal<String>,
    live: Live,
    fetched: RwSignal<Fetched<Run>>,
    /// Whether it is to be replayed.
    replays: StoredValue<bool>,
    /// Shown in place of the run while one replays it.
    pub replay: RwSignal<Option<Replay>>,
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
            replays: StoredValue::new(false),
            replay: RwSignal::new(None),
            detail: RwSignal::new(None),
            scenario: RwSignal::new(None),
            base: RwSignal::new(None),
        };
        // Followed live until another run begins or the panel starts anew; from then on it is fetched.
        let followed = Memo::new(move |_| view.follows());
        Effect::new(move |before: Option<String>| {
            let id = view.id.get();
            view.live.snapshots.track();
            if before.is_some_and(|before| before != id) {
                view.forget();
            }
            if !followed.get() && !view.has_all(&id) {
                view.fetch(id.clone());
            }
            id
        });
        // What belongs to the end of a run is fetched when it has ended; again after a reconnect if it is not there yet.
        let ended = Memo::new(move |_| view.with(|run| run.finished.is_some()).then(|| view.id.get()));
        Effect::new(move || {
            view.live.snapshots.track();
            if let Some(id) = ended.get() {
                view.keep(&id);
                view.fetch_end(id);
            }
        });
        let scenario =
            Memo::new(move |_| view.with(|run| run.started.as_ref().map(|started| started.scenario.id.clone())));
        // The working copy may have been edited: the line of an edit point is asked for anew.
        let working = Memo::new(move |_| view.live.stack.with(|stack| stack.build.working.clone()));
        Effect::new(move || {
            let _ = working.get();
            let Some(id) = scenario.get() else { return };
            spawn_local(async move {
                if let Ok(case) = panel::get(&format!("/scenarios/{id}")).await {
                    view.scenario.try_set(Some(case));
                }
            });
        });
        view
    }

    /// Its id.
    pub fn id(&self) -> String {
        self.id.get()
    }

    /// Looks at the run as it is known now; an empty one while nothing is known.
    pub fn with<T>(&self, look: impl FnOnce(&Run) -> T) -> T {
        if let Some(replay) = self.replay.get() {
            return replay.run.with(look);
        }
        if self.follows() {
            return self.live.run.with(look);
        }
        let id = self.id.get();
        self.fetched.with(|fetched| match fetched {
            Fetched::Ready(run) if is_run(run, &id) => look(run),
            _ => look(&Run::default()),
        })
    }

    /// Whether the live feed tells of this run.
    fn follows(&self) -> bool {
        let id = self.id.get();
        self.live.run.with(|run| is_run(run, &id))
    }

    /// Whether it was fetched to its end.
    fn has_all(&self, id: &str) -> bool {
        self.fetched.with_untracked(
            |fetched| matches!(fetched, Fetched::Ready(run) if is_run(run, id) && run.finished.is_some()),
        )
    }

    /// Keeps what was followed to its end: the next run takes its place in the feed.
    fn keep(self, id: &str) {
        let followed =
            self.live.run.with_untracked(|run| (is_run(run, id) && run.finished.is_some()).then(|| run.clone()));
        if let Some(run) = followed {
            self.fetched.set(Fetched::Ready(run));
        }
    }

    /// Why it cannot be shown.
    pub fn failed(&self) -> Option<String> {
        self.fetched.with(|fetched| match fetched {
            Fetched::Failed(why) => Some(why.clone()),
            _ => None,
        })
    }

    /// Replays the run, or shows it whole again.
    pub fn replay(self, wanted: bool) {
        self.replays.set_value(wanted);
        if !wanted {
            return self.replay.set(None);
        }
        let id = self.id.get_untracked();
        self.fetch_end(id.clone());
        spawn_local(async move {
            match panel::events(&id).await {
                // The page may have been left, or the replay.
                Ok(events) if self.id.try_get_untracked() == Some(id) && self.replays.try_get_value() == Some(true) => {
                    self.replay.set(Some(Replay::of(events)));
                }
                Ok(_) => {}
                Err(problem) => drop(self.fetched.try_set(Fetched::Failed(problem.detail))),
            }
        });
    }

    fn forget(self) {
        self.fetched.set(Fetched::Loading);
        self.detail.set(None);
        self.base.set(None);
    }

    fn fetch(self, id: String) {
        spawn_local(async move {
            let fetched = panel::events(&id).await.map(|events| Run::of(&events));
            if self.id.try_get_untracked() == Some(id) {
                self.fetched.try_set(fetched.into());
            }
        });
    }

    fn fetch_end(self, id: String) {
        let has = self.detail.with_untracked(|detail| detail.as_ref().is_some_and(|detail| detail.id == id));
        if has {
            return;
        }
        spawn_local(async move {
            let Ok(detail) = panel::get::<RunDetail>(&format!("/runs/{id}")).await else { return };
            let base = detail.difference.as_ref().map(|difference| difference.base.clone());
            if self.id.try_get_untracked() != Some(id) {
                return;
            }
            self.detail.try_set(Some(detail));
            if let Some(base) = base {
                self.base.try_set(panel::events(&base).await.ok().map(|events| Run::of(&events)));
            }
        });
    }
}

fn is_run(run: &Run, id: &str) -> bool {
    run.started.as_ref().is_some_and(|started| started.run == id)
}
