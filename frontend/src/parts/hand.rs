//! Raising the hand, with a note for the facilitator; the code goes with it only where that is ticked.

use brownout_core::hub::view::LinkState;
use gloo_net::http::Method;
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::Value;

use crate::{
    live::Live,
    panel,
    parts::{
        alert::{Alert, problem},
        dialog::dialog,
    },
};

/// The button: raises, or lowers what is up.
pub fn hand_button() -> AnyView {
    let live = expect_context::<Live>();
    let alert = expect_context::<Alert>();
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let up = Memo::new(move |_| live.hub.with(|hub| hub.as_ref().is_some_and(|hub| hub.hand.is_some())));
    // Who has no seat any more is seen by nobody.
    let ended = move || live.hub.with(|hub| hub.as_ref().is_some_and(|hub| hub.link == LinkState::Ended));
    let click = move |_| match up.get_untracked() {
        true => send(alert, busy, open, Method::DELETE, None),
        false => open.set(true),
    };
    view! {
        <button class="button hand" data-testid="hand-button" aria-pressed=move || up.get().to_string()
            hidden=ended disabled=move || busy.get() on:click=click>
            {move || if up.get() { "⚑ Lower your hand" } else { "Raise your hand" }}
        </button>
        {dialog(open, "Raise your hand", move || form(alert, busy, open))}
    }
    .into_any()
}

fn form(alert: Alert, busy: RwSignal<bool>, open: RwSignal<bool>) -> AnyView {
    let note = NodeRef::<html::Textarea>::new();
    let code = NodeRef::<html::Input>::new();
    let raise = move |_| {
        let note = note.get_untracked().map(|note| note.value()).unwrap_or_default();
        let shows = code.get_untracked().is_some_and(|code| code.checked());
        let body = panel::body(&[("note", note.into()), ("show_code", Value::Bool(shows))]);
        send(alert, busy, open, Method::POST, body);
    };
    view! {
        <div class="form">
            <label class="field">"What is it about? The facilitator alone sees it; it may stay empty."
                <textarea rows="3" maxlength="280" autofocus=true node_ref=note data-testid="hand-note"></textarea>
            </label>
            <label class="choice">
                <input type="checkbox" node_ref=code data-testid="hand-code" />
                "Show my code of the open case, for this hand alone"
            </label>
            {problem(alert)}
            <div class="actions">
                <button class="button primary" data-testid="hand-send" disabled=move || busy.get() on:click=raise>"Raise your hand"</button>
                <button class="button" on:click=move |_| open.set(false)>"Not now"</button>
            </div>
        </div>
    }
    .into_any()
}

fn send(alert: Alert, busy: RwSignal<bool>, open: RwSignal<bool>, method: Method, body: Option<String>) {
    busy.set(true);
    alert.0.set(None);
    spawn_local(async move {
        match panel::send(method, "/hub/hand", body).await {
            Ok(_) => drop(open.try_set(false)),
            Err(problem) => alert.0.set(Some(problem.detail)),
        }
        busy.try_set(false);
    });
}
