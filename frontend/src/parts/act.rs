//! The buttons that change something.

use brownout_core::stack::BuildState;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    live::Live,
    panel,
    parts::{alert::Alert, said::said},
    place::Place,
};

/// How a button of several stands among them.
#[derive(Clone, Copy)]
pub struct Stands {
    /// Whether it is there.
    pub shown: Signal<bool>,
    /// Whether it is the obvious one.
    pub first: Signal<bool>,
}

impl Stands {
    /// There, beside others.
    pub fn beside() -> Self {
        Stands { shown: Signal::stored(true), first: Signal::stored(false) }
    }

    /// Its class.
    pub fn class(self) -> impl Fn() -> &'static str + Send + Clone + 'static {
        move || if self.first.get() { "button primary" } else { "button" }
    }
}

/// Starts a run and goes to it; says what does not hold, and offers what to do about it.
pub fn run_button(scenario: String, again: Signal<bool>, stands: Stands) -> AnyView {
    let live = expect_context::<Live>();
    let asked = RwSignal::new(false);
    let unmet = RwSignal::new(None::<String>);
    let start = Starter::new(scenario);
    let go = move |anyway: bool| {
        unmet.set(None);
        start.start(anyway, asked, unmet);
    };
    // What was in the way may be gone by now: a deploy has made the working copy live.
    let stack = Memo::new(move |_| live.stack.with(|stack| (stack.build.state, stack.phase)));
    Effect::new(move |before: Option<_>| {
        let now = stack.get();
        if before.is_some_and(|before| before != now) {
            unmet.set(None);
        }
        now
    });
    view! {
        <button class=stands.class() data-testid="run-button" hidden=move || !stands.shown.get()
            disabled=move || asked.get() on:click=move |_| go(false)>
            {move || match (asked.get(), again.get()) {
                (true, _) => "Starting …",
                (_, true) => "Run again",
                _ => "Run scenario",
            }}
        </button>
        {move || match unmet.get() {
            None => ().into_any(),
            Some(says) => view! {
                <div class="unmet" role="alert">
                    <p>{said(&says)}</p>
                    <div class="actions">
                        <button class="button" data-testid="anyway-button" on:click=move |_| go(true)>"Run anyway (unranked)"</button>
                    </div>
                </div>
            }.into_any(),
        }}
    }
    .into_any()
}

/// Starts runs of one scenario.
#[derive(Clone, Copy)]
pub struct Starter {
    alert: Alert,
    place: Place,
    scenario: StoredValue<String>,
}

impl Starter {
    /// For this scenario.
    pub fn new(scenario: String) -> Self {
        Starter { alert: expect_context(), place: expect_context(), scenario: StoredValue::new(scenario) }
    }

    /// Starts a run, or hurries the one that waits, and goes to it.
    pub fn start(self, anyway: bool, asked: RwSignal<bool>, unmet: RwSignal<Option<String>>) {
        asked.set(true);
        self.alert.0.set(None);
        let scenario = self.scenario.get_value();
        spawn_local(async move {
            let started = panel::start(&scenario, anyway).await;
            asked.try_set(false);
            match started {
                Ok(id) => self.place.go(&format!("/runs/{id}")),
                // Who called it off knows.
                Err(problem) if problem.kind == "called-off" => {}
                Err(problem) if problem.precondition.is_some() => drop(unmet.try_set(Some(problem.detail))),
                Err(problem) => self.alert.0.set(Some(problem.detail)),
            }
        });
    }
}

/// Stops a run.
pub fn stop_button(id: String) -> AnyView {
    let alert = expect_context::<Alert>();
    let asked = RwSignal::new(false);
    let stop = move |_| {
        asked.set(true);
        let path = format!("/runs/{id}/stop");
        spawn_local(async move {
            if let Err(problem) = panel::post(&path).await {
                asked.try_set(false);
                alert.0.set(Some(problem.detail));
            }
        });
    };
    view! {
        <button class="button danger" data-testid="stop-button" disabled=move || asked.get() on:click=stop>
            <span aria-hidden="true" class="square"></span>
            {move || if asked.get() { "Stopping …" } else { "Stop" }}
        </button>
    }
    .into_any()
}

/// Builds the working copy and makes it live, as `make dev` does.
pub fn deploy_button(stands: Stands) -> AnyView {
    let live = expect_context::<Live>();
    let alert = expect_context::<Alert>();
    let busy = RwSignal::new(false);
    let building = Memo::new(move |_| live.stack.with(|stack| stack.build.state == BuildState::Building));
    view! {
        <button class=stands.class() data-testid="deploy-button" hidden=move || !stands.shown.get()
            disabled=move || building.get() || busy.get() on:click=move |_| panel::ask(alert, "/stack/deploy".to_owned(), busy)>
            {move || if building.get() { "Building …" } else { "Rebuild and deploy" }}
        </button>
    }
    .into_any()
}

/// A button that asks the panel for one thing.
pub fn ask_button(label: &'static str, id: &'static str, path: &'static str) -> AnyView {
    let alert = expect_context::<Alert>();
    let busy = RwSignal::new(false);
    view! {
        <button class="button" data-testid=id disabled=move || busy.get() on:click=move |_| panel::ask(alert, path.to_owned(), busy)>
            {label}
        </button>
    }
    .into_any()
}
