//! The frame of every page: header, pages, keyboard.

use leptos::{html, prelude::*};

use crate::{
    keys::Keys,
    live::Live,
    pages::{case::case, cases::cases, missing::missing, run::run_page, runs::runs},
    parts::{header::Header, notice::Notices},
    place::{Page, Place},
    theme::theme,
};

/// What a failed action says until it is dismissed or something else is done.
#[derive(Clone, Copy)]
pub struct Alert(pub RwSignal<Option<String>>);

/// The app.
#[component]
pub fn App() -> impl IntoView {
    let place = Place::follow();
    provide_context(place);
    provide_context(Live::follow());
    provide_context(theme());
    provide_context(Alert(RwSignal::new(None)));
    let page = place.page();
    let main = NodeRef::<html::Main>::new();
    // Who uses the keyboard or listens goes on at the new page, not where the link was.
    Effect::new(move |before: Option<Page>| {
        let now = page.get();
        if before.is_some_and(|before| before != now)
            && let Some(main) = main.get_untracked()
        {
            let _ = main.focus();
        }
        now
    });
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <Header />
        <Notices />
        <main id="main" tabindex="-1" node_ref=main>
            {move || match page.get() {
                Page::Cases => cases(),
                Page::Case(id) => case(id),
                Page::Runs => runs(),
                Page::Run(id) => run_page(id),
                _ => missing(),
            }}
        </main>
        <Keys />
    }
}
