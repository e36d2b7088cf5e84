//! All runs, newest first.

use brownout_core::wire::{Page, RunState, RunSummary};
use leptos::{prelude::*, task::spawn_local};

use crate::{live::Live, panel, view::Fetched};

/// The page.
pub fn runs() -> AnyView {
    let live = expect_context::<Live>();
    let runs = RwSignal::new(Fetched::<Vec<RunSummary>>::Loading);
    let next = RwSignal::new(None::<String>);
    let state = Memo::new(move |_| (live.active(), live.snapshots.get()));
    Effect::new(move || {
        state.track();
        spawn_local(async move {
            match panel::get::<Page<RunSummary>>("/runs").await {
                Ok(page) => {
                    next.set(page.next);
                    runs.set(Fetched::Ready(page.items));
                }
                Err(problem) => runs.set(Fetched::Failed(problem.detail)),
            }
        });
    });
    let more = move |_| {
        let Some(before) = next.get_untracked() else { return };
        spawn_local(async move {
            if let Ok(page) = panel::get::<Page<RunSummary>>(&format!("/runs?before={before}")).await {
                next.set(page.next);
                runs.update(|runs| {
                    if let Fetched::Ready(runs) = runs {
                        runs.extend(page.items)
                    }
                });
            }
        });
    };
    view! {
        <h1 class="page-title">"Runs"</h1>
        {move || match runs.get() {
            Fetched::Loading => view! { <p class="muted" role="status">"Loading the runs …"</p> }.into_any(),
            Fetched::Failed(why) => view! { <p class="problem" role="alert">{why}</p> }.into_any(),
            Fetched::Ready(runs) if runs.is_empty() => view! {
                <section class="empty">
                    <p>"Nothing has run yet. The first run shows the problem."</p>
                    <a href="/" class="button primary">"Go to the cases"</a>
                </section>
            }
            .into_any(),
            Fetched::Ready(runs) => view! {
                <table class="table">
                    <thead><tr>
                        <th>"started"</th><th>"case"</th><th class="number">"score"</th><th>"state"</th><th>"build"</th><th>"run"</th>
                    </tr></thead>
                    <tbody>{runs.into_iter().map(row).collect_view()}</tbody>
                </table>
            }
            .into_any(),
        }}
        {move || next.get().map(|_| view! { <p><button class="button" on:click=more>"Show older runs"</button></p> })}
    }
    .into_any()
}

fn row(run: RunSummary) -> impl IntoView {
    let state = match (run.state, run.ranked) {
        (RunState::Running, _) => "running",
        (RunState::Completed, true) => "ranked",
        (RunState::Completed, false) => "not ranked",
        (RunState::Stopped, _) => "stopped",
        (RunState::Failed, _) => "failed",
        (RunState::Interrupted, _) => "interrupted",
    };
    let baseline = if run.baseline { " · baseline" } else { "" };
    view! {
        <tr>
            <td>{when(run.started_ms)}</td>
            <td>{run.scenario}</td>
            <td class="number">{run.score.map_or("–".to_owned(), |score| score.to_string())}</td>
            <td>{format!("{state}{baseline}")}</td>
            <td><code>{run.build}</code></td>
            <td><a href=format!("/runs/{}", run.id)><code>{run.short}</code></a></td>
        </tr>
    }
}

/// A wall time in the browser's own words.
fn when(ms: u64) -> String {
    let date = js_sys::Date::new(&(ms as f64).into());
    date.to_locale_string("default", &js_sys::Object::new()).into()
}
