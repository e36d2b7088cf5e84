//! The header of every page: pages, health of the stack, connection.

use brownout_core::{
    quantity::clock,
    stack::{ServiceState, ServiceStatus, StackPhase},
};
use leptos::prelude::*;

use crate::{
    live::{Connection, Live},
    parts::services::state_words,
    place::{Page, Place},
};

/// The header.
#[component]
pub fn Header() -> impl IntoView {
    let live = expect_context::<Live>();
    let services = Memo::new(move |_| live.stack.with(|stack| stack.services.clone()));
    let page = expect_context::<Place>().page();
    let running = Memo::new(move |_| live.active());
    view! {
        <header class="top">
            <a href="/" class="brand">"Brownout"</a>
            <nav aria-label="pages">
                {[("/", "Cases", Page::Cases), ("/runs", "Runs", Page::Runs)].map(|(href, word, of)| view! {
                    <a href=href aria-current=move || (page.get() == of).then_some("page")>{word}</a>
                })}
            </nav>
            {move || running.get().map(|id| view! {
                <a href=format!("/runs/{id}") class="running">
                    <span class="pulse" aria-hidden="true"></span>
                    "running "<span class="number">{move || clock(live.run.with(|run| u64::from(run.seconds)) * 1_000_000)}</span>
                </a>
            })}
            <div class="health" aria-label="health of the stack">
                <span class="muted">{move || live.stack.with(|stack| format!("{} {}", stack.kind, phase(stack.phase)))}</span>
                {move || services.get().iter().map(service).collect_view()}
            </div>
            <Link live=live />
        </header>
    }
}

#[component]
fn Link(live: Live) -> impl IntoView {
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
}

fn phase(phase: StackPhase) -> &'static str {
    match phase {
        StackPhase::Down => "down",
        StackPhase::Starting => "starting",
        StackPhase::Ready => "ready",
        StackPhase::Degraded => "degraded",
        StackPhase::Stopping => "stopping",
    }
}

fn service(service: &ServiceStatus) -> impl IntoView + use<> {
    let (icon, word, tone) = state_words(service.state);
    let class = format!("service {tone}");
    let replicas = if service.desired > 1 { format!(" ×{}", service.ready) } else { String::new() };
    let says = if service.message.is_empty() { word.to_owned() } else { service.message.clone() };
    // A word beside the name only when there is something to say: colour is never alone, the icon differs too.
    let shown = if service.state == ServiceState::Ready { String::new() } else { format!(" {word}") };
    view! {
        <span class=class title=says data-service=service.name.clone() data-state=word>
            <span aria-hidden="true">{icon}</span>" "{service.name.clone()}{replicas}{shown}
            <span class="visually-hidden">{(service.state == ServiceState::Ready).then_some(" ready")}</span>
        </span>
    }
}
