//! One case before its run: what will happen, what the stack is doing, one primary button.

use brownout_core::{quantity::clock, wire::ScenarioView};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    live::Live,
    panel,
    parts::{act::RunButton, build::BuildState, next::Next, outline::Outline, services::Services},
    view::Fetched,
};

/// The page.
pub fn case(id: String) -> AnyView {
    let live = expect_context::<Live>();
    let case = RwSignal::new(Fetched::<ScenarioView>::Loading);
    let state =
        Memo::new(move |_| (live.active(), live.snapshots.get(), live.stack.with(|stack| stack.build.working.clone())));
    Effect::new(move || {
        state.track();
        let id = id.clone();
        spawn_local(async move {
            case.try_set(panel::get(&format!("/scenarios/{id}")).await.into());
        });
    });
    let shown = move || match case.get() {
        Fetched::Loading => view! { <p class="muted" role="status">"Loading the case …"</p> }.into_any(),
        Fetched::Failed(why) => view! {
            <section class="empty">
                <h1>"This case cannot be shown"</h1>
                <p role="alert">{why}</p>
                <a href="/" class="button primary">"Go to the cases"</a>
            </section>
        }
        .into_any(),
        Fetched::Ready(case) => before(case, live).into_any(),
    };
    view! { {move || shown()} }.into_any()
}

fn before(case: ScenarioView, live: Live) -> impl IntoView {
    let scenario = case.scenario.clone();
    let id = scenario.id.clone();
    let again = case.last.is_some();
    let last = case.last.clone();
    let story = scenario.story.trim().to_owned();
    let criteria = scenario.criteria.clone();
    let running = Memo::new(move |_| live.active());
    view! {
        <div class="case-page">
            <section class="panel story">
                <p class="crumb"><a href="/">"Cases"</a>" / "{scenario.order}</p>
                <h1>{scenario.title.clone()}</h1>
                <p class="lead">{story}</p>
                <Outline scenario=scenario.clone() />
                {(!again).then(|| view! { <p class="muted">"Nothing has run yet. The first run shows the problem."</p> })}
                <div class="actions">
                    {move || match running.get() {
                        Some(id) => view! { <a href=format!("/runs/{id}") class="button primary">
                            "Watch the run: "<span class="number">{move || clock(live.run.with(|run| u64::from(run.seconds)) * 1_000_000)}</span>
                        </a> }.into_any(),
                        None => view! { <RunButton scenario=id.clone() again=again /> }.into_any(),
                    }}
                    {last.map(|last| view! {
                        <a href=format!("/runs/{}", last.id) class="button">
                            {match last.score {
                                Some(score) => format!("Last run: {score} of 100"),
                                None => "Last run".to_owned(),
                            }}
                        </a>
                    })}
                </div>
            </section>
            <div class="column">
                <section class="panel">
                    <h2>"What must hold"</h2>
                    <ul class="plain">
                        {criteria.into_iter().map(|criterion| view! {
                            <li>{format!(
                                "{} {} {}, for {} s",
                                criterion.says,
                                criterion.comparison.sign(),
                                criterion.signal.unit().show(criterion.target),
                                criterion.hold_s
                            )}</li>
                        }).collect_view()}
                    </ul>
                </section>
                <section class="panel">
                    <h2>"Services"</h2>
                    <Services />
                </section>
                <section class="panel">
                    <h2>"Build"</h2>
                    <BuildState />
                </section>
                {case.last.is_some().then(|| view! { <section class="panel"><h2>"Where to look"</h2><Next case=case.clone() /></section> })}
            </div>
        </div>
    }
}
