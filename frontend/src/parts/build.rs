//! The working copy against what is live.

use brownout_core::stack::{BuildState as State, BuildStatus};
use leptos::prelude::*;

use crate::{
    live::Live,
    parts::{act::DeployButton, copy::Copy},
};

/// One sentence on the build, with its action.
#[component]
pub fn BuildState() -> impl IntoView {
    let live = expect_context::<Live>();
    let build = Memo::new(move |_| live.stack.with(|stack| stack.build.clone()));
    let word = move || match build.with(|build| build.state) {
        State::Unknown => "unknown",
        State::Live => "live",
        State::Edited => "edited",
        State::Building => "building",
        State::Failed => "failed",
    };
    view! {
        <div class="build" data-testid="build-state" data-state=word role="status">
            <p>
                "Live build "<code data-testid="build-id">{move || live_id(&build.get())}</code>
            </p>
            {move || match build.with(|build| build.state) {
                State::Unknown => view! { <p class="muted">"The lab is being built or started."</p> }.into_any(),
                State::Live => view! { <p class="good">"✓ It is your working copy."</p> {steps(&build.get())} }.into_any(),
                State::Edited => view! {
                    <p class="warn">{move || edited(live, &build.get())}</p>
                    <DeployButton />
                }
                .into_any(),
                State::Building => view! { <Lines live=live /> }.into_any(),
                State::Failed => failed(build.get()).into_any(),
            }}
        </div>
    }
}

fn live_id(build: &BuildStatus) -> String {
    if build.live.is_empty() { "–".to_owned() } else { build.live.clone() }
}

fn edited(live: Live, build: &BuildStatus) -> String {
    live.tick.track();
    match build.edited.first() {
        Some(file) => {
            let seconds = ((js_sys::Date::now() - file.edited_ms as f64) / 1_000.0).max(0.0);
            let ago = if seconds < 90.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) };
            let others = build.edited.len() - 1;
            let more = if others > 0 { format!(" and {others} more") } else { String::new() };
            format!("{}{more} was edited {ago} ago; the live build is older.", file.path)
        }
        None => "The working copy differs from the live build.".to_owned(),
    }
}

fn steps(build: &BuildStatus) -> impl IntoView + use<> {
    let total: u64 = build.steps.iter().map(|step| step.took_ms).sum();
    let words =
        build.steps.iter().map(|step| format!("{} {:.1} s", step.name, step.took_ms as f64 / 1e3)).collect::<Vec<_>>();
    (total >= 100).then(|| view! { <p class="muted small">{format!("Deployed in {:.1} s: {}", total as f64 / 1e3, words.join(", "))}</p> })
}

#[component]
fn Lines(live: Live) -> impl IntoView {
    const SHOWN: usize = 6;
    let last = move || live.lines.with(|lines| lines[lines.len().saturating_sub(SHOWN)..].join("\n"));
    view! {
        <p class="muted">"Building …"</p>
        <pre class="lines" aria-label="output of the compiler">{last}</pre>
    }
}

fn failed(build: BuildStatus) -> impl IntoView {
    let first = build.problems.first().map(|problem| {
        let place = format!("{}:{}", problem.file, problem.line);
        view! {
            <p class="bad" role="alert">{format!("{} in {place}. The old build stays live.", problem.message)}</p>
            <div class="actions"><Copy label="Copy file:line" text=place.clone() /><DeployButton /></div>
        }
    });
    view! {
        {match first {
            Some(first) => first.into_any(),
            None => view! { <p class="bad" role="alert">"The build failed. The old build stays live."</p><DeployButton /> }.into_any(),
        }}
        <details><summary>"What the compiler said"</summary><pre class="lines tall" tabindex="0">{build.output}</pre></details>
    }
}
