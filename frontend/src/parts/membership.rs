//! Taking part in a workshop: joining a hub, with an address and a code, and leaving it.

use brownout_core::{
    hub::view::{HubView, LinkState},
    setup::NAMELESS,
};
use gloo_net::http::Method;
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::Value;

use crate::{
    live::Live,
    panel,
    parts::{
        alert::{Alert, problem},
        dialog::dialog,
        editor::Choices,
        said::said,
    },
    place::Place,
    time::time_of_day,
};

/// The dialog, and what its fields hold.
#[derive(Clone, Copy)]
pub struct Membership {
    /// Whether the dialog is shown.
    pub open: RwSignal<bool>,
    hub: RwSignal<String>,
    code: RwSignal<String>,
    alert: Alert,
}

impl Membership {
    /// A link of a hub, `/?join=ADDRESS&code=CODE`, opens the dialog with both; only the button joins.
    pub fn new(place: Place, alert: Alert) -> Membership {
        let of = |name: &str| {
            let asked = untrack(|| place.asked(name)).unwrap_or_default();
            js_sys::decode_uri_component(&asked).ok().and_then(|text| text.as_string()).unwrap_or_default()
        };
        let (hub, code) = (of("join"), of("code"));
        let member = Membership {
            open: RwSignal::new(!hub.is_empty()),
            hub: RwSignal::new(hub),
            code: RwSignal::new(code),
            alert,
        };
        // Followed once: a reload asks nothing again.
        if member.open.get_untracked() {
            place.ask("");
        }
        member
    }
}

/// The own name in the workshop; opens the dialog.
pub fn member_button() -> AnyView {
    let live = expect_context::<Live>();
    let member = expect_context::<Membership>();
    let says = move || {
        live.hub.with(|hub| {
            let hub = hub.as_ref()?;
            let (sign, word, tone) = match hub.link {
                LinkState::Connected => ("●", "connected: ", "good"),
                LinkState::Away => ("▲", "away: ", "warn"),
                LinkState::Ended => ("✗", "ended: ", "bad"),
            };
            let (name, workshop) = (hub.name.clone(), hub.workshop.clone());
            Some(
                view! {
                    <span class=tone aria-hidden="true">{sign}</span>
                    <span class="visually-hidden">{word}</span>
                    {name}<span class="muted member-of">" · "{workshop}</span>
                }
                .into_any(),
            )
        })
    };
    view! {
        <button class="button quiet member" data-testid="member-button" on:click=move |_| member.open.set(true)>{says}</button>
    }
    .into_any()
}

/// The dialog that joins, and that leaves.
pub fn join_dialog() -> AnyView {
    let live = expect_context::<Live>();
    let member = expect_context::<Membership>();
    // Whether there is a seat, and whether it has ended: then one may join again.
    let state = Memo::new(move |_| live.hub.with(|hub| hub.as_ref().map(|hub| hub.link == LinkState::Ended)));
    let shown = move || match state.get() {
        None => form(member),
        Some(false) => seat(member, live),
        Some(true) => view! { {seat(member, live)}{form(member)} }.into_any(),
    };
    let says = move || view! { {shown} }.into_any();
    dialog(member.open, "Workshop", says)
}

fn seat(member: Membership, live: Live) -> AnyView {
    let hub = live.hub.get_untracked().unwrap_or_default();
    let busy = RwSignal::new(false);
    let erase = NodeRef::<html::Input>::new();
    let leave = move |_| {
        let erase = erase.get_untracked().is_some_and(|erase| erase.checked());
        send(member, busy, Method::DELETE, if erase { "/hub?erase=true" } else { "/hub" }, None);
    };
    let again = move |_| send(member, busy, Method::POST, "/hub/again", None);
    let ended = hub.link == LinkState::Ended;
    let recovery = RwSignal::new("…".to_owned());
    spawn_local(async move {
        let told = panel::text("/hub").await.ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let code = told.and_then(|told| told["recovery"].as_str().map(str::to_owned));
        recovery.try_set(code.unwrap_or_else(|| "cannot be read now; open this again".to_owned()));
    });
    let export = move || {
        live.hub.with(|hub| hub.as_ref().is_none_or(|hub| hub.waiting == 0 || hub.link == LinkState::Connected))
    };
    let why = move || live.hub.with(|hub| hub.as_ref().map(sentence).unwrap_or_default());
    view! {
        <div class="form">
            <p>"You are "<strong data-testid="member-name">{hub.name}</strong>" in "<strong>{hub.workshop}</strong>", at "<code>{hub.hub}</code>"."</p>
            <p class="muted" role="status">{move || said(&why())}</p>
            {move || recovery.with(|code| match code.is_empty() {
                true => view! { <p>"The facilitator has made another recovery code for this seat; ask for it."</p> }.into_any(),
                false => view! { <p>"Recovery code: "<code data-testid="recovery">{code.clone()}</code>". With it you have this seat back on another laptop; write it down."</p> }.into_any(),
            })}
            <label class="choice"><input type="checkbox" node_ref=erase />"When I leave, the hub erases what it has of me"</label>
            <div class="actions">
                <button class="button" autofocus=true on:click=move |_| member.open.set(false)>"Close"</button>
                <button class="button" data-testid="again-button" hidden=!ended disabled=move || busy.get() on:click=again>"Try again"</button>
                <a class="button" hidden=export href="/api/v1/hub/export" download="">"Save what waits as a file"</a>
                <button class="button danger" data-testid="leave-button" disabled=move || busy.get() on:click=leave>"Leave the workshop"</button>
            </div>
            <p class="muted small">"Who leaves keeps everything here; nothing more is sent."</p>
        </div>
    }
    .into_any()
}

