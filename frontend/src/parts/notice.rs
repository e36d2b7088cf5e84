//! What the user should know on every page: what failed, what the panel and the stack have to say, what a run waits for.

use brownout_core::wire::Waiting;
use leptos::prelude::*;

use crate::{
    live::Live,
    parts::{
        act::{Starter, ask_button},
        alert::{Alert, alert_bar},
        said::said,
    },
};

/// Notices below the header.
pub fn notices() -> AnyView {
    let live = expect_context::<Live>();
    let alert = expect_context::<Alert>();
    let dismissed = RwSignal::new(Vec::<String>::new());
    let told = Memo::new(move |_| {
        let mut all = live.notices.get();
        live.stack.with(|stack| all.extend(stack.notices.iter().cloned()));
        all
    });
    // What comes again after it was gone is news.
    Effect::new(move || told.with(|told| dismissed.update(|dismissed| dismissed.retain(|says| told.contains(says)))));
    let shown = move || {
        dismissed.with(|dismissed| told.get().into_iter().filter(|says| !dismissed.contains(says)).collect::<Vec<_>>())
    };
    let row = move |says: String| {
        let own = says.clone();
        let dismiss = move |_| dismissed.update(|dismissed| dismissed.push(own.clone()));
        view! {
            <div class="notice" data-testid="notice">
                <span>{said(&says)}</span>
                <button class="button quiet" aria-label=format!("Dismiss: {says}") on:click=dismiss>"Dismiss"</button>
            </div>
        }
        .into_any()
    };
    view! {
        {alert_bar(alert)}
        <div class="notices" role="status">{move || shown().into_iter().map(row).collect::<Vec<_>>()}</div>
    }
    .into_any()
}

/// A run that waits, at the foot of every page: nothing jumps when it appears.
pub fn waiting_bar() -> AnyView {
    let live = expect_context::<Live>();
    let scenario =
        Memo::new(move |_| live.waiting.with(|waiting| waiting.as_ref().map(|waiting| waiting.scenario.clone())));
    let says = move || {
        live.waiting.with(|waiting| waiting.as_ref().map(|Waiting { says, .. }| says.clone()).unwrap_or_default())
    };
    view! {
        {move || match scenario.get() {
            None => ().into_any(),
            Some(scenario) => {
                let (asked, unmet) = (RwSignal::new(false), RwSignal::new(None));
                let starter = Starter::new(scenario);
                view! {
                    <div class="waiting" data-testid="waiting">
                        <p role="status">{move || { let says = says(); if says.is_empty() { "The run begins …".to_owned() } else { says } }}</p>
                        <button class="button" data-testid="hurry-button" disabled=move || asked.get()
                            on:click=move |_| starter.start(true, asked, unmet)>"Run anyway (unranked)"</button>
                        {ask_button("Cancel", "cancel-button", "/runs/waiting/stop")}
                    </div>
                }
                .into_any()
            }
        }}
    }
    .into_any()
}
