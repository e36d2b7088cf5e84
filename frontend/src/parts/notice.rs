//! What the user should know on every page: what failed, what the stack cannot do.

use leptos::prelude::*;

use crate::{app::Alert, live::Live};

/// Notices below the header.
#[component]
pub fn Notices() -> impl IntoView {
    let live = expect_context::<Live>();
    let alert = expect_context::<Alert>();
    let notices = Memo::new(move |_| live.stack.with(|stack| stack.notices.clone()));
    let doing = Memo::new(move |_| live.stack.with(|stack| stack.doing.clone()));
    view! {
        {move || alert.0.get().map(|says| view! {
            <div class="notice problem" role="alert">
                <span>{says}</span>
                <button class="button quiet" on:click=move |_| alert.0.set(None)>"Dismiss"</button>
            </div>
        })}
        {move || notices.get().into_iter().map(|says| view! { <div class="notice">{says}</div> }).collect_view()}
        <div class="doing" role="status">{move || { let doing = doing.get(); (!doing.is_empty()).then(|| format!("{doing} …")) }}</div>
    }
}
