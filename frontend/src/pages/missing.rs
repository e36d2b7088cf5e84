//! A path that no page has.

use leptos::prelude::*;

use crate::title::title;

/// Says so and leads back.
pub fn missing() -> AnyView {
    title(|| "No such page".to_owned());
    view! {
        <section class="empty">
            <h1>"There is no such page"</h1>
            <p>"The address may be of another version of Brownout."</p>
            <a href="/" class="button primary">"Go to the cases"</a>
        </section>
    }
    .into_any()
}
