//! The keyboard: one letter an action, `g` and a letter a page, `?` the list.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use crate::place::Place;

const KEYS: [(&str, &str); 8] = [
    ("r", "run the scenario, or run it again"),
    ("s", "stop the run"),
    ("d", "rebuild and deploy"),
    ("t", "charts as tables"),
    ("g c", "go to the cases"),
    ("g r", "go to the runs"),
    ("← →", "move the crosshair of the chart that has the focus"),
    ("?", "this list"),
];

/// Listens, presses what is on the page, and shows the list.
#[component]
pub fn Keys() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let going = RwSignal::new(false);
    let place = expect_context::<Place>();
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || types_text(&event) {
            return;
        }
        let key = event.key();
        if going.get_untracked() {
            going.set(false);
            match key.as_str() {
                "c" => place.go("/"),
                "r" => place.go("/runs"),
                _ => {}
            }
            return;
        }
        match key.as_str() {
            "g" => going.set(true),
            "r" => press("run-button"),
            "s" => press("stop-button"),
            "d" => press("deploy-button"),
            "t" => press("table-button"),
            "?" => {
                if let Some(dialog) = dialog.get_untracked() {
                    let _ = dialog.show_modal();
                }
            }
            _ => {}
        }
    });
    on_cleanup(move || handle.remove());
    view! {
        <dialog node_ref=dialog aria-labelledby="keys-title">
            <h2 id="keys-title">"Keyboard"</h2>
            <dl class="keys">
                {KEYS.map(|(key, does)| view! { <dt><kbd>{key}</kbd></dt><dd>{does}</dd> })}
            </dl>
            <form method="dialog"><button class="button">"Close"</button></form>
        </dialog>
    }
}

fn types_text(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Presses a button of the page by its test id, if it is there and may be pressed.
fn press(id: &str) {
    let found = document().query_selector(&format!("[data-testid={id}]:not([disabled])")).ok().flatten();
    if let Some(button) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        button.click();
    }
}
