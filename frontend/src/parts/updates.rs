//! What happened in a run, newest first.

use brownout_core::{fold::MarkKind, quantity::clock};
use leptos::prelude::*;

use crate::view::RunView;

/// The feed of a run.
pub fn updates(run: RunView) -> AnyView {
    let marks = Memo::new(move |_| run.with(|run| run.marks.clone()));
    // Phases and faults are announced in the head of the page.
    let news = move || {
        let spoken = [MarkKind::Holds, MarkKind::Fails, MarkKind::Note, MarkKind::Deploy];
        marks.with(|marks| {
            marks.iter().rev().find(|mark| spoken.contains(&mark.kind)).map_or(String::new(), |mark| mark.says.clone())
        })
    };
    view! {
        <section class="panel updates">
            <h2>"Updates"</h2>
            <p class="visually-hidden" role="status">{move || news()}</p>
            <ol class="plain feed" tabindex="0" aria-label="updates, newest first">
                {move || marks.get().into_iter().rev().map(|mark| view! {
                    <li class=class(mark.kind)>
                        <span class="number muted">{clock(mark.run_us)}</span>
                        <span>{mark.says}</span>
                    </li>
                }.into_any()).collect::<Vec<_>>()}
            </ol>
        </section>
    }
    .into_any()
}

fn class(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::FaultOn => "warn",
        MarkKind::Fails => "bad",
        MarkKind::Holds => "good",
        _ => "",
    }
}
