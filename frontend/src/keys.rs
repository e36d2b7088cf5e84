//! The keyboard: one letter an action, `g` and a letter a page, `?` the list.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use crate::{parts::dialog::dialog, place::Place};

const KEYS: [(&str, &str); 13] = [
    ("r", "run the scenario, or run it again"),
    ("s", "stop the run"),
    ("d", "rebuild and deploy"),
    ("h", "show a hint"),
    ("e", "open the edit point in your editor"),
    ("t", "charts as tables"),
    ("g c", "go to the cases"),
    ("g r", "go to the runs"),
    ("g l", "go to the leaderboard"),
    ("g s", "go to the setup"),
    ("space ← →", "in a replay: play or pause, a second back or on"),
    ("← →", "move the crosshair of the chart that has the focus"),
    ("?", "this list"),
];

/// Listens, presses what is on the page, and shows the list.
pub fn keys() -> AnyView {
    let open = RwSignal::new(false);
    let going = RwSignal::new(false);
    let place = expect_context::<Place>();
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || open.get_untracked() || types_text(&event) {
            return;
        }
        let key = event.key();
        if going.get_untracked() {
            going.set(false);
            match key.as_str() {
                "c" => place.go("/"),
                "r" => place.go("/runs"),
                "l" => place.go("/leaderboard"),
                "s" => place.go("/setup"),
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
            "h" => press("hint-button"),
            "e" => press("editor-button"),
            "?" => open.set(true),
            _ => {}
        }
    });
    on_cleanup(move || handle.remove());
    dialog(open, "Keyboard", move || {
        let keys = KEYS.iter().map(|(key, does)| view! { <dt><kbd>{*key}</kbd></dt><dd>{*does}</dd> }.into_any());
        view! {
            <dl class="keys">{keys.collect::<Vec<_>>()}</dl>
            <button class="button" on:click=move |_| open.set(false)>"Close"</button>
        }
        .into_any()
    })
}

fn types_text(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Presses a button of the page by its test id, if it is there and may be pressed.
fn press(id: &str) {
    let found = document().query_selector(&format!("[data-testid={id}]:not([disabled]):not([hidden])")).ok().flatten();
    if let Some(button) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        button.click();
    }
}
