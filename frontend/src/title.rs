//! The title of the browser's tab: which page, and how its run stands.

use leptos::prelude::*;

/// Keeps the title for as long as the page is shown.
pub fn title(of: impl Fn() -> String + 'static) {
    // Boxed: one effect in the code instead of one a page.
    let of: Box<dyn Fn() -> String> = Box::new(of);
    Effect::new(move || document().set_title(&format!("{} · Brownout", of())));
}
