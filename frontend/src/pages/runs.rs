//! All runs, newest first, by case and state.

use brownout_core::wire::{Page, Problem, RunState, RunSummary, ScenarioView};
use gloo_net::http::Method;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    live::Live,
    pages::cases::spark,
    panel,
    parts::{alert::Alert, dialog::dialog, said::said, verdict::report_of},
    place::Place,
    title::title,
    view::Fetched,
};

const STATES: [(&str, &str); 6] = [
    ("", "all states"),
    ("completed", "completed"),
    ("running", "running"),
    ("stopped", "stopped"),
    ("failed", "failed"),
    ("interrupted", "interrupted"),
];

/// What the page shares with its rows.
#[derive(Clone, Copy)]
struct List {
    runs: RwSignal<Fetched<Vec<RunSummary>>>,
    /// Where the next page begins.
    next: RwSignal<Option<String>>,
    /// The run that is about to be deleted.
    deleting: RwSignal<String>,
    confirming: RwSignal<bool>,
    /// The cases with their baselines and scores.
    cases: RwSignal<Vec<ScenarioView>>,
    /// What others are compared with, in place of the baseline.
    marked: RwSignal<Option<String>>,
    alert: Alert,
}

/// The page.
pub fn runs() -> AnyView {
    let live = expect_context::<Live>();
    let place = expect_context::<Place>();
    let alert = expect_context::<Alert>();
    title(|| "Runs".to_owned());
    let list = List {
        runs: RwSignal::new(Fetched::Loading),
        next: RwSignal::new(None),
        deleting: RwSignal::default(),
        confirming: RwSignal::new(false),
        cases: RwSignal::default(),
        marked: RwSignal::new(None),
        alert,
    };
    let wanted = Memo::new(move |_| {
        let of = |name: &str| place.asked(name).unwrap_or_default();
        (of("case"), of("state"))
    });
    let state = Memo::new(move |_| (live.active(), live.greetings(), live.history.get()));
    Effect::new(move || {
        let _ = state.get();
        spawn_local(async move {
            if let Ok(cases) = panel::get("/scenarios").await {
                list.cases.try_set(cases);
            }
        });
    });
    Effect::new(move || {
        let _ = state.get();
        let asked = wanted.get();
        spawn_local(async move {
            let page = panel::get(&address(&asked, "")).await;
            // Something else may be wanted by now.
            if wanted.try_get_untracked() == Some(asked) {
                list.take(page);
            }
        });
    });
    let more = move |_| {
        // Away until it is answered: the same page is not added twice.
        let Some(before) = list.next.try_update(Option::take).flatten() else { return };
        let asked = wanted.get_untracked();
        spawn_local(async move {
            let page = panel::get(&address(&asked, &before)).await;
            if wanted.try_get_untracked() != Some(asked) {
                return;
            }
            match page {
                Ok(page) => list.add(page),
                Err(problem) => {
                    list.next.try_set(Some(before));
                    alert.0.set(Some(problem.detail));
                }
            }
        });
    };
    let filter = move |case: &str, state: &str| {
        let pair = |name: &str, value: &str| if value.is_empty() { None } else { Some(format!("{name}={value}")) };
        let pairs: Vec<String> = [pair("case", case), pair("state", state)].into_iter().flatten().collect();
        place.ask(&pairs.join("&"));
    };
    let cases = move || {
        let option = move |id: String, word: String| {
            let value = id.clone();
            view! { <option value=value selected=move || wanted.with(|wanted| wanted.0 == id)>{word}</option> }
                .into_any()
        };
        let ids = live.cases.with(|cases| cases.iter().map(|known| known.case.scenario.clone()).collect::<Vec<_>>());
        let all = std::iter::once(option(String::new(), "all cases".to_owned()));
        all.chain(ids.into_iter().map(|id| option(id.clone(), id))).collect::<Vec<_>>()
    };
    let states = STATES.map(|(id, word)| {
        view! { <option value=id selected=move || wanted.with(|wanted| wanted.1 == id)>{word}</option> }.into_any()
    });
    let delete = move |_| {
        let id = list.deleting.get_untracked();
        list.confirming.set(false);
        spawn_local(async move {
            match panel::send(Method::DELETE, &format!("/runs/{id}"), None).await {
                // The feed tells of it, and of what it has changed besides.
                Ok(_) => list.unmark(&id),
                Err(problem) => alert.0.set(Some(problem.detail)),
            }
        });
    };
    let shown = move || {
        match list.runs.get() {
        Fetched::Loading => view! { <p class="muted" role="status">"Loading the runs …"</p> }.into_any(),
        Fetched::Failed(why) => view! { <p class="problem" role="alert">{said(&why)}</p> }.into_any(),
        Fetched::Ready(runs) if runs.is_empty() => none(wanted.get() != Default::default()),
        Fetched::Ready(runs) => view! {
            <table class="table">
                <thead><tr>
                    <th>"started"</th><th>"case"</th><th class="number">"score"</th><th>"state"</th><th>"build"</th><th>"run"</th>
                    <th><span class="visually-hidden">"actions"</span></th>
                </tr></thead>
                <tbody>{runs.into_iter().map(|run| row(run, list)).collect::<Vec<_>>()}</tbody>
            </table>
        }
        .into_any(),
    }
    };
    view! {
        <div class="page-head">
            <h1>"Runs"</h1>
            <a class="button quiet" target="_blank" href="/reports/index.html">"Index of reports"</a>
            <label class="field inline">"case"
                <select data-testid="filter-case" on:change=move |event| filter(&event_target_value(&event), &wanted.get_untracked().1)>
                    {move || cases()}
                </select>
            </label>
            <label class="field inline">"state"
                <select data-testid="filter-state" on:change=move |event| filter(&wanted.get_untracked().0, &event_target_value(&event))>
                    {states.into_iter().collect::<Vec<_>>()}
                </select>
            </label>
        </div>
        {move || list.cases.with(|cases| progress(cases))}
        {move || shown()}
        <p class="more" hidden=move || list.next.with(Option::is_none)><button class="button" on:click=more>"Show older runs"</button></p>
        {dialog(list.confirming, "Delete this run?", move || view! {
            <p>"Its events, its score and its place as a baseline are gone for good."</p>
            <div class="actions">
                <button class="button danger" data-testid="delete-confirm" on:click=delete>"Delete the run"</button>
                <button class="button" autofocus=true on:click=move |_| list.confirming.set(false)>"Keep it"</button>
            </div>
        }.into_any())}
    }
    .into_any()
}

