//! The header of every page: pages, health of the stack, connection.

use brownout_core::{
    quantity::clock,
    stack::{ServiceState, ServiceStatus, StackPhase, StackStatus},
};
use leptos::prelude::*;

use crate::{
    live::Live,
    parts::{membership::Membership, services::state_words},
    place::{Page, Place},
    socket::Connection,
};

/// The header.
pub fn header() -> AnyView {
    let live = expect_context::<Live>();
    let page = expect_context::<Place>().page();
    let services = Memo::new(move |_| live.stack.with(|stack| stack.services.clone()));
    let running = Memo::new(move |_| live.active());
    let member = expect_context::<Membership>();
    let alone = Memo::new(move |_| live.hub.with(Option::is_none));
    let link = move |href: &'static str, word: &'static str, of: Page| {
        view! { <a href=href aria-current=move || (page.get() == of).then_some("page")>{word}</a> }.into_any()
    };
    view! {
        <header class="top">
            <a href="/" class="brand">"Brownout"</a>
            <nav aria-label="pages">
                {link("/", "Cases", Page::Cases)}
                {link("/runs", "Runs", Page::Runs)}
                {link("/leaderboard", "Leaderboard", Page::Leaderboard)}
            </nav>
            {move || match running.get() {
                None => ().into_any(),
                Some(id) => view! {
                    <a href=format!("/runs/{id}") class="running">
                        <span class="pulse" aria-hidden="true"></span>
                        "running "<span class="number">{move || clock(live.run.with(|run| u64::from(run.seconds)) * 1_000_000)}</span>
                    </a>
                }
                .into_any(),
            }}
            <div class="health" aria-label="health of the stack">
                <span class="muted" role="status">{move || live.stack.with(stands)}</span>
                {move || services.get().iter().map(service).collect::<Vec<_>>()}
            </div>
            {connection(live)}
            <button class="button quiet" data-testid="join-button" hidden=move || !alone.get()
                on:click=move |_| member.open.set(true)>"Join"</button>
            <nav aria-label="this machine">{link("/setup", "Setup", Page::Setup)}</nav>
        </header>
    }
    .into_any()
}

fn connection(live: Live) -> AnyView {
    let word = move || match live.connection.get() {
        Connection::Connecting => "connecting",
        Connection::Open => "connected",
        Connection::Lost(_) => "lost",
    };
    view! {
        <span class="connection" data-testid="connection" data-state=word role="status">
            {move || match live.connection.get() {
                Connection::Connecting => "Connecting …".to_owned(),
                Connection::Open => String::new(),
                Connection::Lost(seconds) => format!("Connection to the panel lost. Trying again … {seconds} s"),
            }}
        </span>
    }
    .into_any()
}

/// What the stack is, and what it does just now. Here and not in a bar of its own: nothing jumps when it begins or ends.
fn stands(stack: &StackStatus) -> String {
    let phase = match stack.phase {
        StackPhase::Down => "down",
        StackPhase::Starting => "starting",
        StackPhase::Ready => "ready",
        StackPhase::Degraded => "degraded",
        StackPhase::Stopping => "stopping",
    };
    let doing = if stack.doing.is_empty() { String::new() } else { format!(": {} …", stack.doing) };
    format!("{} {phase}{doing}", stack.kind)
}

fn service(service: &ServiceStatus) -> AnyView {
    let (icon, word, tone) = state_words(service.state);
    let class = format!("service {tone}");
    let replicas = if service.desired > 1 { format!(" ×{}", service.ready) } else { String::new() };
    let says = if service.message.is_empty() { word.to_owned() } else { service.message.clone() };
    let ready = service.state == ServiceState::Ready;
    // A word beside the name only when there is something to say: colour is never alone, the icon differs too.
    let shown = if ready { String::new() } else { format!(" {word}") };
    view! {
        <span class=class title=says data-service=service.name.clone() data-state=word>
            <span aria-hidden="true">{icon}</span>" "{service.name.clone()}{replicas}{shown}
            <span class="visually-hidden">{if ready { " ready" } else { "" }}</span>
        </span>
    }
    .into_any()
}
