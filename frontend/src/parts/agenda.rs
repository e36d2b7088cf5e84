//! The workshop on every page: which step goes on, the time left, how far the group is, and the own hand.

use brownout_core::{
    hub::view::{HubView, LinkState},
    quantity::clock,
};
use leptos::prelude::*;

use crate::{
    live::Live,
    parts::{
        dialog::dialog,
        hand::hand_button,
        membership::{Membership, member_button, sentence},
        said::said,
    },
};

/// The strip below the header.
pub fn agenda() -> AnyView {
    let live = expect_context::<Live>();
    let joined = Memo::new(move |_| live.hub.with(Option::is_some));
    view! { {move || if joined.get() { strip(live) } else { ().into_any() }} }.into_any()
}

fn strip(live: Live) -> AnyView {
    let open = RwSignal::new(false);
    // All of one type, which is less to download.
    let with = move |look: fn(&HubView) -> String| {
        Memo::new(move |_| {
            live.tick.track();
            live.hub.with(|hub| hub.as_ref().map(look).unwrap_or_default())
        })
    };
    let (step, left, does, group) = (with(title), with(left), with(does), with(group));
    let away =
        Memo::new(move |_| live.hub.with(|hub| hub.as_ref().is_some_and(|hub| hub.link != LinkState::Connected)));
    let member = expect_context::<Membership>();
    // What does not fit in the strip stands whole behind it.
    let says = move || {
        match away.get() {
        true => view! {
            <button class="agenda-does warn" title=move || does.get() data-testid="agenda-does" on:click=move |_| member.open.set(true)>{move || said(&does.get())}</button>
        }
        .into_any(),
        false => view! { <p class="agenda-does" title=move || does.get() data-testid="agenda-does">{move || said(&does.get())}</p> }.into_any(),
    }
    };
    view! {
        <section class="agenda" aria-label="workshop" data-testid="agenda">
            <button class="button quiet agenda-step" data-testid="agenda-button" title="the whole agenda" on:click=move |_| open.set(true)>
                {move || step.get()}
            </button>
            <span class="number agenda-left" data-testid="agenda-left">{move || left.get()}</span>
            <div class="agenda-says">
                <div role="status">{says}</div>
                <p class="muted small">{move || group.get()}</p>
            </div>
            <a class="button quiet" href="/wrap-up">"Wrap-up"</a>
            {hand_button()}
            {member_button()}
        </section>
        {dialog(open, "Agenda", move || steps(live, open))}
    }
    .into_any()
}

/// How far the group is; while the hub is away nobody knows, and the sentence of that has the room.
fn group(hub: &HubView) -> String {
    if hub.link == LinkState::Connected { hub.group.clone() } else { String::new() }
}

fn left(hub: &HubView) -> String {
    hub.left_ms(js_sys::Date::now() as u64).map(left_words).unwrap_or_default()
}

/// What to do now; while the hub is away, that.
fn does(hub: &HubView) -> String {
    match hub.link {
        LinkState::Connected => now(hub).map(|at| hub.steps[at].participants.clone()).unwrap_or_default(),
        _ => sentence(hub),
    }
}

/// Time left of a step, or over it.
pub fn left_words(left_ms: i64) -> String {
    let shown = clock(left_ms.unsigned_abs() / 1_000 * 1_000_000);
    if left_ms < 0 { format!("{shown} over") } else { format!("{shown} left") }
}

fn now(hub: &HubView) -> Option<usize> {
    hub.steps.iter().position(|step| hub.step.as_ref() == Some(&step.name))
}

fn title(hub: &HubView) -> String {
    match now(hub) {
        Some(at) => format!(
            "{} of {}: {}{}",
            at + 1,
            hub.steps.len(),
            hub.steps[at].title,
            if hub.since_ms.is_some() { "" } else { " (paused)" }
        ),
        None if hub.over => "Over".to_owned(),
        None => "Not begun".to_owned(),
    }
}

fn steps(live: Live, open: RwSignal<bool>) -> AnyView {
    let rows = move || {
        live.hub.with(|hub| {
            let Some(hub) = hub else { return Vec::new() };
            let now = now(hub);
            let row = |(at, step): (usize, &brownout_core::hub::clock::AgendaStep)| {
                let (sign, word, class) = match (now == Some(at), hub.done.contains(&step.name)) {
                    (true, _) => ("▶", "now", "strong"),
                    (_, true) => ("✓", "over", "muted"),
                    _ => ("", "ahead", ""),
                };
                view! {
                    <li class=format!("agenda-row {class}")>
                        <span aria-hidden="true">{sign}</span>
                        <span>{step.title.clone()}<span class="visually-hidden">{format!(", {word}")}</span></span>
                        <span class="number muted">{step.minutes}" min"</span>
                    </li>
                }
                .into_any()
            };
            hub.steps.iter().enumerate().map(row).collect::<Vec<_>>()
        })
    };
    view! {
        <ol class="plain">{move || rows()}</ol>
        <button class="button" autofocus=true on:click=move |_| open.set(false)>"Close"</button>
    }
    .into_any()
}
