//! The working copy against what is live.

use brownout_core::{
    stack::{BuildState as State, BuildStatus},
    standing::{Next, Tone},
};
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

/// One sentence on the build, and its one next action where the page does not offer that already.
pub fn build_state() -> AnyView {
    let live = expect_context::<Live>();
    let build = Memo::new(move |_| live.stack.with(|stack| stack.build.clone()));
    let standing = Memo::new(move |_| {
        live.tick.track();
        live.stack.with(|stack| stack.standing(js_sys::Date::now() as u64))
    });
    let next = Memo::new(move |_| standing.with(|standing| standing.next));
    // Spoken when it becomes another sentence, not each second in which "8 s ago" becomes 9.
    let kind = Memo::new(move |_| (next.get(), build.with(|build| build.state)));
    let spoken = Memo::new(move |_| {
        let _ = kind.get();
        standing.with_untracked(|standing| standing.says.replace('`', ""))
    });
    let word = move || match build.with(|build| build.state) {
        State::Unknown => "unknown",
        State::Live => "live",
        State::Edited => "edited",
        State::Building => "building",
        State::Failed => "failed",
    };
    let sentence = move || {
        standing.with(|standing| {
            let (class, sign) = match standing.tone {
                Tone::Plain => ("muted", ""),
                Tone::Good => ("good", "✓ "),
                Tone::Warning => ("warn", "▲ "),
                Tone::Bad => ("bad", "✗ "),
            };
            view! { <p class=class><span aria-hidden="true">{sign}</span>{said(&standing.says)}</p> }.into_any()
        })
    };
    let more = move || match (build.with(|build| build.state), next.get()) {
        (State::Building, _) => lines(live),
        (State::Failed, Next::Wait) => ().into_any(),
        (State::Failed, _) => output(build.with(|build| build.output.clone())),
        (State::Live, _) => steps(&build.get()),
        _ => ().into_any(),
    };
    view! {
        <div class="build" data-testid="build-state" data-state=word>
            <p>"Live build "<code data-testid="build-id">{move || live_id(&build.get())}</code></p>
            {move || sentence()}
            <p class="visually-hidden" role="status">{move || spoken.get()}</p>
            {move || match next.get() {
                Next::Start => ask_button("Start the stack", "up-button", "/stack/up"),
                Next::Mend => mend(&build.get()),
                Next::Look => view! { <a class="button" href="/setup">"Read the logs"</a> }.into_any(),
                // Beside the card, on every page that has one.
                Next::Deploy | Next::Run | Next::Wait => ().into_any(),
            }}
            {move || more()}
        </div>
    }
    .into_any()
}

fn live_id(build: &BuildStatus) -> String {
    if build.live.is_empty() { "–".to_owned() } else { build.live.clone() }
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
    view! { <pre class="lines" tabindex="0" aria-label="output of the compiler">{move || last()}</pre> }.into_any()
}

fn mend(build: &BuildStatus) -> AnyView {
    let Some(problem) = build.problems.first() else { return ().into_any() };
    let spot = Spot { file: problem.file.clone(), line: problem.line };
    view! {
        <div class="actions">
            {open_button(format!("Open at line {}", problem.line), spot, Stands::beside(), "open-problem")}
            {copy("Copy file:line", format!("{}:{}", problem.file, problem.line))}
        </div>
    }
    .into_any()
}

fn output(output: String) -> AnyView {
    view! {
        <details><summary>"What the compiler said"</summary><pre class="lines tall" tabindex="0">{output}</pre></details>
    }
    .into_any()
}