impl List {
    fn take(self, fetched: Result<Page<RunSummary>, Problem>) {
        match fetched {
            Ok(page) => {
                self.next.try_set(page.next);
                self.runs.try_set(Fetched::Ready(page.items));
            }
            Err(problem) => drop(self.runs.try_set(Fetched::Failed(problem.detail))),
        }
    }

    fn add(self, page: Page<RunSummary>) {
        self.next.try_set(page.next);
        self.change(|runs| runs.extend(page.items));
    }

    fn unmark(self, id: &str) {
        if self.marked.with_untracked(|marked| marked.as_deref() == Some(id)) {
            self.marked.set(None);
        }
    }

    fn change(self, change: impl FnOnce(&mut Vec<RunSummary>)) {
        self.runs.try_update(|runs| {
            if let Fetched::Ready(runs) = runs {
                change(runs);
            }
        });
    }
}

fn address((case, state): &(String, String), before: &str) -> String {
    let pairs = [("scenario", case.as_str()), ("state", state.as_str()), ("before", before)];
    let asked: Vec<String> =
        pairs.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={value}")).collect();
    format!("/runs?{}", asked.join("&"))
}

fn none(filtered: bool) -> AnyView {
    let (says, href, action) = if filtered {
        ("No run is like that.", "/runs", "Show all runs")
    } else {
        ("Nothing has run yet. The first run shows the problem.", "/", "Go to the cases")
    };
    view! { <section class="empty"><p>{says}</p><a href=href class="button primary">{action}</a></section> }.into_any()
}

