//! The frame of the hub's pages: header, pages, keyboard.

use brownout_core::hub::page::Who;
use leptos::{html, prelude::*, task::spawn_local};

use crate::{
    hub::{
        acts::{Acts, undo_bar},
        after::after,
        board::board,
        entry::Entry,
        facilitator::facilitator,
        joining::joining,
        keys::keys,
        live::HubLive,
        page::Page,
        ready::ready,
    },
    parts::{
        alert::{Alert, alert_bar},
        focus::follows,
        said::said,
    },
    place::Place,
    socket::Connection,
    title::title,
};

/// The app.
#[component]
pub fn App() -> impl IntoView {
    let entry = Entry::new();
    let live = HubLive::new();
    // The secret leaves the address before anything looks at it.
    spawn_local(async move {
        if matches!(entry.enter().await, Who::Facilitator | Who::Screen) {
            live.follow(entry).await;
        }
    });
    let place = Place::follow();
    let alert = Alert(RwSignal::new(None));
    provide_context(place);
    provide_context(entry);
    provide_context(live);
    provide_context(alert);
    provide_context(Acts::new(live, alert));
    let page = Memo::new(move |_| Page::of(&place.path()));
    let who = Memo::new(move |_| entry.about.with(|about| about.as_ref().map(|about| about.you)));
    // On the wall the page stands alone.
    let wall = Memo::new(move |_| page.get() == Page::Board && (who.get() == Some(Who::Screen) || entry.wall));
    Effect::new(move || {
        let class = if wall.get() { "wall" } else { "" };
        if let Some(body) = document().body() {
            body.set_class_name(class);
        }
    });
    // Another person in the grid is the same page: the focus stays where it is.
    let kind = Memo::new(move |_| std::mem::discriminant(&page.get()));
    let main = NodeRef::<html::Main>::new();
    follows(main, kind);
    let shown = move || {
        kind.track();
        match (page.get_untracked(), who.get()) {
            (Page::Join, _) => joining(),
            (Page::Missing, _) => missing(),
            (_, None) => waiting(entry),
            (Page::Board, Some(Who::Facilitator | Who::Screen)) => board(wall),
            (Page::Facilitator(_), Some(Who::Facilitator)) => facilitator(page),
            (Page::Ready, Some(Who::Facilitator)) => ready(),
            (Page::After, Some(Who::Facilitator)) => after(),
            _ => shut(entry),
        }
    };
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        {header(page, entry, live)}
        <div class="alert-place">{alert_bar(alert)}</div>
        <main id="main" tabindex="-1" node_ref=main>{move || shown()}</main>
        {undo_bar()}
        {keys()}
    }
}

fn header(page: Memo<Page>, entry: Entry, live: HubLive) -> AnyView {
    let facilitates =
        Memo::new(move |_| entry.about.with(|about| about.as_ref().is_some_and(|about| about.you == Who::Facilitator)));
    let name = Memo::new(move |_| entry.about.with(|about| about.as_ref().map(|about| about.name.clone())));
    let link = move |href: &'static str, word: &'static str, of: Page| {
        let here = move || {
            let page = page.get();
            page == of || (matches!(page, Page::Facilitator(_)) && of == Page::Facilitator(None))
        };
        view! { <a href=href aria-current=move || here().then_some("page")>{word}</a> }.into_any()
    };
    let word = move || match live.connection.get() {
        Connection::Connecting => "connecting",
        Connection::Open => "connected",
        Connection::Lost(_) => "lost",
    };
    view! {
        <header class="top">
            <a href="/" class="brand">"Brownout hub"</a>
            <nav aria-label="pages" hidden=move || !facilitates.get()>
                {link("/facilitator", "Facilitator", Page::Facilitator(None))}
                {link("/ready", "Readiness", Page::Ready)}
                {link("/board", "Board", Page::Board)}
                {link("/join", "Join", Page::Join)}
                {link("/after", "After", Page::After)}
            </nav>
            <span class="muted workshop-name">{move || name.get()}</span>
            <span class="connection" data-testid="connection" data-state=word role="status">
                {move || match live.connection.get() {
                    Connection::Lost(seconds) => format!("Connection to the hub lost. Trying again … {seconds} s"),
                    _ => String::new(),
                }}
            </span>
        </header>
    }
    .into_any()
}

fn waiting(entry: Entry) -> AnyView {
    let says = move || {
        match entry.failed.get() {
        None => view! { <p class="muted" role="status">"Asking the hub …"</p> }.into_any(),
        Some(why) => view! {
            <section class="empty">
                <h1>"The hub does not answer"</h1>
                <p role="alert">{said(&why)}</p>
                <button class="button primary" on:click=move |_| { let _ = window().location().reload(); }>"Try again"</button>
            </section>
        }
        .into_any(),
    }
    };
    view! { {move || says()} }.into_any()
}

/// The page is there, but not for whoever this is.
fn shut(entry: Entry) -> AnyView {
    title(|| "No entry".to_owned());
    let why = move || entry.failed.get().map(|why| view! { <p class="bad" role="alert">{said(&why)}</p> }.into_any());
    view! {
        <section class="empty" data-testid="shut">
            <h1>"This page is the facilitator's"</h1>
            {move || why()}
            <p>"Open the link that "<code>"brownout hub"</code>" printed when it began: it holds the key. Lost? Start the hub with "<code>"--new-links"</code>"; the old links end."</p>
            <a href="/join" class="button primary">"I want to take part"</a>
        </section>
    }
    .into_any()
}

fn missing() -> AnyView {
    title(|| "No such page".to_owned());
    view! {
        <section class="empty">
            <h1>"There is no such page"</h1>
            <p>"The address may be of another version of Brownout."</p>
            <a href="/join" class="button primary">"Take part"</a>
        </section>
    }
    .into_any()
}
