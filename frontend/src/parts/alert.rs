//! What a failed action says.

use leptos::prelude::*;

use crate::parts::said::said;

/// What a failed action says until it is dismissed or something else is done.
#[derive(Clone, Copy)]
pub struct Alert(pub RwSignal<Option<String>>);

/// The same where a dialog stands before the bar.
pub fn problem(alert: Alert) -> AnyView {
    view! { {move || alert.0.get().map(|why| view! { <p class="bad" role="alert">{said(&why)}</p> }.into_any())} }
        .into_any()
}

/// The bar that says it.
pub fn alert_bar(alert: Alert) -> AnyView {
    view! {
        {move || match alert.0.get() {
            None => ().into_any(),
            Some(says) => view! {
                <div class="notice problem" role="alert">
                    <span>{said(&says)}</span>
                    <button class="button quiet" on:click=move |_| alert.0.set(None)>"Dismiss"</button>
                </div>
            }
            .into_any(),
        }}
    }
    .into_any()
}