/// The progress of each case that was run.
fn progress(cases: &[ScenarioView]) -> AnyView {
    let case = |case: &ScenarioView| {
        let best = case.best.as_ref().and_then(|best| best.score).map_or("–".to_owned(), |score| score.to_string());
        view! {
            <span class="progress-of">
                <span class="muted">{case.scenario.title.clone()}" "</span><span class="number strong">{best}</span>{spark(&case.attempts)}
            </span>
        }
        .into_any()
    };
    let run = cases.iter().filter(|case| !case.attempts.is_empty());
    view! { <div class="progress">{run.map(case).collect::<Vec<_>>()}</div> }.into_any()
}

fn row(run: RunSummary, list: List) -> AnyView {
    let state = match (run.state, run.ranked) {
        (RunState::Running, _) => "running",
        (RunState::Completed, true) => "ranked",
        (RunState::Completed, false) => "practice",
        (RunState::Stopped, _) => "stopped",
        (RunState::Failed, _) => "failed",
        (RunState::Interrupted, _) => "interrupted",
    };
    let baseline = if run.baseline { " · ★ baseline" } else { "" };
    let hints = match run.hints {
        0 => String::new(),
        1 => " · 1 hint".to_owned(),
        count => format!(" · {count} hints"),
    };
    let (id, over) = (run.id.clone(), run.state != RunState::Running);
    let delete = move |_| {
        list.deleting.set(id.clone());
        list.confirming.set(true);
    };
    // Against the run that is marked, else against the baseline of its case.
    let (case, own) = (run.scenario.clone(), run.id.clone());
    let compare = move || {
        let baseline = || {
            list.cases.with(|cases| {
                let case = cases.iter().find(|known| known.scenario.id == case)?;
                case.baseline.as_ref().map(|base| base.id.clone())
            })
        };
        let base = list.marked.get().or_else(baseline).filter(|base| *base != own).unwrap_or_default();
        (!base.is_empty()).then(|| format!("/compare?base={base}&run={own}"))
    };
    let shown = Memo::new(move |_| compare());
    let id_of_mark = StoredValue::new(run.id.clone());
    let is_marked = Memo::new(move |_| list.marked.get() == Some(id_of_mark.get_value()));
    let mark = move |_| list.marked.set((!is_marked.get_untracked()).then(|| id_of_mark.get_value()));
    let pinned = run.id.clone();
    let pin = move |_| {
        let path = format!("/runs/{pinned}/baseline");
        spawn_local(async move {
            match panel::send(Method::PUT, &path, None).await {
                // The feed tells of it.
                Ok(_) => {}
                Err(problem) => list.alert.0.set(Some(problem.detail)),
            }
        });
    };
    let report = report_of(&run);
    let can_pin = run.ranked && !run.baseline;
    view! {
        <tr>
            <td class="number start">{when(run.started_ms)}</td>
            <td><a href=format!("/cases/{}", run.scenario)>{run.scenario.clone()}</a></td>
            <td class="number strong">{run.score.map_or("–".to_owned(), |score| score.to_string())}</td>
            <td>{state}{baseline}{hints}<p class="muted small because">{run.because}</p></td>
            <td><code>{run.build}</code></td>
            <td><a href=format!("/runs/{}", run.id)><code>{run.short}</code></a></td>
            <td class="row-actions">
                <button class="button quiet" hidden=!can_pin title="compare later runs with this one" on:click=pin>"Pin"</button>
                <button class="button quiet" hidden=!over title="compare the others with this run"
                    aria-pressed=move || is_marked.get().to_string() on:click=mark>"Mark"</button>
                <a class="button quiet" target="_blank" hidden=move || !over || shown.with(Option::is_none)
                    href=move || shown.get().unwrap_or_default()>"Compare"</a>
                <a class="button quiet" hidden=!over target="_blank" href=report>"Report"</a>
                <a class="button quiet" hidden=!over href=format!("/runs/{}?replay", run.id)>"Replay"</a>
                <button class="button quiet" hidden=!over on:click=delete>"Delete"</button>
            </td>
        </tr>
    }
    .into_any()
}

/// A wall time in the browser's own words.
fn when(ms: u64) -> String {
    let date = js_sys::Date::new(&(ms as f64).into());
    date.to_locale_string("default", &js_sys::Object::new()).into()
}
