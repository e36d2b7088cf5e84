//! The frame of every page: header, pages, keyboard.

use leptos::{html, prelude::*};

use crate::{
    keys::keys,
    live::Live,
    pages::{
        case::case, cases::cases, leaderboard::leaderboard, missing::missing, run::run_page, runs::runs, setup::setup,
        wrap_up::wrap_up,
    },
    parts::{
        agenda::agenda,
        alert::Alert,
        editor::{Choices, editor_dialog},
        focus::follows,
        header::header,
        membership::{Membership, join_dialog},
        messages::messages,
        notice::{notices, waiting_bar},
    },
    place::{Page, Place},
    socket::Connection,
    theme::theme,
};

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
    provide_context(Choices::ask(live, alert));
    provide_context(Membership::new(place, alert));
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
    follows(main, page);
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        {header()}
        {agenda()}
        {notices()}
        <main id="main" tabindex="-1" class:early=early node_ref=main>
            {move || match page.get() {
                Page::Cases => cases(),
                Page::Case(id) => case(id),
                Page::Runs => runs(),
                Page::Run(id) => run_page(id),
                Page::Leaderboard => leaderboard(),
                Page::Setup => setup(),
                Page::WrapUp => wrap_up(),
                Page::Missing => missing(),
            }}
        </main>
        {messages()}
        {waiting_bar()}
        {join_dialog()}
        {editor_dialog()}
        {keys()}
    }
}
