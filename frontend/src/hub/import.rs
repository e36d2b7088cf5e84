//! Taking in what the network did not bring: files that participants wrote with `brownout outbox export`.

use leptos::{html, prelude::*, task::spawn_local};
use serde_json::Value;

use crate::{hub::call, parts::dialog::dialog};

/// The button with its dialog.
pub fn import_button() -> AnyView {
    let open = RwSignal::new(false);
    view! {
        <button class="button" data-testid="import-button" on:click=move |_| open.set(true)>"Take in a file"</button>
        {dialog(open, "Take in files of participants", move || form(open))}
    }
    .into_any()
}

fn form(open: RwSignal<bool>) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    let came = RwSignal::new(Vec::<String>::new());
    let busy = RwSignal::new(false);
    // Which file is being taken in, of how many.
    let at = RwSignal::new((0, 0));
    let send = move |_| {
        let chosen = field.get_untracked().and_then(|field| field.files());
        busy.set(true);
        at.set((0, 0));
        spawn_local(async move {
            let mut lines = Vec::new();
            for file in
                (0..chosen.as_ref().map_or(0, web_sys::FileList::length)).filter_map(|at| chosen.as_ref()?.get(at))
            {
                let name = file.name();
                let of = chosen.as_ref().map_or(0, web_sys::FileList::length);
                at.try_update(|at| *at = (at.0 + 1, of));
                match call::upload("/import", &file).await {
                    Ok(answer) => lines.extend(told(&name, &answer)),
                    Err(problem) => lines.push(format!("{name}: {}", problem.detail)),
                }
            }
            if lines.is_empty() {
                lines.push("Choose a file first.".to_owned());
            }
            came.try_set(lines);
            busy.try_set(false);
        });
    };
    view! {
        <div class="form">
            <p>"Who cannot reach the hub writes one with "<code>"brownout outbox export"</code>" and hands it over. What is here already is not doubled."</p>
            <label class="field">"Files" <input type="file" multiple=true accept=".gz" node_ref=field data-testid="import-files" /></label>
            <ul class="plain wrap" role="status" data-testid="import-result">
                {move || came.get().into_iter().map(|line| view! { <li>{line}</li> }.into_any()).collect::<Vec<_>>()}
            </ul>
            <div class="actions">
                <button class="button primary" data-testid="import-send" disabled=move || busy.get() on:click=send>
                    {move || match (busy.get(), at.get()) {
                        (true, (at, of)) if of > 0 => format!("Taking in {at} of {of} …"),
                        _ => "Take in".to_owned(),
                    }}
                </button>
                <button class="button" on:click=move |_| open.set(false)>"Close"</button>
            </div>
        </div>
    }
    .into_any()
}

/// What came of a file, in sentences.
fn told(name: &str, answer: &str) -> Vec<String> {
    let came: Value = serde_json::from_str(answer).unwrap_or_default();
    let count = |key: &str| came[key].as_u64().unwrap_or_default();
    let says = format!(
        "{name}, of {}: {} events and {} records are new, {} and {} were here.",
        came["name"].as_str().unwrap_or("somebody"),
        count("events"),
        count("records"),
        count("known_events"),
        count("known_records"),
    );
    let refused = came["refused"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    std::iter::once(says).chain(refused).collect()
}
