//! A button that copies a text and says that it did.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

/// Copies `text`.
pub fn copy(label: &'static str, text: String) -> AnyView {
    let done = RwSignal::new(None::<bool>);
    let click = move |_| put(text.clone(), done);
    view! {
        <button class="button" on:click=click>
            {move || match done.get() {
                None => label,
                Some(true) => "Copied",
                Some(false) => "Not allowed here",
            }}
        </button>
        <span class="visually-hidden" role="status">{move || if done.get() == Some(true) { "Copied" } else { "" }}</span>
    }
    .into_any()
}

/// Puts `text` into the clipboard; `done` tells for two seconds whether that was allowed.
pub fn put(text: String, done: RwSignal<Option<bool>>) {
    let promise = window().navigator().clipboard().write_text(&text);
    spawn_local(async move {
        done.try_set(Some(JsFuture::from(promise).await.is_ok()));
        TimeoutFuture::new(2_000).await;
        done.try_set(None);
    });
}
