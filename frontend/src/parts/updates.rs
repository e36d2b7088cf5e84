//! What happened in a run, newest first.

use brownout_core::{fold::MarkKind, quantity::clock};
use leptos::prelude::*;

use crate::view::RunView;

/// The feed of a run.
#[component]
pub fn Updates(run: RunView) -> impl IntoView {
    let marks = Memo::new(move |_| {
        run.with(|run| {
            run.marks.iter().rev().map(|mark| (mark.run_us, mark.kind, mark.says.clone())).collect::<Vec<_>>()
        })
    });
    view! {
        <section class="panel updates">
            <h2>"Updates"</h2>
            <ol class="plain feed" aria-live="polite" aria-relevant="additions" tabindex="0">
                {move || marks.get().into_iter().map(|(at, kind, says)| view! {
                    <li class=class(kind)><span class="number muted">{clock(at)}</span>" "{says}</li>
                }).collect_view()}
            </ol>
        </section>
    }
}

fn class(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::FaultOn => "warn",
        MarkKind::Fails => "bad",
        MarkKind::Holds => "good",
        _ => "",
    }
}
