//! The panel's keyboard.

use leptos::prelude::AnyView;

use crate::parts::keyboard::{Keyboard, press};

const KEYS: [(&str, &str); 14] = [
    ("r", "run the scenario, or run it again"),
    ("s", "stop the run"),
    ("d", "rebuild and deploy"),
    ("h", "show a hint"),
    ("e", "open the edit point in your editor"),
    ("t", "charts as tables"),
    ("w", "in a workshop: raise your hand, or lower it"),
    ("g c", "go to the cases"),
    ("g r", "go to the runs"),
    ("g l", "go to the leaderboard"),
    ("g s", "go to the setup"),
    ("space ← →", "in a replay: play or pause, a second back or on"),
    ("← →", "move the crosshair of the chart that has the focus"),
    ("?", "this list"),
];

const PLACES: [(&str, &str); 4] = [("c", "/"), ("r", "/runs"), ("l", "/leaderboard"), ("s", "/setup")];

/// Listens, presses what is on the page, and shows the list.
pub fn keys() -> AnyView {
    Keyboard { list: &KEYS, places: &PLACES, act: |_, key| act(key) }.listen()
}

fn act(key: &str) {
    match key {
        "r" => press("run-button"),
        "s" => press("stop-button"),
        "d" => press("deploy-button"),
        "t" => press("table-button"),
        "h" => press("hint-button"),
        "e" => press("editor-button"),
        "w" => press("hand-button"),
        _ => {}
    }
}
