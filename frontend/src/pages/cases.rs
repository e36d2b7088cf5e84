//! Home: the cases in order, each with one obvious next action.

use brownout_core::wire::ScenarioView;
use leptos::{prelude::*, task::spawn_local};

use crate::{live::Live, panel, view::Fetched};

/// The page.
pub fn cases() -> AnyView {
    let live = expect_context::<Live>();
    let cases = RwSignal::new(Fetched::<Vec<ScenarioView>>::Loading);
    // Anew whenever a run begins or ends, and after a reconnect.
    let state = Memo::new(move |_| (live.active(), live.snapshots.get()));
    Effect::new(move || {
        state.track();
        spawn_local(async move {
            cases.try_set(panel::get("/scenarios").await.into());
        });
    });
    view! {
        <h1 class="page-title">"Cases"</h1>
        {move || match cases.get() {
            Fetched::Loading => view! { <p class="muted" role="status">"Loading the cases …"</p> }.into_any(),
            Fetched::Failed(why) => view! { <p class="problem" role="alert">{why}</p> }.into_any(),
            Fetched::Ready(views) if views.is_empty() => {
                view! { <p class="muted">"There is no scenario file without mistakes. Run "<code>"brownout check"</code>"."</p> }.into_any()
            }
            Fetched::Ready(views) => {
                let first_visit = views.iter().all(|view| view.last.is_none());
                view! {
                    {first_visit.then(first_steps)}
                    <ol class="cases">{views.into_iter().map(|view| row(view, live)).collect_view()}</ol>
                }
                .into_any()
            }
        }}
    }
    .into_any()
}

fn first_steps() -> impl IntoView {
    view! {
        <ol class="steps" aria-label="How it works">
            <li><strong>"Run it"</strong>" and watch a real service fail under real load."</li>
            <li><strong>"Find out why"</strong>" and fix the code in your own editor."</li>
            <li><strong>"make dev, run again"</strong>" and see by how much it got better."</li>
        </ol>
    }
}

fn row(case: ScenarioView, live: Live) -> impl IntoView {
    let scenario = case.scenario;
    let id = scenario.id.clone();
    let href = format!("/cases/{id}");
    let running = move || {
        live.run
            .with(|run| run.finished.is_none() && run.started.as_ref().is_some_and(|started| started.scenario.id == id))
    };
    let best = case.best.as_ref().and_then(|best| best.score);
    let last = case.last.as_ref().and_then(|last| last.score);
    let state = match (best, &case.last) {
        (_, None) => "Not started",
        (Some(best), _) if best >= scenario.bands.solved_at_least => "Solved",
        _ => "Seen to fail",
    };
    let score = move |score: Option<u32>| score.map_or("–".to_owned(), |score| score.to_string());
    let attempts = case.attempts.clone();
    let action = if case.last.is_none() { "Open the case" } else { "Continue" };
    view! {
        <li class="case">
            <span class="case-number">{scenario.order}</span>
            <div class="case-name">
                <h2><a href=href.clone()>{scenario.title.clone()}</a></h2>
                <p class="muted">{scenario.pattern.clone()}</p>
            </div>
            <dl class="case-facts">
                <div><dt>"time"</dt><dd>{format!("{} min", scenario.minutes)}</dd></div>
                <div><dt>"state"</dt><dd>{move || if running() { "Running" } else { state }}</dd></div>
                <div><dt>"last"</dt><dd class="number">{score(last)}</dd></div>
                <div><dt>"best"</dt><dd class="number">{score(best)}</dd></div>
                <div><dt>"attempts"</dt><dd>{spark(&attempts)}</dd></div>
            </dl>
            <a href=href class="button primary">{action}</a>
        </li>
    }
}

/// Scores of all attempts, as small bars with their numbers for who reads.
fn spark(attempts: &[u32]) -> impl IntoView + use<> {
    const SHOWN: usize = 12;
    let shown = &attempts[attempts.len().saturating_sub(SHOWN)..];
    let words = shown.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let bars = shown.iter().enumerate().map(|(at, score)| {
        let height = (*score).max(4) as f64 / 100.0 * 20.0;
        view! { <rect x=(at * 7).to_string() y=format!("{:.1}", 20.0 - height) width="5" height=format!("{height:.1}") /> }
    });
    let label = if words.is_empty() { "no attempt yet".to_owned() } else { format!("scores: {words}") };
    view! {
        <svg class="spark" viewBox="0 0 84 20" width="84" height="20" role="img" aria-label=label>{bars.collect_view()}</svg>
    }
}
