//! The buttons that change something.

use brownout_core::wire::Precondition;
use leptos::{prelude::*, task::spawn_local};

use crate::{app::Alert, live::Live, panel, place::Place};

/// Starts a run and goes to it; says what it waits for, and offers what to do about what does not hold.
#[component]
pub fn RunButton(scenario: String, again: bool) -> impl IntoView {
    let live = expect_context::<Live>();
    let alert = expect_context::<Alert>();
    let asked = RwSignal::new(false);
    let unmet = RwSignal::new(None::<(Precondition, String)>);
    let place = expect_context::<Place>();
    let scenario = StoredValue::new(scenario);
    let start = move |anyway: bool| {
        asked.set(true);
        unmet.set(None);
        alert.0.set(None);
        spawn_local(async move {
            let started = panel::start(&scenario.get_value(), anyway).await;
            asked.try_set(false);
            match started {
                Ok(id) => place.go(&format!("/runs/{id}")),
                Err(problem) => match problem.precondition {
                    Some(precondition) => drop(unmet.try_set(Some((precondition, problem.detail)))),
                    None => alert.0.set(Some(problem.detail)),
                },
            }
        });
    };
    let start = StoredValue::new(start);
    // What was in the way may be gone by now: a deploy has made the working copy live.
    let stack = Memo::new(move |_| live.stack.with(|stack| (stack.build.state, stack.phase)));
    Effect::new(move |before: Option<_>| {
        let now = stack.get();
        if before.is_some_and(|before| before != now) {
            unmet.set(None);
        }
        now
    });
    let says = move || live.waiting.get().map(|waiting| waiting.says).filter(|says| !says.is_empty());
    let label = if again { "Run again" } else { "Run scenario" };
    view! {
        <div class="act">
            <button class="button primary" data-testid="run-button" disabled=move || asked.get()
                on:click=move |_| start.with_value(|start| start(false))>
                {move || if asked.get() { "Starting …" } else { label }}
            </button>
            <span role="status" class="muted">{move || asked.get().then(says).flatten()}</span>
            {move || unmet.get().map(|(precondition, says)| view! {
                <div class="unmet" role="alert">
                    <p>{says}</p>
                    <div class="actions">
                        {(precondition == Precondition::LiveBuild).then(|| view! { <DeployButton /> })}
                        <button class="button" data-testid="anyway-button" on:click=move |_| start.with_value(|start| start(true))>
                            "Run anyway (unranked)"
                        </button>
                    </div>
                </div>
            })}
        </div>
    }
}

/// Stops a run.
#[component]
pub fn StopButton(id: String) -> impl IntoView {
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
}

/// Builds the working copy and makes it live, as `make dev` does.
#[component]
pub fn DeployButton() -> impl IntoView {
    let live = expect_context::<Live>();
    let alert = expect_context::<Alert>();
    let building = move || live.stack.with(|stack| stack.build.state == brownout_core::stack::BuildState::Building);
    let deploy = move |_| {
        alert.0.set(None);
        spawn_local(async move {
            if let Err(problem) = panel::post("/stack/deploy").await {
                alert.0.set(Some(problem.detail));
            }
        });
    };
    view! {
        <button class="button" data-testid="deploy-button" disabled=building on:click=deploy>
            {move || if building() { "Building …" } else { "Rebuild and deploy" }}
        </button>
    }
}
