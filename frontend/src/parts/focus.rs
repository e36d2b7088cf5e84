//! Where the focus goes when the page changes.

use leptos::{html, prelude::*};

/// Who uses the keyboard or listens goes on at the new page, not where the link was.
pub fn follows<T: PartialEq + Clone + Send + Sync + 'static>(main: NodeRef<html::Main>, page: Memo<T>) {
    Effect::new(move |before: Option<T>| {
        let now = page.get();
        if before.is_some_and(|before| before != now)
            && let Some(main) = main.get_untracked()
        {
            let stay = web_sys::FocusOptions::new();
            stay.set_prevent_scroll(true);
            let _ = main.focus_with_options(&stay);
        }
        now
    });
}
