//! What the facilitator says: at the foot of every page, so that nothing jumps, until it is dismissed.

use brownout_core::hub::view::{HubNotice, HubView};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    live::Live,
    panel,
    parts::{alert::Alert, said::said},
};

/// The messages that wait, oldest first.
pub fn messages() -> AnyView {
    let live = expect_context::<Live>();
    let alert = expect_context::<Alert>();
    let waiting = move || {
        // The last one stands open: many would cover what stands below them.
        let rows = |hub: &HubView| {
            let (last, before) = hub.messages.split_last()?;
            let more = format!("{} more", before.len());
            let before = before.iter().map(|message| row(message.clone(), alert)).collect::<Vec<_>>();
            let none = before.is_empty();
            Some(
                view! {
                    <details class="message" hidden=none><summary>{more}</summary>{before}</details>
                    {row(last.clone(), alert)}
                }
                .into_any(),
            )
        };
        live.hub.with(|hub| hub.as_ref().and_then(rows))
    };
    view! {
        <div class="messages" role="status" aria-label="messages of the facilitator">
            {waiting}
        </div>
    }
    .into_any()
}

fn row(message: HubNotice, alert: Alert) -> AnyView {
    let HubNotice { id, kind, text, scenario } = message;
    let (from, text, link) = match kind.as_str() {
        "announcement" => ("To everybody", text, None),
        "hint" => {
            ("A hint from the facilitator, at no cost", text, Some((format!("/cases/{scenario}"), "Go to the case")))
        }
        "survey" => ("The survey is open", String::new(), Some(("/wrap-up".to_owned(), "Answer it"))),
        _ => ("The facilitator", text, None),
    };
    let dismiss = move |_| {
        let path = format!("/hub/messages/{id}/seen");
        spawn_local(async move {
            if let Err(problem) = panel::post(&path).await {
                alert.0.set(Some(problem.detail));
            }
        });
    };
    view! {
        <div class="message" data-testid="message" data-kind=kind>
            <p class="muted small">{from}</p>
            <p class="message-text">{said(&text)}</p>
            <div class="actions">
                {link.map(|(href, word)| view! { <a class="button" href=href>{word}</a> }.into_any())}
                <button class="button" data-testid="message-dismiss" on:click=dismiss>"Dismiss"</button>
            </div>
        </div>
    }
    .into_any()
}
