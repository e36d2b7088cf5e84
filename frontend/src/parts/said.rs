//! Sentences of the panel: what stands between backticks is code.

use leptos::prelude::*;

/// A sentence with its commands set as code.
pub fn said(sentence: &str) -> AnyView {
    let parts = sentence.split('`').map(str::to_owned).enumerate();
    let parts: Vec<AnyView> = parts
        .map(|(at, part)| if at % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() })
        .collect();
    parts.into_any()
}
