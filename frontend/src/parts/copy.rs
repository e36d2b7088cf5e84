//! A button that copies a text and says that it did.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

/// Copies `text`.
#[component]
pub fn Copy(label: &'static str, text: String) -> impl IntoView {
    let done = RwSignal::new(None::<bool>);
    let copy = move |_| {
        let promise = window().navigator().clipboard().write_text(&text);
        spawn_local(async move {
            done.try_set(Some(JsFuture::from(promise).await.is_ok()));
            TimeoutFuture::new(2_000).await;
            done.try_set(None);
        });
    };
    view! {
        <button class="button" on:click=copy>
            {move || match done.get() {
                None => label,
                Some(true) => "Copied",
                Some(false) => "Not allowed here",
            }}
        </button>
        <span class="visually-hidden" role="status">{move || (done.get() == Some(true)).then_some("Copied")}</span>
    }
}
