//! Light or dark, as the system says.

use brownout_chart::Theme;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

/// The theme of charts; follows the system for as long as the page lives.
pub fn theme() -> RwSignal<Theme> {
    let of = |dark: bool| if dark { Theme::DARK } else { Theme::LIGHT };
    let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    let signal = RwSignal::new(of(query.as_ref().is_some_and(|query| query.matches())));
    if let Some(query) = query {
        let asked = query.clone();
        let changed = Closure::<dyn Fn()>::new(move || signal.set(of(asked.matches())));
        query.set_onchange(Some(changed.as_ref().unchecked_ref()));
        // The page lives as long as the theme.
        changed.forget();
    }
    signal
}

/// A chart's colour as CSS.
pub fn css((red, green, blue): brownout_chart::Rgb) -> String {
    format!("rgb({red} {green} {blue})")
}
