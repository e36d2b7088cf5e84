//! One case before its run: what will happen, what the stack is doing, one primary button.

use brownout_core::{case::CaseState, quantity::clock, wire::ScenarioView};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    live::Live,
    panel,
    parts::{
        build::build_state,
        case_clock::{case_clock, open_case},
        hints::hints,
        next::{actions, places},
        outline::outline,
        said::said,
        services::services,
    },
    title::title,
    view::Fetched,
};

/// The page.
pub fn case(id: String) -> AnyView {
    let live = expect_context::<Live>();
    let case = RwSignal::new(Fetched::<ScenarioView>::Loading);
    title(move || {
        case.with(|case| match case {
            Fetched::Ready(case) => case.scenario.title.clone(),
            _ => "Case".to_owned(),
        })
    });
    let seen = StoredValue::new(String::new());
    let state =
        Memo::new(move |_| (live.active(), live.greetings(), live.stack.with(|stack| stack.build.working.clone())));
    let scenario = Signal::stored(id.clone());
    open_case(scenario);
    Effect::new(move || {
        let _ = state.get();
        let id = id.clone();
        spawn_local(async move {
            let text = panel::text(&format!("/scenarios/{id}")).await;
            // What has not changed is not shown anew: the focus stays where it is.
            if text.as_ref().ok().is_some_and(|text| seen.try_with_value(|seen| seen == text) != Some(false)) {
                return;
            }
            case.try_set(text.as_ref().map_err(Clone::clone).and_then(|text| panel::read(text)).into());
            seen.try_set_value(text.unwrap_or_default());
        });
    });
    let shown = move || match case.get() {
        Fetched::Loading => view! { <p class="muted" role="status">"Loading the case …"</p> }.into_any(),
        Fetched::Failed(why) => view! {
            <section class="empty">
                <h1>"This case cannot be shown"</h1>
                <p role="alert">{said(&why)}</p>
                <a href="/" class="button primary">"Go to the cases"</a>
            </section>
        }
        .into_any(),
        Fetched::Ready(case) => before(&case, live, scenario),
    };
    view! { {move || shown()} }.into_any()
}

fn before(case: &ScenarioView, live: Live, id: Signal<String>) -> AnyView {
    let scenario = &case.scenario;
    let criteria = scenario.criteria.iter().map(|criterion| {
        let says = format!(
            "{} {} {}, for {} s",
            criterion.says,
            criterion.comparison.sign(),
            criterion.signal.unit().show(criterion.target),
            criterion.hold_s
        );
        view! { <li>{says}</li> }.into_any()
    });
    let last = case.last.as_ref().map(|last| {
        let says = last.score.map_or("Last run".to_owned(), |score| format!("Last run: {score} of 100"));
        view! { <p><a href=format!("/runs/{}", last.id)>{says}</a></p> }.into_any()
    });
    let running = Memo::new(move |_| live.active());
    let state = Memo::new(move |_| live.case(&id.get()).map(|case| case.state).unwrap_or_default());
    let buttons = StoredValue::new(case.clone());
    let act = move || match running.get() {
        Some(run) => view! {
            <div class="actions">
                <a href=format!("/runs/{run}") class="button primary">
                    "Watch the run: "
                    <span class="number">{move || clock(live.run.with(|run| u64::from(run.seconds)) * 1_000_000)}</span>
                </a>
            </div>
        }
        .into_any(),
        None => buttons.with_value(actions),
    };
    view! {
        <div class="case-page">
            <section class="panel story">
                <p class="crumb">
                    <a href="/">"Cases"</a>" / "{scenario.order}
                    <span class="case-state"><span class="tag">{move || state.get().says()}</span>{case_clock(id)}</span>
                </p>
                <h1>{scenario.title.clone()}</h1>
                <p class="lead">{scenario.story.trim().to_owned()}</p>
                {outline(scenario)}
                <p class="muted">{move || next(state.get())}</p>
                {move || act()}
                {last}
            </section>
            <div class="column">
                <section class="panel">
                    <h2>"What must hold"</h2>
                    <ul class="plain">{criteria.collect::<Vec<_>>()}</ul>
                </section>
                {hints(id)}
                {case.last.is_some().then(|| view! { <section class="panel"><h2>"Where to change it"</h2>{places(case)}</section> }.into_any())}
                <section class="panel">
                    <h2>"Build"</h2>
                    {build_state()}
                </section>
                <section class="panel">
                    <h2>"Services"</h2>
                    {services()}
                </section>
            </div>
        </div>
    }
    .into_any()
}

/// What the state asks for, in a sentence.
fn next(state: CaseState) -> &'static str {
    match state {
        CaseState::NotStarted => "Nothing has run yet. The first run shows the problem.",
        CaseState::BrokenSeen => "It was seen to fail. Change the code, then run again.",
        CaseState::Editing => "The code was changed. Make it live, then run again.",
        CaseState::Deployed => "The change is live. Run again to see by how much it got better.",
        CaseState::Met => "All criteria were met. Say that the case is done, or try for more points.",
        CaseState::Completed => "This case is done; its clock stands still.",
    }
}
