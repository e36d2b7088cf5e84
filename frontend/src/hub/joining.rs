//! How one takes part: on the big screen before the session, and on the laptop of whoever follows the link.

use leptos::prelude::*;

use crate::{
    hub::{
        entry::Entry,
        live::HubLive,
        tools::{dashed, join_link},
    },
    parts::{copy::copy, said::said},
    title::title,
};

/// Port on which a panel listens unless it was told otherwise.
const PORT: &str = "3000";

/// The page.
pub fn joining() -> AnyView {
    let live = expect_context::<HubLive>();
    let entry = expect_context::<Entry>();
    title(|| "Join".to_owned());
    let origin = window().location().origin().unwrap_or_default();
    // The code stands in the link; the facilitator's own page knows the one that holds now.
    let linked = window().location().hash().unwrap_or_default().trim_start_matches('#').to_owned();
    let typed = RwSignal::new(String::new());
    let code = Memo::new(move |_| {
        let known = live.desk.with(|desk| desk.code.clone());
        let code = [known, linked.clone(), typed.get()].into_iter().find(|code| !code.is_empty());
        dashed(&code.unwrap_or_default())
    });
    let asked = Memo::new(move |_| {
        live.desk.with(|desk| desk.code.is_empty()) && window().location().hash().unwrap_or_default().len() < 2
    });
    let port = RwSignal::new(PORT.to_owned());
    let own = origin.clone();
    let href = Memo::new(move |_| {
        let hub: String = js_sys::encode_uri_component(&own).into();
        let code: String = js_sys::encode_uri_component(&code.get()).into();
        format!("http://localhost:{}/?join={hub}&code={code}", port.get())
    });
    let known = move || code.with(|code| !code.is_empty());
    let name = Memo::new(move |_| {
        entry.about.with(|about| about.as_ref().map(|about| about.name.clone())).unwrap_or_default()
    });
    let address = origin.clone();
    let command = move || format!("brownout join {address} {}", code.get());
    let closed = Memo::new(move |_| live.desk.with(|desk| !desk.code.is_empty() && !desk.open));
    view! {
        <div class="joining">
            <h1>"Take part in "<span data-testid="workshop">{move || name.get()}</span></h1>
            <p class="bad" role="alert">{move || entry.failed.get().map(|why| said(&why))}</p>
            <div class="join-big">
                <div><p class="muted">"Address of the hub"</p><p class="join-address number" data-testid="join-address">{origin}</p></div>
                <div><p class="muted">"Join code"</p><p class="join-code number" hidden=move || !known() data-testid="join-code">{move || code.get()}</p><p hidden=known>"Ask the facilitator."</p></div>
            </div>
            <p class="warn" role="status" hidden=move || !closed.get()>"The door is closed: nobody new is taken. Open it on the facilitator's page."</p>
            <ol class="join-steps">
                <li><strong>"Start your panel"</strong>" in the repository: "<code>"make run"</code>"."</li>
                <li><strong>"Press Join"</strong>" in its header and type address and code; or on this laptop:"
                    <div class="actions join-here">
                        <label class="field inline" hidden=move || !asked.get()>"Code"
                            <input type="text" class="find" placeholder="7KQ2-M4XD" autocomplete="off" on:input=move |event| typed.set(event_target_value(&event)) />
                        </label>
                        <a class="button primary" data-testid="join-panel" hidden=move || !known() href=move || href.get() target="_blank" rel="noreferrer">"Open my panel and join"</a>
                        <label class="field inline" hidden=move || !known()>"Port"
                            <input type="text" class="port" inputmode="numeric" prop:value=move || port.get()
                                on:input=move |event| port.set(event_target_value(&event).chars().filter(char::is_ascii_digit).collect()) />
                        </label>
                    </div>
                </li>
                <li><strong>"Choose a name."</strong>" The others see it on the board; no account, no password."</li>
            </ol>
            <p class="muted join-command" hidden=move || !known()>"In a terminal: "<code>{command}</code></p>
            <div class="actions" hidden=move || live.desk.with(|desk| desk.code.is_empty())>
                {move || copy("Copy link", join_link(&code.get()))}
            </div>
            <p class="muted small">"Your panel calls the hub; the hub never calls your laptop. It sees how far you are, your scores and your build's state, and your code only when you show it with a raised hand."</p>
        </div>
    }
    .into_any()
}
