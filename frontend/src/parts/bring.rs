//! Taking results of other machines: files, or what a chat holds.

use gloo_net::http::Method;
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::Value;
use wasm_bindgen_futures::JsFuture;

use crate::{panel, parts::dialog::dialog};

/// The button with its dialog; the feed tells when something was taken.
pub fn bring_button() -> AnyView {
    let open = RwSignal::new(false);
    view! {
        <button class="button" data-testid="bring-button" on:click=move |_| open.set(true)>"Add results"</button>
        {dialog(open, "Add results of others", move || form(open))}
    }
    .into_any()
}

fn form(open: RwSignal<bool>) -> AnyView {
    let text = NodeRef::<html::Textarea>::new();
    let files = NodeRef::<html::Input>::new();
    let came = RwSignal::new(Vec::<String>::new());
    let busy = RwSignal::new(false);
    let send = move |_| {
        let said = text.get_untracked().map(|text| text.value()).unwrap_or_default();
        let chosen = files.get_untracked().and_then(|files| files.files());
        busy.set(true);
        spawn_local(async move {
            let mut parts = Vec::new();
            if !said.trim().is_empty() {
                parts.push(("what you pasted".to_owned(), said));
            }
            for file in
                (0..chosen.as_ref().map_or(0, |chosen| chosen.length())).filter_map(|at| chosen.as_ref()?.get(at))
            {
                let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
                parts.push((file.name(), text.unwrap_or_default()));
            }
            let mut lines = Vec::new();
            for (name, text) in parts {
                // As `BringResults` and `BroughtResults`, without code for these types alone.
                let body = panel::body(&[("text", Value::String(text))]);
                match panel::send(Method::POST, "/leaderboard/import", body).await {
                    Ok(answer) => {
                        let came: Value = serde_json::from_str(&answer).unwrap_or_default();
                        lines.push(format!("{name}: {} new, {} known", came["taken"], came["known"]));
                        let refused = came["refused"].as_array().into_iter().flatten();
                        lines.extend(refused.filter_map(Value::as_str).map(str::to_owned));
                    }
                    Err(problem) => lines.push(format!("{name}: {}", problem.detail)),
                }
            }
            if lines.is_empty() {
                lines.push("Paste score lines, or choose files.".to_owned());
            }
            came.try_set(lines);
            busy.try_set(false);
        });
    };
    view! {
        <div class="form">
            <label class="field">"Score lines, each after a name, as a chat has them"
                <textarea rows="5" node_ref=text data-testid="bring-text" placeholder="Ada: SCORE timeouts 92/100 …"></textarea>
            </label>
            <label class="field">"or data.json of runs"
                <input type="file" multiple=true accept=".json,.txt" node_ref=files />
            </label>
            <ul class="plain" role="status" data-testid="bring-result">
                {move || came.get().into_iter().map(|line| view! { <li>{line}</li> }.into_any()).collect::<Vec<_>>()}
            </ul>
            <div class="actions">
                <button class="button primary" data-testid="bring-send" disabled=move || busy.get() on:click=send>"Add"</button>
                <button class="button" on:click=move |_| open.set(false)>"Close"</button>
            </div>
        </div>
    }
    .into_any()
}
