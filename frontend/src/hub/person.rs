//! One participant: what is known of the laptop now, the hand, each case, and the last run with its criteria and curves.

use brownout_core::{
    event::CodeFile,
    hub::{
        hand::Hand,
        page::{HandView, HelpedAsk, Person, PersonRun, Recovery, Rename},
        pulse::Pulse,
        readiness::Readiness,
        row::GridRow,
        snapshot::SeatReadiness,
    },
    stack::BuildState,
};
use gloo_net::http::Method;
use leptos::{html, prelude::*, task::spawn_local};

use crate::{
    hub::{
        acts::{Acts, body},
        asked::Asked,
        call,
        cell::{flags, minutes, need_words, ready_words, state_words},
        facilitator::Shared,
        live::HubLive,
        record::run_view,
        saying::Saying,
    },
    panel,
    parts::{alert::Alert, dialog::dialog, said::said},
    place::Place,
    socket::Connection,
    view::Fetched,
};

/// The column.
pub fn person() -> AnyView {
    let shared = expect_context::<Shared>();
    let shown = move || {
        match shared.seat.get() {
        None => view! {
            <section class="panel empty-person">
                <h2>"Nobody is open"</h2>
                <p class="muted">"Choose somebody in the grid: last run, curves, build and hand stand here."</p>
                <p class="muted"><kbd>"j"</kbd>" "<kbd>"k"</kbd>" go through the rows, "<kbd>"Enter"</kbd>" opens one."</p>
            </section>
        }
        .into_any(),
        Some(seat) => of(seat),
    }
    };
    view! { {move || shown()} }.into_any()
}

fn of(seat: String) -> AnyView {
    let live = expect_context::<HubLive>();
    let place = expect_context::<Place>();
    let saying = expect_context::<Saying>();
    let id = StoredValue::new(seat);
    let row = Memo::new(move |_| id.with_value(|seat| live.row(seat)));
    let asked = Asked::<Person>::new();
    // The run that is looked at, by its id; the last one where none was chosen.
    let chosen = RwSignal::new(None::<String>);
    // Anew when a run has ended, when its record has come, and when the hub is there again.
    let told = Memo::new(move |_| {
        let there = live.connection.get() == Connection::Open;
        (there, row.with(|row| row.as_ref().map(|row| (row.runs, row.records))))
    });
    let ask = move || asked.ask(format!("/people/{}", id.get_value()));
    Effect::new(move || {
        if told.get().0 {
            ask();
        }
    });
    let looked = Memo::new(move |_| {
        chosen.with(|chosen| {
            asked.shown.with(|shown| match shown {
                Fetched::Ready(person) => {
                    let run = person.runs.iter().find(|run| chosen.as_ref() == Some(&run.run));
                    run.or(person.runs.first()).cloned()
                }
                _ => None,
            })
        })
    });
    // Apart from what changes each second: who reads the code goes on reading.
    let hand = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.hand.clone())));
    let name = Memo::new(move |_| {
        row.with(|row| row.as_ref().map(|row| (row.name.clone(), row.tag.clone())).unwrap_or_default())
    });
    let known = Memo::new(move |_| row.with(Option::is_some));
    let ready = Memo::new(move |_| {
        let own = |rows: &Vec<SeatReadiness>| {
            let row = id.with_value(|seat| rows.iter().find(|row| row.seat == *seat));
            row.map(|row| row.readiness.clone())
        };
        live.ready.with(own)
    });
    let message = move |_| saying.to_seats(vec![id.get_value()]);
    let close = move |_| place.turn("/facilitator");
    view! {
        <section class="panel person" data-testid="person" aria-label=move || name.get().0>
            <div class="panel-head">
                <h2>{move || name.get().0}" "<span class="muted tag-of">{move || name.get().1}</span></h2>
                <button class="button" data-testid="say-person" on:click=message>"Message or hint"</button>
                <button class="button quiet" aria-label="close the person" on:click=close>"×"</button>
            </div>
            <p class="muted" hidden=move || known.get()>"This seat is not in the grid. It may have been removed."</p>
            {move || hand.get().map(|hand| hand_card(hand, live, id))}
            {move || row.get().map(|row| now(&row, live))}
            {move || ready.get().map(|ready| readiness(&ready))}
            {move || match asked.shown.get() {
                Fetched::Loading => view! { <p class="muted" role="status">"Asking for the runs …"</p> }.into_any(),
                Fetched::Failed(_) => ().into_any(),
                Fetched::Ready(person) => view! {
                    <p class="muted" hidden=!person.runs.is_empty()>"No run has ended yet."</p>
                }
                .into_any(),
            }}
            {move || asked.failed.get().map(|why| view! {
                <p class="problem" role="alert">{said(&why)}</p>
                <button class="button" disabled=move || asked.busy.get() on:click=move |_| ask()>"Try again"</button>
            }.into_any())}
            <div class="person-run">{move || looked.get().map(|run| run_view(live, &id.get_value(), run))}</div>
            {move || match asked.shown.get() {
                Fetched::Ready(person) => runs(person, chosen, looked, live),
                _ => ().into_any(),
            }}
            {manage(id, name)}
        </section>
    }
    .into_any()
}

