//! The frame of every page: header, pages, keyboard.

use leptos::{html, prelude::*};

use crate::{
    keys::keys,
    live::{Connection, Live},
    pages::{
        case::case, cases::cases, leaderboard::leaderboard, missing::missing, run::run_page, runs::runs, setup::setup,
    },
    parts::{
        editor::{Choices, editor_dialog},
        header::header,
        notice::{notices, waiting_bar},
    },
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
    let live = Live::follow();
    provide_context(live);
    provide_context(theme());
    let alert = Alert(RwSignal::new(None));
    provide_context(alert);
    provide_context(Choices::ask(alert));
    let page = place.page();
    // On the wall the page stands alone.
    let bare = Memo::new(move |_| page.get() == Page::Leaderboard && place.asked("screen").is_some());
    Effect::new(move || {
        let class = if bare.get() { "screen" } else { "" };
        if let Some(body) = document().body() {
            body.set_class_name(class);
        }
    });
    // What the panel has to say to everybody comes with its first message: it is there before anything could jump.
    let early = Memo::new(move |_| live.connection.get() == Connection::Connecting);
    let main = NodeRef::<html::Main>::new();
    // Who uses the keyboard or listens goes on at the new page, not where the link was.
    Effect::new(move |before: Option<Page>| {
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
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        {header()}
        {notices()}
        <main id="main" tabindex="-1" class:early=early node_ref=main>
            {move || match page.get() {
                Page::Cases => cases(),
                Page::Case(id) => case(id),
                Page::Runs => runs(),
                Page::Run(id) => run_page(id),
                Page::Leaderboard => leaderboard(),
                Page::Setup => setup(),
                Page::Missing => missing(),
            }}
        </main>
        {waiting_bar()}
        {editor_dialog()}
        {keys()}
    }
}
