//! This machine: what it has and lacks, the services with their logs, the choices, and where things are.

use brownout_core::setup::{ChangeSettings, Check, CheckState, Preflight, Settings, StackAbility};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    live::Live,
    panel,
    parts::{
        act::{Stands, ask_button, deploy_button},
        build::build_state,
        copy::copy,
        editor::{Choices, editor_form},
        said::said,
        scaling::scaling,
        services::services,
    },
    title::title,
    view::Fetched,
};

/// The page.
pub fn setup() -> AnyView {
    title(|| "Setup".to_owned());
    view! {
        <div class="page-head">
            <h1>"Setup"</h1>
            <a class="button" data-testid="api-link" href="/api/docs" target="_blank" rel="noreferrer">"API reference"</a>
        </div>
        <div class="setup-page">
            <div class="column">{checks()}{settings()}</div>
            <div class="column">{stack()}{scaling(false)}{logs()}</div>
        </div>
    }
    .into_any()
}

fn checks() -> AnyView {
    let live = expect_context::<Live>();
    let kind = Memo::new(move |_| live.stack.with(|stack| stack.kind.clone()));
    let found = RwSignal::new(Fetched::<Preflight>::Loading);
    let busy = RwSignal::new(false);
    let look = move || {
        busy.set(true);
        spawn_local(async move {
            found.try_set(panel::get("/setup/checks").await.into());
            busy.try_set(false);
        });
    };
    look();
    let shown = move || match found.get() {
        Fetched::Loading => view! { <p class="muted" role="status">"Looking …"</p> }.into_any(),
        Fetched::Failed(why) => view! { <p class="problem" role="alert">{said(&why)}</p> }.into_any(),
        Fetched::Ready(found) => {
            let kind = kind.get();
            view! {
            <ul class="plain checks">{found.checks.into_iter().map(|found| check(found, &kind)).collect::<Vec<_>>()}</ul>
            <ul class="plain checks">{found.stacks.into_iter().map(ability).collect::<Vec<_>>()}</ul>
        }
        .into_any()
        }
    };
    view! {
        <section class="panel">
            <div class="panel-head">
                <h2>"This machine"</h2>
                <button class="button" data-testid="check-button" disabled=move || busy.get() on:click=move |_| look()>
                    {move || if busy.get() { "Checking …" } else { "Check again" }}
                </button>
            </div>
            {move || shown()}
        </section>
    }
    .into_any()
}

/// `kind` is the stack in use: what only others need is no alarm.
fn check(check: Check, kind: &str) -> AnyView {
    let (sign, word, class) = match check.state {
        CheckState::Ok => ("✓", "as it should be", "good"),
        CheckState::Warning => ("▲", "will do, but not well", "warn"),
        CheckState::Missing if !check.needed_for.iter().any(|needs| needs == kind) => ("○", "not needed now", "muted"),
        CheckState::Missing => ("✗", "missing", "bad"),
    };
    let needed = if check.state == CheckState::Ok || check.needed_for.is_empty() {
        String::new()
    } else {
        format!("needed for the stack {}", check.needed_for.join(" and "))
    };
    let fix = check
        .fix
        .map(|fix| view! { <div class="fix"><code>{fix.clone()}</code>{copy("Copy command", fix)}</div> }.into_any());
    view! {
        <li class="check" data-testid=format!("check-{}", check.name) data-state=class>
            <span class=class aria-hidden="true">{sign}</span>
            <span class="strong">{check.title}<span class="visually-hidden">{format!(": {word}")}</span></span>
            <div>{said(&check.says)}<p class="muted small because">{needed}</p>{fix}</div>
        </li>
    }
    .into_any()
}

fn ability(stack: StackAbility) -> AnyView {
    let (sign, word, class) = if stack.can_run { ("✓", "can run", "good") } else { ("○", "cannot run", "muted") };
    view! {
        <li class="check">
            <span class=class aria-hidden="true">{sign}</span>
            <span class="strong">"stack "{stack.kind}</span>
            <div>{word}". "{said(&stack.says)}</div>
        </li>
    }
    .into_any()
}

fn stack() -> AnyView {
    let live = expect_context::<Live>();
    let notices = Memo::new(move |_| live.stack.with(|stack| stack.notices.clone()));
    let down = Memo::new(move |_| live.stack.with(|stack| stack.services.is_empty()));
    let notice = |says: String| {
        view! {
            <li class="check">
                <span class="warn" aria-hidden="true">"▲"</span>
                <div class="rest"><span class="visually-hidden">"Notice: "</span>{said(&says)}</div>
            </li>
        }
        .into_any()
    };
    view! {
        <section class="panel settings" data-testid="stack">
            <h2>"Stack"</h2>
            <div>{services()}</div>
            <ul class="plain checks" hidden=move || notices.with(Vec::is_empty)>
                {move || notices.get().into_iter().map(notice).collect::<Vec<_>>()}
            </ul>
            {build_state()}
            <div class="actions" hidden=move || down.get()>
                {deploy_button(Stands::beside())}
                {ask_button("Restart the stack", "restart-button", "/stack/restart")}
                {ask_button("Reset the lab", "reset-button", "/stack/reset")}
            </div>
            <p class="muted small" hidden=move || down.get()>"Restart stops every service and starts it again. Reset takes replicas, faults and data back to where they began."</p>
        </section>
    }
    .into_any()
}

