//! A button that copies a text and says that it did.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
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
                Some(false) => "Not allowed: select it and copy",
            }}
        </button>
        <span class="visually-hidden" role="status">{move || if done.get() == Some(true) { "Copied" } else { "" }}</span>
    }
    .into_any()
}

/// Puts `text` into the clipboard; `done` tells for two seconds whether that was allowed.
pub fn put(text: String, done: RwSignal<Option<bool>>) {
    // A page that came by plain HTTP from another machine, as a hub's often does, has no clipboard.
    let promise = window().is_secure_context().then(|| window().navigator().clipboard().write_text(&text));
    spawn_local(async move {
        let copied = match promise {
            Some(promise) => JsFuture::from(promise).await.is_ok(),
            None => by_selection(&text).is_some(),
        };
        done.try_set(Some(copied));
        TimeoutFuture::new(2_000).await;
        done.try_set(None);
    });
}

/// Copies by the old way: from a field that is selected. It stands in the dialog that is open, outside of which nothing
/// can be selected.
fn by_selection(text: &str) -> Option<()> {
    let page = document();
    let focused = page.active_element().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    let place = page.query_selector("dialog[open]").ok().flatten().or(page.body().map(Into::into))?;
    let field = page.create_element("textarea").ok()?.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?;
    field.set_value(text);
    place.append_child(&field).ok()?;
    field.select();
    let copy = js_sys::Reflect::get(&page, &"execCommand".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
    let copied = copy.call1(&page, &"copy".into());
    field.remove();
    if let Some(focused) = focused {
        let _ = focused.focus();
    }
    copied.ok()?.is_truthy().then_some(())
}