/// What is true now; the hand stands apart.
fn now(row: &GridRow, live: HubLive) -> AnyView {
    let (sign, word, tone) = need_words(row.need);
    let heard = row.heard_ms;
    let ago = move || match live.now_ms().saturating_sub(heard) / 1_000 {
        0..=2 => "heard just now".to_owned(),
        seconds @ 3..=59 => format!("heard {seconds} s ago"),
        seconds => format!("heard {} min ago", seconds / 60),
    };
    let online = if row.online { ("●", "connected", "good") } else { ("○", "offline", "muted") };
    let pulse = row.pulse.as_ref().map(|pulse| pulse_facts(pulse, live));
    let titles =
        untrack(|| live.board.with(|board| board.cases.iter().map(|case| case.title.clone()).collect::<Vec<_>>()));
    let case = |(cell, title): (&brownout_core::hub::row::GridCell, String)| {
        let (sign, word, tone) = state_words(cell.state);
        let marks = flags(cell)
            .into_iter()
            .map(|(says, tone)| view! { <span class=tone>{says}</span> }.into_any())
            .collect::<Vec<_>>();
        let best = cell.best.or(cell.last).map_or("–".to_owned(), |score| score.to_string());
        let met = cell.runs > 0 || cell.clock_ms > 0;
        let runs = match cell.runs {
            1 => "1 run".to_owned(),
            count => format!("{count} runs"),
        };
        view! {
            <li class="person-case">
                <span class="strong">{title}</span>
                <span class=tone><span aria-hidden="true">{sign}</span>" "{word}</span>
                <span class="number strong">{best}</span>
                <span class="small person-marks">{met.then(|| view! { <span class="muted">{runs}" · "<span class="number">{minutes(cell.clock_ms)}</span></span> }.into_any())}{marks}</span>
            </li>
        }
        .into_any()
    };
    let cases: Vec<AnyView> = row.cells.iter().zip(titles).map(case).collect();
    view! {
        <p>
            <span class=tone aria-hidden="true">{sign}</span>" "
            {if row.why.is_empty() { word.to_owned() } else { row.why.clone() }}
        </p>
        <p class="small">
            <span class=online.2><span aria-hidden="true">{online.0}</span>" "{online.1}</span>
            <span class="muted">", "{move || ago()}</span>
        </p>
        {pulse}
        <ul class="plain person-cases">{cases}</ul>
    }
    .into_any()
}

