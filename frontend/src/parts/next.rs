//! What to do next with a case: one obvious action by its state, the others beside it.

use brownout_core::{
    case::CaseState,
    stack::BuildState,
    wire::{EditPlace, ScenarioView},
};
use leptos::prelude::*;

use crate::{
    live::Live,
    panel,
    parts::{
        act::{Stands, deploy_button, run_button},
        alert::Alert,
        copy::copy,
        editor::{Spot, open_button},
    },
};

/// Where to change what, a sentence each; the first place is opened by the case's own button.
pub fn places(case: &ScenarioView) -> AnyView {
    let sentence = |(at, place): (usize, &EditPlace)| {
        let word = if at == 0 { "Next: " } else { "Also: " };
        let open = (at > 0).then(|| {
            let spot = Spot { file: place.file.clone(), line: place.line };
            open_button("Open in editor".to_owned(), spot, Stands::beside(), "editor-button-more")
        });
        view! { <p>{word}{place.says.clone()}" in "<code>{of(&place.file, place.line)}</code>" "{open}</p> }.into_any()
    };
    case.edit.iter().enumerate().map(sentence).collect::<Vec<_>>().into_any()
}

/// A path with its line; without one when the marker is gone.
fn of(path: &str, line: u32) -> String {
    if line > 1 { format!("{path}:{line}") } else { path.to_owned() }
}

/// The actions of a case that is not running.
pub fn actions(case: &ScenarioView) -> AnyView {
    let live = expect_context::<Live>();
    let alert = expect_context::<Alert>();
    let id = StoredValue::new(case.scenario.id.clone());
    let state = Memo::new(move |_| live.case(&id.get_value()).map(|case| case.state).unwrap_or_default());
    let stale = Memo::new(move |_| {
        live.stack
            .with(|stack| matches!(stack.build.state, BuildState::Edited | BuildState::Building | BuildState::Failed))
    });
    let over = Memo::new(move |_| {
        let planned = live.case(&id.get_value()).map_or(u64::MAX, |case| u64::from(case.minutes) * 60_000);
        live.case_clock_ms(&id.get_value()) >= planned
    });
    let following = Memo::new(move |_| live.case_after(&id.get_value()));
    let started = move || !matches!(state.get(), CaseState::NotStarted);
    let done = move || state.get() == CaseState::Completed;
    // Before the feed has told of a case there is nothing to be wrong about: it can be run.
    let stands = |shown: Signal<bool>, first: Signal<bool>| Stands { shown, first };
    let is = move |wanted: CaseState| Signal::derive(move || state.get() == wanted);
    // Obvious once all was met; at the end of the row for who gives up when the time is over.
    let met = is(CaseState::Met);
    let late = Signal::derive(move || over.get() && started() && !done() && !met.get());
    let deploying = stands(stale.into(), is(CaseState::Editing));
    let opening = stands(Signal::derive(move || started() && !done()), is(CaseState::BrokenSeen));
    let running = stands(
        Signal::stored(true),
        Signal::derive(move || matches!(state.get(), CaseState::NotStarted | CaseState::Deployed)),
    );
    let busy = RwSignal::new(false);
    let complete = move |stands: Stands| {
        let click = move |_| panel::ask(alert, format!("/cases/{}/complete", id.get_value()), busy);
        view! {
            <button class=stands.class() data-testid="complete-button" hidden=move || !stands.shown.get()
                disabled=move || busy.get() on:click=click>"Mark as completed"</button>
        }
        .into_any()
    };
    let edit = case.edit.first();
    let path = edit.map(|place| of(&place.path, place.line));
    view! {
        <div class="actions">
            {complete(stands(met, met))}
            {move || match (done(), following.get()) {
                (false, _) => ().into_any(),
                (true, Some(next)) => view! { <a class="button primary" href=format!("/cases/{next}")>"Next case"</a> }.into_any(),
                (true, None) => view! { <a class="button primary" href="/leaderboard">"Go to the leaderboard"</a> }.into_any(),
            }}
            {deploy_button(deploying)}
            {edit.map(|place| open_button(
                "Open in editor".to_owned(),
                Spot { file: place.file.clone(), line: place.line },
                opening,
                "editor-button",
            ))}
            {run_button(case.scenario.id.clone(), Signal::derive(started), running)}
            <span class="actions" hidden=move || !opening.shown.get() || met.get()>
                {path.map(|path| copy("Copy path", path))}
                {copy("Copy agent prompt", case.scenario.prompt.clone())}
            </span>
            {complete(stands(late, Signal::stored(false)))}
        </div>
    }
    .into_any()
}