/// How the connection stands, in a sentence.
pub fn sentence(hub: &HubView) -> String {
    let waits = match hub.waiting {
        0 => String::new(),
        1 => " Your 1 result waits and will be sent.".to_owned(),
        count => format!(" Your {count} results wait and will be sent."),
    };
    let link = match hub.link {
        LinkState::Connected if hub.waiting == 0 => "Connected; everything is sent.",
        LinkState::Connected => "Connected.",
        _ => &hub.why,
    };
    let heard = match hub.heard_ms {
        0 => String::new(),
        at => format!(" Time left, messages and wrap-up are as of {}.", time_of_day(at as f64)),
    };
    let notice = if hub.notice.is_empty() { String::new() } else { format!(" {}", hub.notice) };
    format!("{link}{waits}{heard}{notice}")
}

fn form(member: Membership) -> AnyView {
    let settings = expect_context::<Choices>().settings;
    let name = RwSignal::new(String::new());
    // By a link the dialog is there before the panel has told of its settings.
    Effect::new(move |before: Option<bool>| {
        let known = settings.with(|settings| settings.as_ref().map(|settings| settings.name.clone()));
        let first = before != Some(true);
        if let Some(known) =
            known.as_ref().filter(|known| first && *known != NAMELESS && name.with_untracked(String::is_empty))
        {
            name.set(known.clone());
        }
        known.is_some()
    });
    let recovery = RwSignal::new(String::new());
    let again = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let join = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let hub = ("hub", member.hub.get_untracked().into());
        let (path, body) = match again.get_untracked() {
            true => ("/hub/resume", panel::body(&[hub, ("recovery", recovery.get_untracked().into())])),
            false => {
                let code = ("code", member.code.get_untracked().into());
                ("/hub/join", panel::body(&[hub, code, ("name", name.get_untracked().into())]))
            }
        };
        send(member, busy, Method::POST, path, body);
    };
    let field = |label: &'static str, id: &'static str, example: &'static str, value: RwSignal<String>| {
        view! {
            <label class="field">{label}
                <input type="text" data-testid=id placeholder=example autocomplete="off" spellcheck="false" required=true
                    prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event)) />
            </label>
        }
        .into_any()
    };
    view! {
        <form class="form" data-testid="join-form" on:submit=join>
            {field("Address of the hub", "join-hub", "http://192.168.1.20:3100", member.hub)}
            {move || if again.get() {
                field("Recovery code", "join-recovery", "7KQ2-M4XD-9TBN-C3HF", recovery)
            } else {
                view! {
                    {field("Join code", "join-code", "7KQ2-M4XD", member.code)}
                    {field("What the others call you", "join-name", "Ada", name)}
                }.into_any()
            }}
            {problem(member.alert)}
            <div class="actions">
                <button class="button primary" type="submit" data-testid="join-send" disabled=move || busy.get()>
                    {move || if busy.get() { "Joining …" } else { "Join" }}
                </button>
                <button class="button" type="button" on:click=move |_| member.open.set(false)>"Not now"</button>
                <button class="button quiet" type="button" aria-pressed=move || again.get().to_string()
                    on:click=move |_| again.update(|again| *again = !*again)>"I had a seat before"</button>
            </div>
            <p class="muted small">"The facilitator sees how far you are, your scores and your build's state; your code only when you show it. Everything goes on without the hub."</p>
        </form>
    }
    .into_any()
}

/// Asks the panel. Who has joined is shown the seat with its recovery code; else the dialog closes when that went well.
fn send(member: Membership, busy: RwSignal<bool>, method: Method, path: &'static str, body: Option<String>) {
    busy.set(true);
    member.alert.0.set(None);
    let joins = method == Method::POST;
    spawn_local(async move {
        match panel::send(method, path, body).await {
            Ok(_) if joins => return,
            Ok(_) => member.open.set(false),
            Err(problem) => member.alert.0.set(Some(problem.detail)),
        }
        busy.try_set(false);
    });
}