fn pulse_facts(pulse: &Pulse, live: HubLive) -> AnyView {
    let build = match pulse.build {
        BuildState::Failed => Some(("✗ the build has failed", "bad")),
        BuildState::Building => Some(("building …", "muted")),
        BuildState::Edited => Some(("edited, not deployed", "warn")),
        BuildState::Live => Some(("the working copy is live", "muted")),
        BuildState::Unknown => None,
    };
    let running = pulse
        .running
        .as_ref()
        .map(|run| format!("runs {}: second {} of {}", live.title(&run.scenario), run.second, run.of));
    let waits = pulse.run_waits.then_some("a run waits for a precondition");
    let open = pulse.open.as_ref().map(|open| {
        format!(
            "{} is open, {}{}",
            live.title(open),
            minutes(pulse.clock_ms),
            if pulse.ticking { "" } else { " (its clock stands)" }
        )
    });
    let services = (
        format!("{} of {} services ready", pulse.services.ready, pulse.services.of),
        if pulse.services.all() { "muted" } else { "bad" },
    );
    let waiting = (pulse.waiting > 0).then(|| format!("{} still to be sent", pulse.waiting));
    let fact = |says: String, tone: &'static str| view! { <li class=tone>{says}</li> }.into_any();
    let problem =
        pulse.problem.clone().map(|problem| view! { <li><code class="wrap">{problem}</code></li> }.into_any());
    view! {
        <ul class="plain small facts">
            {open.map(|says| fact(says, "muted"))}
            {running.map(|says| fact(says, ""))}
            {waits.map(|says| fact(says.to_owned(), "warn"))}
            {build.map(|(says, tone)| fact(says.to_owned(), tone))}
            {problem}
            {fact(services.0, services.1)}
            {waiting.map(|says| fact(says, "warn"))}
        </ul>
    }
    .into_any()
}

/// A hand that is up: its note, the code where it was shown, and that help came.
fn hand_card(hand: Hand, live: HubLive, id: StoredValue<String>) -> AnyView {
    let acts = expect_context::<Acts>();
    let alert = expect_context::<Alert>();
    let code = RwSignal::new(None::<Vec<CodeFile>>);
    let Hand { hand, scenario, note, shares_code, up_ms } = hand;
    let since = move || minutes(live.now_ms().saturating_sub(up_ms));
    let note = if note.is_empty() { "No note.".to_owned() } else { format!("“{note}”") };
    let own = hand.clone();
    let show = move |_| {
        let path = format!("/people/{}/hands/{own}", id.get_value());
        spawn_local(async move {
            match call::get::<HandView>(&path).await {
                Ok(view) => drop(code.try_set(Some(view.code))),
                Err(problem) => alert.0.set(Some(problem.detail)),
            }
        });
    };
    let helped = move |_| {
        let path = format!("/people/{}/helped", id.get_value());
        acts.ask(Method::POST, path, body(&HelpedAsk { hand: hand.clone() }), None, String::new());
    };
    let files = move || {
        let file = |file: CodeFile| {
            view! { <p class="small"><code>{file.path}</code></p><pre class="lines tall" tabindex="0">{file.text}</pre> }.into_any()
        };
        code.get().map(|files| files.into_iter().map(file).collect::<Vec<_>>())
    };
    view! {
        <div class="hand-card" data-testid="hand-card">
            <p><span aria-hidden="true">"⚑ "</span><span class="strong">"Hand up for "<span class="number">{move || since()}</span></span>
                <span class="muted">{scenario.map(|scenario| format!(", {}", live.title(&scenario)))}</span></p>
            <p class="wrap" data-testid="hand-says">{note}</p>
            <div class="actions">
                <button class="button primary" data-testid="helped-button" disabled=move || acts.busy.get() on:click=helped>"Help came"</button>
                <button class="button" data-testid="hand-code" hidden=!shares_code on:click=show>"Show the code"</button>
            </div>
            {move || files()}
        </div>
    }
    .into_any()
}

/// How ready the laptop is.
fn readiness(ready: &Readiness) -> AnyView {
    let (sign, word, tone) = ready_words(ready.overall);
    let lacking = ready.lacking.iter().map(|check| check.title.clone()).collect::<Vec<_>>().join(", ");
    let machine = format!(
        "{}, {} processors, {} GiB, {}",
        ready.machine.os, ready.machine.processors, ready.machine.memory_gib, ready.stack
    );
    view! {
        <p class="small"><span class=tone><span aria-hidden="true">{sign}</span>" "{word}</span>
            {(!lacking.is_empty()).then(|| format!(": {lacking}"))}
            <span class="muted">" · "{machine}</span></p>
    }
    .into_any()
}

