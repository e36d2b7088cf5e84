//! A path that no page has.

use leptos::prelude::*;
use leptos_router::components::A;

/// Says so and leads back.
#[component]
pub fn Missing() -> impl IntoView {
    view! {
        <section class="empty">
            <h1>"There is no such page"</h1>
            <p>"The address may be of another version of Brownout."</p>
            <A href="/" attr:class="button primary">"Go to the cases"</A>
        </section>
    }
}