fn logs() -> AnyView {
    let live = expect_context::<Live>();
    let services =
        Memo::new(move |_| live.stack.with(|stack| stack.services.iter().map(|s| s.name.clone()).collect::<Vec<_>>()));
    let service = RwSignal::new(String::new());
    let lines = RwSignal::new(Fetched::Loading);
    let look = move || {
        let name = service.get_untracked();
        if name.is_empty() {
            return;
        }
        spawn_local(async move {
            let told = panel::text(&format!("/stack/logs/{name}?lines=200")).await;
            // Another one may be wanted by now.
            if service.try_get_untracked() == Some(name) {
                lines.try_set(told.into());
            }
        });
    };
    Effect::new(move || {
        let first = services.with(|services| services.first().cloned());
        if service.with_untracked(String::is_empty)
            && let Some(first) = first
        {
            service.set(first);
        }
    });
    Effect::new(move || {
        service.track();
        look();
    });
    let tab = move |name: String| {
        let (own, picked) = (name.clone(), name.clone());
        view! {
            <button class="button quiet" aria-pressed=move || service.with(|service| *service == own).to_string()
                on:click=move |_| service.set(picked.clone())>{name}</button>
        }
        .into_any()
    };
    let shown = move || {
        match lines.get() {
        _ if service.with(String::is_empty) => {
            view! { <p class="muted">"No service has run yet. Start the stack, and what its services write stands here."</p> }.into_any()
        }
        Fetched::Loading => view! { <p class="muted" role="status">"Reading the log …"</p> }.into_any(),
        Fetched::Failed(why) => view! { <p class="problem" role="alert">{said(&why)}</p> }.into_any(),
        Fetched::Ready(text) if !text.is_empty() => {
            view! { <pre class="lines log" tabindex="0" aria-label="log">{text}</pre> }.into_any()
        }
        Fetched::Ready(_) => view! { <p class="muted">"This service has written nothing yet."</p> }.into_any(),
    }
    };
    view! {
        <section class="panel">
            <div class="panel-head">
                <h2>"Logs"</h2>
                <div class="actions" role="group" aria-label="service">{move || services.get().into_iter().map(tab).collect::<Vec<_>>()}</div>
                <button class="button" data-testid="log-button" disabled=move || service.with(String::is_empty) on:click=move |_| look()>"Refresh"</button>
            </div>
            {move || shown()}
        </section>
    }
    .into_any()
}

fn settings() -> AnyView {
    let choices = expect_context::<Choices>();
    // Built once: what is typed into one field stays when another is saved.
    let known = Memo::new(move |_| choices.settings.with(Option::is_some));
    let shown = move || match known.get() {
        false => view! {
            <div class="form">
                <p class="muted" role="status">"The panel has not told its settings yet."</p>
                <button class="button" on:click=move |_| choices.ask_again()>"Ask again"</button>
            </div>
        }
        .into_any(),
        true => view! {
            {name(choices)}
            {editor_form(choices, || ())}
            {move || choices.settings.get().map(|settings| places(&settings))}
        }
        .into_any(),
    };
    view! { <section class="panel settings"><h2>"Settings"</h2>{move || shown()}</section> }.into_any()
}

fn name(choices: Choices) -> AnyView {
    let name = RwSignal::new(String::new());
    let told = Memo::new(move |_| {
        choices.settings.with(|settings| settings.as_ref().map(|settings| settings.name.clone())).unwrap_or_default()
    });
    Effect::new(move || name.set(told.get()));
    let keep = move |_| {
        let change = ChangeSettings { name: Some(name.get_untracked()), editor: None };
        choices.change(change, || ());
    };
    view! {
        <div class="form row">
            <label class="field">
                "What you are called on the leaderboard"
                <input type="text" maxlength="40" data-testid="name" prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event)) />
            </label>
            <button class="button" on:click=keep>"Save the name"</button>
        </div>
        <h3>"How files are opened"</h3>
    }
    .into_any()
}

fn places(settings: &Settings) -> AnyView {
    let rows = [
        ("this panel", &settings.panel, "--port"),
        ("the lab's API", &settings.api, "--api-port"),
        ("the lab's worker", &settings.worker, "--worker-port"),
        ("history, logs, builds", &settings.data_dir, "--data-dir"),
        ("the repository", &settings.root, ""),
    ]
    .map(|(what, place, flag)| {
        view! { <dt>{what}</dt><dd><code>{place.clone()}</code></dd><dd class="muted"><code>{flag}</code></dd> }
            .into_any()
    });
    view! {
        <h3>"Where things are, and the flag of "<code>"brownout serve"</code>" that changes it"</h3>
        <dl class="places">{rows.into_iter().collect::<Vec<_>>()}</dl>
    }
    .into_any()
}
