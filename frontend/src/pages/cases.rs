//! Home: the cases in order, each with one obvious next action.

use brownout_core::{case::CaseState, quantity::clock, wire::ScenarioView};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    live::Live,
    panel,
    parts::{name::name_question, said::said},
    title::title,
    view::Fetched,
};

/// The page.
pub fn cases() -> AnyView {
    let live = expect_context::<Live>();
    title(|| "Cases".to_owned());
    let cases = RwSignal::new(Fetched::<Vec<ScenarioView>>::Loading);
    // Anew whenever a run begins or ends, when runs were deleted, and after a reconnect.
    let state = Memo::new(move |_| (live.active(), live.greetings(), live.history.get()));
    Effect::new(move || {
        let _ = state.get();
        spawn_local(async move {
            cases.try_set(panel::get("/scenarios").await.into());
        });
    });
    let shown = move || {
        match cases.get() {
        Fetched::Loading => view! { <p class="muted" role="status">"Loading the cases …"</p> }.into_any(),
        Fetched::Failed(why) => view! { <p class="problem" role="alert">{said(&why)}</p> }.into_any(),
        Fetched::Ready(views) if views.is_empty() => {
            view! { <p class="muted">"There is no scenario file without mistakes. Run "<code>"brownout check"</code>"."</p> }.into_any()
        }
        Fetched::Ready(views) => {
            let first_visit = views.iter().all(|view| view.last.is_none());
            view! {
                {if first_visit { first_steps() } else { ().into_any() }}
                <ol class="cases">{views.into_iter().map(|view| row(view, live)).collect::<Vec<_>>()}</ol>
            }
            .into_any()
        }
    }
    };
    view! {
        <h1 class="page-title">"Cases"</h1>
        {name_question()}
        {move || shown()}
    }
    .into_any()
}

fn first_steps() -> AnyView {
    view! {
        <ol class="steps" aria-label="How it works">
            <li><strong>"Run it"</strong>" and watch a real service fail under real load."</li>
            <li><strong>"Find out why"</strong>" and fix the code in your own editor."</li>
            <li><strong>"make dev, run again"</strong>" and see by how much it got better."</li>
        </ol>
    }
    .into_any()
}

fn row(case: ScenarioView, live: Live) -> AnyView {
    let scenario = case.scenario;
    let id = StoredValue::new(scenario.id.clone());
    let href = format!("/cases/{}", scenario.id);
    let running = Memo::new(move |_| {
        live.run.with(|run| {
            let started =
                run.started.as_ref().filter(|started| run.finished.is_none() && started.scenario.id == id.get_value());
            started.map(|started| started.run.clone())
        })
    });
    let state = Memo::new(move |_| live.case(&id.get_value()).map(|case| case.state).unwrap_or_default());
    let spent = move || {
        let planned = clock(u64::from(scenario.minutes) * 60_000_000);
        match live.case_clock_ms(&id.get_value()) {
            0 => planned,
            spent => format!("{} / {planned}", clock(spent * 1_000)),
        }
    };
    let best = case.best.as_ref().and_then(|best| best.score);
    let last = case.last.as_ref().and_then(|last| last.score);
    let score = move |score: Option<u32>| score.map_or("–".to_owned(), |score| score.to_string());
    let link = href.clone();
    let action = move || match (running.get(), state.get()) {
        (Some(run), _) => {
            view! { <a class="button primary" href=format!("/runs/{run}")>"Watch the run"</a> }.into_any()
        }
        (_, CaseState::Completed) => view! { <a class="button" href=link.clone()>"Look again"</a> }.into_any(),
        (_, CaseState::NotStarted) => {
            view! { <a class="button primary" href=link.clone()>"Open the case"</a> }.into_any()
        }
        _ => view! { <a class="button primary" href=link.clone()>"Continue"</a> }.into_any(),
    };
    view! {
        <li class="case">
            <span class="case-number">{scenario.order}</span>
            <div class="case-name">
                <h2><a href=href>{scenario.title.clone()}</a></h2>
                <p class="muted">{scenario.pattern.clone()}</p>
            </div>
            <dl class="case-facts">
                <div class="wide"><dt>"time"</dt><dd class="number">{move || spent()}</dd></div>
                <div class="wide"><dt>"state"</dt><dd>{move || if running.get().is_some() { "running" } else { state.get().says() }}</dd></div>
                <div><dt>"last"</dt><dd class="number">{score(last)}</dd></div>
                <div><dt>"best"</dt><dd class="number">{score(best)}</dd></div>
                <div><dt>"attempts"</dt><dd>{spark(&case.attempts)}</dd></div>
            </dl>
            {move || action()}
        </li>
    }
    .into_any()
}

/// Scores of all attempts, as small bars with their numbers for who reads.
pub fn spark(attempts: &[u32]) -> AnyView {
    const SHOWN: usize = 12;
    let shown = &attempts[attempts.len().saturating_sub(SHOWN)..];
    let words = shown.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let bars = shown.iter().enumerate().map(|(at, score)| {
        let height = (*score).max(4) as f64 / 100.0 * 20.0;
        view! { <rect x=(at * 7).to_string() y=format!("{:.1}", 20.0 - height) width="5" height=format!("{height:.1}") /> }
            .into_any()
    });
    let label = if words.is_empty() { "no attempt yet".to_owned() } else { format!("scores: {words}") };
    view! {
        <svg class="spark" viewBox="0 0 84 20" width="84" height="20" role="img" aria-label=label>{bars.collect::<Vec<_>>()}</svg>
    }
    .into_any()
}
