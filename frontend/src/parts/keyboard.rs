//! What panel and hub have in common of their keyboards: one letter an action, `g` and a letter a page, `?` the list.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use crate::{parts::dialog::dialog, place::Place};

/// A keyboard.
pub struct Keyboard {
    /// What is shown as the list: keys, and what they do.
    pub list: &'static [(&'static str, &'static str)],
    /// The letter after `g`, and where it leads.
    pub places: &'static [(&'static str, &'static str)],
    /// What any other key does.
    pub act: fn(&web_sys::KeyboardEvent, &str),
}

impl Keyboard {
    /// Listens, and shows the list.
    pub fn listen(self) -> AnyView {
        let Keyboard { list, places, act } = self;
        let (open, going) = (RwSignal::new(false), RwSignal::new(false));
        let place = expect_context::<Place>();
        let handle = window_event_listener(ev::keydown, move |event| {
            let combined = event.ctrl_key() || event.meta_key() || event.alt_key();
            if combined || open.get_untracked() || types_text(&event) || found("dialog[open]").is_some() {
                return;
            }
            let key = event.key();
            if going.get_untracked() {
                going.set(false);
                if let Some((_, path)) = places.iter().find(|(letter, _)| *letter == key) {
                    place.go(path);
                }
                return;
            }
            match key.as_str() {
                "g" => going.set(true),
                "?" => open.set(true),
                key => act(&event, key),
            }
        });
        on_cleanup(move || handle.remove());
        dialog(open, "Keyboard", move || {
            let keys = list.iter().map(|(key, does)| view! { <dt><kbd>{*key}</kbd></dt><dd>{*does}</dd> }.into_any());
            view! {
                <dl class="keys">{keys.collect::<Vec<_>>()}</dl>
                <button class="button" autofocus=true on:click=move |_| open.set(false)>"Close"</button>
            }
            .into_any()
        })
    }
}

/// Whether a key is meant for a field. A box that is ticked takes no letters.
fn types_text(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let fields = "textarea, select, input:not([type=checkbox]):not([type=radio])";
    target.is_some_and(|element| element.matches(fields).unwrap_or_default())
}

/// The first of the page that a selector finds.
pub fn found(selector: &str) -> Option<web_sys::HtmlElement> {
    document().query_selector(selector).ok().flatten().and_then(|element| element.dyn_into().ok())
}

/// Presses a button of the page by its test id, if it is there and may be pressed.
pub fn press(id: &str) {
    if let Some(button) = found(&format!("[data-testid={id}]:not([disabled]):not([hidden], [hidden] *)")) {
        button.click();
    }
}
