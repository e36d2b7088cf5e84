//! Workshops that are over: a hub's archive opened as a page, and those that this panel keeps.

use gloo_net::http::Method;
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::Value;

use crate::{panel, parts::dialog::dialog};

/// What the dialog shares with its rows.
#[derive(Clone, Copy)]
struct Shelf {
    /// Cards as `ArchiveCard`, without code for that type alone.
    cards: RwSignal<Vec<Value>>,
    /// The archive that is about to be erased.
    erasing: RwSignal<String>,
    says: RwSignal<String>,
    busy: RwSignal<bool>,
}

/// The button with its dialog.
pub fn archives_button() -> AnyView {
    let open = RwSignal::new(false);
    view! {
        <button class="button" data-testid="archives-button" on:click=move |_| open.set(true)>"Open a workshop's archive…"</button>
        {dialog(open, "Archives of workshops", move || form(open))}
    }
    .into_any()
}

fn form(open: RwSignal<bool>) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    let shelf = Shelf {
        cards: RwSignal::default(),
        erasing: RwSignal::default(),
        says: RwSignal::default(),
        busy: RwSignal::new(false),
    };
    shelf.look();
    let send = move |_| {
        let chosen = field.get_untracked().and_then(|field| field.files()?.get(0));
        let Some(file) = chosen else { return shelf.says.set("Choose a file first.".to_owned()) };
        shelf.says.set(String::new());
        shelf.busy.set(true);
        spawn_local(async move {
            match panel::upload("/archives", &file).await {
                Ok(answer) => {
                    let card: Value = serde_json::from_str(&answer).unwrap_or_default();
                    let _ = window().location().assign(text(&card, "url"));
                }
                Err(problem) => drop(shelf.says.try_set(problem.detail)),
            }
            shelf.busy.try_set(false);
        });
    };
    view! {
        <div class="form">
            <label class="field">"The file that the hub's page After has saved"
                <input type="file" accept=".gz,.json" node_ref=field data-testid="archive-file" />
            </label>
            <p class="wrap" role="status" data-testid="archive-says">{move || shelf.says.get()}</p>
            <div class="actions">
                <button class="button primary" data-testid="archive-open" disabled=move || shelf.busy.get() on:click=send>"Open the file"</button>
                <button class="button" on:click=move |_| open.set(false)>"Close"</button>
            </div>
            <ul class="plain" data-testid="archives-kept">
                {move || shelf.cards.get().into_iter().map(|card| row(&card, shelf)).collect::<Vec<_>>()}
            </ul>
        </div>
    }
    .into_any()
}

fn row(card: &Value, shelf: Shelf) -> AnyView {
    let id = StoredValue::new(text(card, "id").to_owned());
    let asked = Memo::new(move |_| shelf.erasing.get() == id.get_value());
    let date = js_sys::Date::new(&card["date_ms"].as_f64().unwrap_or_default().into());
    let date: String = date.to_locale_date_string("default", &js_sys::Object::new()).into();
    let erase = move |_| match asked.get_untracked() {
        false => shelf.erasing.set(id.get_value()),
        true => shelf.erase(id.get_value()),
    };
    view! {
        <li class="actions">
            <span>{text(card, "name").to_owned()}" "<span class="muted small">{date}", "{card["seats"].to_string()}" took part"</span></span>
            <a class="button quiet" data-testid="archive-page" target="_blank" hidden=move || asked.get() href=text(card, "url").to_owned()>"Open"</a>
            <button class="button quiet" data-testid="archive-remove" class:danger=move || asked.get() on:click=erase>
                {move || if asked.get() { "Remove for good" } else { "Remove" }}
            </button>
            <button class="button quiet" hidden=move || !asked.get() on:click=move |_| shelf.erasing.set(String::new())>"Keep it"</button>
        </li>
    }
    .into_any()
}

impl Shelf {
    fn look(self) {
        spawn_local(async move {
            match panel::text("/archives").await {
                Ok(answer) => drop(self.cards.try_set(serde_json::from_str(&answer).unwrap_or_default())),
                Err(problem) => drop(self.says.try_set(problem.detail)),
            }
        });
    }

    fn erase(self, id: String) {
        spawn_local(async move {
            match panel::send(Method::DELETE, &format!("/archives/{id}"), None).await {
                Ok(_) => self.look(),
                Err(problem) => drop(self.says.try_set(problem.detail)),
            }
        });
    }
}

fn text<'a>(card: &'a Value, name: &str) -> &'a str {
    card[name].as_str().unwrap_or_default()
}
