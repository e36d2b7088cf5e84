//! The working copy against what is live.

use brownout_core::stack::{BuildState as State, BuildStatus, StackPhase};
use leptos::prelude::*;

use crate::{
    live::Live,
    parts::{
        act::{Stands, ask_button},
        copy::copy,
        editor::{Spot, open_button},
        said::said,
    },
};

/// One sentence on the build.
pub fn build_state() -> AnyView {
    let live = expect_context::<Live>();
    let build = Memo::new(move |_| live.stack.with(|stack| stack.build.clone()));
    let down = Memo::new(move |_| live.stack.with(|stack| stack.phase == StackPhase::Down && stack.doing.is_empty()));
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
            {move || if down.get() {
                view! {
                    <p class="bad">"The stack is down."</p>
                    {ask_button("Start the stack", "up-button", "/stack/up")}
                }
                .into_any()
            } else {
                match build.with(|build| build.state) {
                    State::Unknown => view! { <p class="muted">"The lab is being built or started."</p> }.into_any(),
                    State::Live => view! { <p class="good">"✓ It is your working copy."</p> {steps(&build.get())} }.into_any(),
                    State::Edited => view! { <p class="warn">{move || said(&edited(live, &build.get()))}</p> }.into_any(),
                    State::Building => lines(live),
                    State::Failed => failed(build.get()),
                }
            }}
        </div>
    }
    .into_any()
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
            format!("`{}`{more} was edited {ago} ago; the live build is older.", file.path)
        }
        None => "The working copy differs from the live build.".to_owned(),
    }
}

fn steps(build: &BuildStatus) -> AnyView {
    let total: u64 = build.steps.iter().map(|step| step.took_ms).sum();
    if total < 100 {
        return ().into_any();
    }
    let words =
        build.steps.iter().map(|step| format!("{} {:.1} s", step.name, step.took_ms as f64 / 1e3)).collect::<Vec<_>>();
    let says = format!("Deployed in {:.1} s: {}", total as f64 / 1e3, words.join(", "));
    view! { <p class="muted small">{says}</p> }.into_any()
}

fn lines(live: Live) -> AnyView {
    const SHOWN: usize = 6;
    let last = move || live.lines.with(|lines| lines[lines.len().saturating_sub(SHOWN)..].join("\n"));
    view! {
        <p class="muted">"Building …"</p>
        <pre class="lines" aria-label="output of the compiler">{move || last()}</pre>
    }
    .into_any()
}

fn failed(build: BuildStatus) -> AnyView {
    let first = match build.problems.first() {
        Some(problem) => {
            let place = format!("{}:{}", problem.file, problem.line);
            let spot = Spot { file: problem.file.clone(), line: problem.line };
            view! {
                <p class="bad" role="alert">{format!("{} in ", problem.message)}<code>{place.clone()}</code>". The old build stays live."</p>
                <div class="actions">
                    {open_button(format!("Open at line {}", problem.line), spot, Stands::beside(), "open-problem")}
                    {copy("Copy file:line", place)}
                </div>
            }
            .into_any()
        }
        None => view! { <p class="bad" role="alert">"The build failed. The old build stays live."</p> }.into_any(),
    };
    view! {
        {first}
        <details><summary>"What the compiler said"</summary><pre class="lines tall" tabindex="0">{build.output}</pre></details>
    }
    .into_any()
}
