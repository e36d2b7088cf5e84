//! What a facilitator does to all at once: announce, freeze and reveal, hide names, the door.

use brownout_core::hub::{message::Said, page::DoorAsk};
use gloo_net::http::Method;
use leptos::prelude::*;

use crate::{
    hub::{
        acts::{Acts, body},
        live::HubLive,
        saying::{Saying, words},
    },
    parts::{copy::copy, dialog::dialog, said::said},
};

/// The buttons above the grid.
pub fn tools() -> AnyView {
    let live = expect_context::<HubLive>();
    let acts = expect_context::<Acts>();
    let saying = expect_context::<Saying>();
    let frozen = Memo::new(move |_| live.board.with(|board| board.frozen));
    let hidden = Memo::new(move |_| live.board.with(|board| board.hidden));
    let said_count = Memo::new(move |_| live.said.with(Vec::len));
    let (door, spoken) = (RwSignal::new(false), RwSignal::new(false));
    let freeze = move |_| match frozen.get_untracked() {
        true => acts.post("/reveal", "The board moves again and shows everything."),
        false => acts.post("/freeze", "The board is frozen for participants and screens."),
    };
    let hide = move |_| match hidden.get_untracked() {
        true => acts.post("/show", "Names are shown again."),
        false => acts.post("/hide", "Names are hidden on participants' screens and on the wall."),
    };
    let code = Memo::new(move |_| live.desk.with(|desk| (dashed(&desk.code), desk.open)));
    view! {
        <div class="tools" role="group" aria-label="for everybody">
            <button class="button" data-testid="announce-button" on:click=move |_| saying.to_all()>"Announce"</button>
            <button class="button toggled" data-testid="freeze-button" class:on=move || frozen.get() disabled=move || acts.busy.get() on:click=freeze>
                {move || if frozen.get() { "❄ Reveal the board" } else { "Freeze the board" }}
            </button>
            <button class="button toggled" data-testid="hide-button" class:on=move || hidden.get() disabled=move || acts.busy.get() on:click=hide>
                {move || if hidden.get() { "Show names" } else { "Hide names" }}
            </button>
            <button class="button quiet" data-testid="said-button" hidden=move || said_count.get() == 0 on:click=move |_| spoken.set(true)>
                {move || format!("Said: {}", said_count.get())}
            </button>
            <button class="button quiet door" data-testid="door-button" hidden=move || code.with(|code| code.0.is_empty()) on:click=move |_| door.set(true)>
                "Code "<code>{move || code.get().0}</code>{move || if code.get().1 { "" } else { " (closed)" }}
            </button>
        </div>
        {dialog(door, "The door", move || door_form(live, acts, door))}
        {dialog(spoken, "What was said", move || spoken_list(live, acts, spoken))}
    }
    .into_any()
}

/// A join code as people read it.
pub fn dashed(code: &str) -> String {
    let code: String = code.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    if code.len() == 8 { format!("{}-{}", &code[..4], &code[4..]) } else { code }
}

/// The address that participants open.
pub fn join_link(code: &str) -> String {
    let origin = window().location().origin().unwrap_or_default();
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{origin}/join#{code}")
}

fn door_form(live: HubLive, acts: Acts, open: RwSignal<bool>) -> AnyView {
    let put = move |ask: DoorAsk| acts.ask(Method::PUT, "/door".to_owned(), body(&ask), None, String::new());
    let is_open = Memo::new(move |_| live.desk.with(|desk| desk.open));
    view! {
        <div class="form">
            <p class="door-code number" data-testid="door-code">{move || live.desk.with(|desk| dashed(&desk.code))}</p>
            <p class="wrap"><code>{move || live.desk.with(|desk| join_link(&desk.code))}</code></p>
            <p class="muted">{move || if is_open.get() { "Whoever has the code takes a seat." } else { "The door is closed: nobody new is taken. Who sits goes on." }}</p>
            <div class="actions">
                {move || copy("Copy link", live.desk.with(|desk| join_link(&desk.code)))}
                <button class="button" data-testid="door-toggle" on:click=move |_| put(DoorAsk { new_code: false, open: !is_open.get_untracked() })>
                    {move || if is_open.get() { "Close the door" } else { "Open the door" }}
                </button>
                <button class="button" on:click=move |_| put(DoorAsk { new_code: true, open: true })>"Another code"</button>
                <button class="button" autofocus=true on:click=move |_| open.set(false)>"Done"</button>
            </div>
            <p class="muted small">"With another code the old one is no longer taken."</p>
        </div>
    }
    .into_any()
}

fn spoken_list(live: HubLive, acts: Acts, open: RwSignal<bool>) -> AnyView {
    let rows = move || {
        let row = |message: brownout_core::hub::message::Message| {
            let (id, announced) = (message.id.clone(), matches!(message.what, Said::Announcement { .. }));
            let (to, what) = words(&message, live);
            let back = move |_| acts.ask(Method::DELETE, format!("/messages/{id}"), None, None, String::new());
            view! {
                <li class="spoken">
                    <div><p class="muted small">{to}{if announced { ", also on the big screen" } else { "" }}</p><p>{said(&what)}</p></div>
                    <button class="button" on:click=back>"Take back"</button>
                </li>
            }
            .into_any()
        };
        live.said.with(|said| said.iter().rev().cloned().map(row).collect::<Vec<_>>())
    };
    view! {
        <ul class="plain spoken-list">{move || rows()}</ul>
        <p class="muted small">"What is taken back disappears from every screen that has not dismissed it."</p>
        <button class="button" autofocus=true on:click=move |_| open.set(false)>"Close"</button>
    }
    .into_any()
}