/// The runs, the last one first.
fn runs(person: Person, chosen: RwSignal<Option<String>>, looked: Memo<Option<PersonRun>>, live: HubLive) -> AnyView {
    let Some(first) = person.runs.first().map(|run| run.run.clone()) else { return ().into_any() };
    let pick = move |run: PersonRun| {
        let (own, picked) = (run.run.clone(), run.run.clone());
        let pressed = move || looked.with(|run| run.as_ref().is_some_and(|run| run.run == own)).to_string();
        let score = run.score.map_or("–".to_owned(), |score| score.to_string());
        let last = if run.run == first { " · last" } else { "" };
        let kind = if run.ranked { "" } else { " · practice" };
        let ago = live_ago(live, run.ended_ms);
        view! {
            <li>
                <button class="button quiet run-pick" aria-pressed=pressed on:click=move |_| chosen.set(Some(picked.clone()))>
                    <span>{live.title(&run.scenario)}<span class="muted">{last}{kind}</span></span>
                    <span class="number strong">{score}</span>
                    <span class="muted small">{ago}</span>
                </button>
            </li>
        }
        .into_any()
    };
    let list = person.runs.into_iter().map(pick).collect::<Vec<_>>();
    view! {
        <h3>"Runs"</h3>
        <ol class="plain run-list">{list}</ol>
    }
    .into_any()
}

/// How long ago it is, by the hub's clock; who shows it is told once a second.
pub fn live_ago(live: HubLive, at_ms: u64) -> impl Fn() -> String + Send + 'static {
    move || match live.now_ms().saturating_sub(at_ms) / 60_000 {
        0 => "just now".to_owned(),
        minutes @ 1..=119 => format!("{minutes} min ago"),
        minutes => format!("{} h ago", minutes / 60),
    }
}

/// Renaming, a new recovery code, removing and erasing.
fn manage(id: StoredValue<String>, name: Memo<(String, String)>) -> AnyView {
    let acts = expect_context::<Acts>();
    let alert = expect_context::<Alert>();
    let place = expect_context::<Place>();
    let erasing = RwSignal::new(false);
    let code = RwSignal::new(None::<String>);
    let field = NodeRef::<html::Input>::new();
    let rename = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        acts.ask(Method::PATCH, format!("/people/{}", id.get_value()), body(&Rename { name }), None, String::new());
    };
    let remove = move |_| {
        acts.post(
            &format!("/people/{}/remove", id.get_value()),
            &format!("{} was removed; the row stays.", name.get_untracked().0),
        );
    };
    let recover = move |_| {
        spawn_local(async move {
            let path = format!("/people/{}/recovery", id.get_value());
            match call::send(Method::POST, &path, None, None).await.and_then(|text| panel::read::<Recovery>(&text)) {
                Ok(answer) => drop(code.try_set(Some(answer.recovery))),
                Err(problem) => alert.0.set(Some(problem.detail)),
            }
        });
    };
    let erase = move |_| {
        acts.ask(Method::DELETE, format!("/people/{}", id.get_value()), None, None, String::new());
        erasing.set(false);
        place.turn("/facilitator");
    };
    view! {
        <details class="fold manage">
            <summary>"This seat"</summary>
            <form class="actions" on:submit=rename>
                <label class="field inline">"Name"<input type="text" maxlength="40" node_ref=field prop:value=move || name.get().0 /></label>
                <button class="button" type="submit">"Rename"</button>
            </form>
            <div class="actions">
                <button class="button" on:click=recover>"New recovery code"</button>
                <button class="button" on:click=remove>"Remove"</button>
                <button class="button danger" on:click=move |_| erasing.set(true)>"Erase"</button>
            </div>
            <p role="status">{move || code.get().map(|code| view! { "Recovery code: "<code data-testid="recovery">{code}</code>". It is not shown again; the old one ends." }.into_any())}</p>
            <p class="muted small">"Remove ends the seat and keeps its row. Erase deletes everything of it for good."</p>
        </details>
        {dialog(erasing, "Erase this seat?", move || view! {
            <p>{format!("Everything of {} is deleted: name, results, runs, notes. It cannot be undone.", name.get_untracked().0)}</p>
            <div class="actions">
                <button class="button danger" data-testid="erase-confirm" on:click=erase>"Erase for good"</button>
                <button class="button" autofocus=true on:click=move |_| erasing.set(false)>"Keep it"</button>
            </div>
        }.into_any())}
    }
    .into_any()
}
