//! The keyboard of a facilitator.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::parts::keyboard::{Keyboard, found, press};

const KEYS: [(&str, &str); 15] = [
    ("j k", "next and previous row of the grid"),
    ("Enter", "open the person of the row that has the focus"),
    ("m", "message or hint to the person that is open, or to who is selected"),
    ("1 2 3", "push that hint of the step"),
    ("a", "announce"),
    ("f", "freeze the board, or reveal it"),
    ("space", "start or pause the clock"),
    ("u", "undo what was done last"),
    ("/", "find somebody"),
    ("g f", "go to the facilitator's page"),
    ("g r", "go to the readiness wall"),
    ("g b", "go to the board"),
    ("g j", "go to the page that shows how to join"),
    ("g a", "go to what comes after the workshop"),
    ("?", "this list"),
];

const PLACES: [(&str, &str); 5] =
    [("f", "/facilitator"), ("r", "/ready"), ("b", "/board"), ("j", "/join"), ("a", "/after")];

/// Listens, presses what is on the page, and shows the list.
pub fn keys() -> AnyView {
    Keyboard { list: &KEYS, places: &PLACES, act }.listen()
}

fn act(event: &web_sys::KeyboardEvent, key: &str) {
    match key {
        "j" => step(1),
        "k" => step(-1),
        // One of them: the dialog of the first opens later than this.
        "m" => press(if found("[data-testid=say-person]").is_some() { "say-person" } else { "say-selected" }),
        "1" | "2" | "3" => press(&format!("push-{key}")),
        "a" => press("announce-button"),
        "f" => press("freeze-button"),
        // A button that has the focus takes the space itself; a link does nothing with it.
        " " if !focus_acts() => {
            event.prevent_default();
            press("clock-button");
        }
        "u" => press("undo-button"),
        "/" => {
            event.prevent_default();
            focus("[data-testid=find]");
        }
        _ => {}
    }
}

fn focus_acts() -> bool {
    let tag = document().active_element().map(|element| element.tag_name());
    tag.is_some_and(|tag| matches!(tag.as_str(), "BUTTON" | "SUMMARY" | "INPUT"))
}

fn focus(selector: &str) {
    if let Some(element) = found(selector) {
        let _ = element.focus();
    }
}

/// Moves the focus to the next or previous row of the grid.
fn step(by: i32) {
    let Ok(links) = document().query_selector_all("[data-testid=row-link]") else { return };
    let active = document().active_element();
    let count = links.length() as i32;
    let at = (0..count).find(|at| {
        let link = links.item(*at as u32).and_then(|node| node.dyn_into::<web_sys::Element>().ok());
        link.is_some() && link == active
    });
    let to = at.map_or(if by > 0 { 0 } else { count - 1 }, |at| (at + by).clamp(0, (count - 1).max(0)));
    if let Some(link) = links.item(to as u32).and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = link.focus();
    }
}
