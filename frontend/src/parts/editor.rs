//! Opening a file at a line in the participant's own editor.

use brownout_core::setup::{ChangeSettings, EDITORS, Editor, OpenFile, Settings};
use gloo_net::http::Method;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    live::Live,
    panel,
    parts::{act::Stands, alert::Alert, copy::put, dialog::dialog},
};

/// Where a participant's choice not to have files opened is kept: the panel knows only that there is none.
const COPIES: &str = "brownout.copies-paths";

/// What the participant has chosen, and the place that waits for a choice.
#[derive(Clone, Copy)]
pub struct Choices {
    /// As the panel knows it; `None` until it has answered.
    pub settings: RwSignal<Option<Settings>>,
    place: RwSignal<Option<Spot>>,
    asking: RwSignal<bool>,
    alert: Alert,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Relative to the repository.
    pub file: String,
    /// From 1.
    pub line: u32,
}

impl Choices {
    /// Asks the panel for the settings; anew when they were changed and after a reconnect, when a workshop was joined,
    /// which keeps the name that was given there, and when the stack has come up, which has its addresses.
    pub fn ask(live: Live, alert: Alert) -> Choices {
        let choices =
            Choices { settings: RwSignal::new(None), place: RwSignal::new(None), asking: RwSignal::new(false), alert };
        let state = Memo::new(move |_| {
            let stack = live.stack.with(|stack| stack.phase);
            (live.greetings(), live.settings.get(), live.hub.with(Option::is_some), stack)
        });
        Effect::new(move || {
            let _ = state.get();
            choices.ask_again();
        });
        choices
    }

    /// Asks once more.
    pub fn ask_again(self) {
        spawn_local(async move {
            let told = panel::get("/settings").await.ok();
            // The same is not shown anew: somebody may be typing.
            if told.is_some() && self.settings.with_untracked(|known| *known != told) {
                self.settings.set(told);
            }
        });
    }

    /// Changes a part of the settings.
    pub fn change(self, change: ChangeSettings, then: impl FnOnce() + 'static) {
        let then: Box<dyn FnOnce()> = Box::new(then);
        self.alert.0.set(None);
        spawn_local(async move {
            let body = serde_json::to_string(&change).ok();
            match panel::send(Method::PUT, "/settings", body).await {
                Ok(answer) => {
                    if let Ok(settings) = panel::read::<Settings>(&answer) {
                        self.settings.set(Some(settings));
                    }
                    then();
                }
                Err(problem) => self.alert.0.set(Some(problem.detail)),
            }
        });
    }

    /// Opens a place as chosen; asks first when nothing was chosen.
    pub fn open(self, place: Spot, copied: RwSignal<Option<bool>>) {
        let settings = self.settings.get_untracked().unwrap_or_default();
        let path = format!("{}/{}", settings.root, place.file);
        if let Some(url) = settings.editor.url(&path, place.line) {
            let _ = window().location().assign(&url);
        } else if settings.editor.kind == "command" {
            self.open_by_command(place);
        } else if copies() {
            put(format!("{path}:{}", place.line), copied);
        } else {
            self.place.set(Some(place));
            self.asking.set(true);
        }
    }

    fn open_by_command(self, place: Spot) {
        self.alert.0.set(None);
        spawn_local(async move {
            let body = serde_json::to_string(&OpenFile { file: place.file, line: place.line }).ok();
            if let Err(problem) = panel::send(Method::POST, "/editor", body).await {
                self.alert.0.set(Some(problem.detail));
            }
        });
    }
}

fn copies() -> bool {
    window().local_storage().ok().flatten().is_some_and(|kept| kept.get_item(COPIES).ok().flatten().is_some())
}

/// Opens a place in the editor.
pub fn open_button(label: String, place: Spot, stands: Stands, id: &'static str) -> AnyView {
    let choices = expect_context::<Choices>();
    let copied = RwSignal::new(None);
    view! {
        <button class=stands.class() data-testid=id hidden=move || !stands.shown.get()
            on:click=move |_| choices.open(place.clone(), copied)>
            {move || if copied.get() == Some(true) { "Path copied".to_owned() } else { label.clone() }}
        </button>
    }
    .into_any()
}

/// The dialog that asks once how files are opened.
pub fn editor_dialog() -> AnyView {
    let choices = expect_context::<Choices>();
    dialog(choices.asking, "How do you open files?", move || {
        let chosen = move || {
            choices.asking.set(false);
            if let Some(place) = choices.place.get_untracked() {
                choices.open(place, RwSignal::new(None));
            }
        };
        view! {
            <p class="muted">"Brownout remembers this; the Setup page changes it."</p>
            {editor_form(choices, chosen)}
            <button class="button" on:click=move |_| choices.asking.set(false)>"Not now"</button>
        }
        .into_any()
    })
}

/// The choice of an editor.
pub fn editor_form(choices: Choices, then: impl Fn() + Clone + Send + 'static) -> AnyView {
    let (kind, command) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let told = Memo::new(move |_| {
        choices.settings.with(|settings| settings.as_ref().map(|settings| settings.editor.clone())).unwrap_or_default()
    });
    Effect::new(move || {
        let editor = told.get();
        kind.set(editor.kind);
        command.set(editor.command);
    });
    let kinds = EDITORS.iter().map(|(kind, title, _)| (*kind, *title));
    let kinds = kinds.chain([("command", "A command"), ("none", "I copy the path")]);
    let option = move |(value, title): (&'static str, &'static str)| {
        view! {
            <label class="choice">
                <input type="radio" name="editor" value=value prop:checked=move || kind.with(|kind| kind == value)
                    on:change=move |_| kind.set(value.to_owned()) />
                {title}
            </label>
        }
        .into_any()
    };
    let keep = move |_| {
        let kind = kind.get_untracked();
        if let Ok(Some(kept)) = window().local_storage() {
            let _ = if kind == "none" { kept.set_item(COPIES, "1") } else { kept.remove_item(COPIES) };
        }
        let editor = Editor { kind, command: command.get_untracked() };
        choices.change(ChangeSettings { name: None, editor: Some(editor) }, then.clone());
    };
    view! {
        <div class="form">
            <div class="choices" role="radiogroup" aria-label="editor">{kinds.map(option).collect_view()}</div>
            <label class="field" hidden=move || kind.with(|kind| kind != "command")>
                "Command; {path} and {line} are filled in"
                <input type="text" placeholder="code -g {path}:{line}" prop:value=move || command.get()
                    on:input=move |event| command.set(event_target_value(&event)) />
            </label>
            <div class="actions">
                <button class="button primary" data-testid="editor-save" on:click=keep>"Use this"</button>
            </div>
        </div>
    }
    .into_any()
}
