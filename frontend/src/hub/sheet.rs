//! The run sheet: the clock, what to say now, the picture that everybody should see, and all steps.

use brownout_core::{
    hub::{
        agenda::Agenda,
        page::{ClockAsk, SheetCase, SheetView},
    },
    workshop::{Part, SayKey, Step, StepKind, Workshop},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    hub::{acts::Acts, asked::Asked, edit::edit_button, facilitator::Shared, live::HubLive, saying::Saying},
    parts::{agenda::left_words, copy::copy, said::said},
    view::Fetched,
};

/// How long a step that has begun cannot be ended, ms.
const FRESH_MS: u32 = 1_000;

/// The column.
pub fn sheet() -> AnyView {
    let live = expect_context::<HubLive>();
    let shared = expect_context::<Shared>();
    let Asked { shown, failed, busy, .. } = shared.sheet;
    let column = move || match shown.get() {
        Fetched::Loading => view! { <p class="muted" role="status">"Reading the run sheet …"</p> }.into_any(),
        Fetched::Failed(_) => ().into_any(),
        Fetched::Ready(view) => column(view, live, shared),
    };
    let problem = move || {
        failed.get().map(|why| {
            view! {
                <div class="panel">
                    <p class="problem" role="alert">"The run sheet could not be read anew. "{said(&why)}</p>
                    <button class="button" disabled=move || busy.get() on:click=move |_| shared.sheet.ask("/sheet".to_owned())>"Try again"</button>
                </div>
            }
            .into_any()
        })
    };
    view! { {move || problem()}{move || column()}{edit_button(shown)} }.into_any()
}

fn column(view: SheetView, live: HubLive, shared: Shared) -> AnyView {
    let sheet = StoredValue::new(view.sheet);
    let now = Memo::new(move |_| live.agenda.with(|agenda| agenda.clock.step.clone()));
    let looked = RwSignal::new(None::<String>);
    Effect::new(move || {
        now.track();
        looked.set(None);
    });
    // The step that goes on, or the one that was chosen to be read ahead.
    let shown = move || {
        let name = looked.get().or(now.get());
        sheet.with_value(|sheet| {
            let step = name.and_then(|name| sheet.steps.iter().find(|step| step.name == name)).or(sheet.steps.first());
            step.cloned()
        })
    };
    view! {
        {clock_card(sheet, live)}
        {move || shown().map(|step| points(step, live, shared, looked))}
        {steps(sheet, live, looked)}
    }
    .into_any()
}

fn clock_card(sheet: StoredValue<Workshop>, live: HubLive) -> AnyView {
    let acts = expect_context::<Acts>();
    let clock = Memo::new(move |_| live.agenda.with(|agenda| agenda.clock.clone()));
    let step = Memo::new(move |_| {
        let name = clock.with(|clock| clock.step.clone());
        sheet.with_value(|sheet| sheet.steps.iter().position(|step| Some(&step.name) == name.as_ref()))
    });
    let title_of = move |at: usize| {
        sheet.with_value(|sheet| sheet.steps.get(at).map(|step| step.title.clone()).unwrap_or_default())
    };
    let count = sheet.with_value(|sheet| sheet.steps.len());
    let next = Memo::new(move |_| {
        let clock = clock.get();
        sheet.with_value(|sheet| {
            let from = step.get().map_or(0, |at| at + 1);
            sheet
                .steps
                .iter()
                .skip(from)
                .find(|step| !clock.done.contains(&step.name))
                .map(|step| (step.name.clone(), step.title.clone()))
        })
    });
    let left = Memo::new(move |_| {
        let now = live.now_ms();
        clock.with(|clock| clock.step.is_some().then(|| clock.left_ms(now)))
    });
    let paused = Memo::new(move |_| clock.with(|clock| clock.step.is_some() && clock.since_ms.is_none()));
    let share = move || {
        let length = clock.with(|clock| clock.length_ms.max(1)) as f64;
        left.get().map_or(0.0, |left| (1.0 - left as f64 / length).clamp(0.0, 1.0) * 100.0)
    };
    let toggle = move |_| {
        if step.get_untracked().is_none() {
            start(acts, next.get_untracked());
        } else if paused.get_untracked() {
            acts.clock(&ClockAsk::Resume, String::new());
        } else {
            acts.clock(&ClockAsk::Pause, String::new());
        }
    };
    let extend = move |by_s: i32| {
        move |_| {
            if let Some(step) = clock.with_untracked(|clock| clock.step.clone()) {
                let says = format!(
                    "{} min for this step.",
                    if by_s > 0 { format!("+{}", by_s / 60) } else { format!("−{}", -by_s / 60) }
                );
                acts.clock(&ClockAsk::Extend { step, by_s }, says);
            }
        }
    };
    let begin_next = move |_| match next.get_untracked() {
        Some(next) => start(acts, Some(next)),
        None => acts.clock(&ClockAsk::End, "The workshop has ended.".to_owned()),
    };
    // A double click on it would end the step that the first click began.
    let fresh = RwSignal::new(false);
    Effect::new(move |before: Option<()>| {
        step.track();
        if before.is_some() {
            fresh.set(true);
            spawn_local(async move {
                TimeoutFuture::new(FRESH_MS).await;
                fresh.try_set(false);
            });
        }
    });
    let running = move || step.get().is_some();
    let over = Memo::new(move |_| clock.with(|clock| clock.over));
    view! {
        <section class="panel clock-card" aria-label="clock">
            <p class="muted small">{move || match step.get() {
                Some(at) => format!("{} of {count}{}", at + 1, if paused.get() { " · paused" } else { "" }),
                None if over.get() => "The workshop is over.".to_owned(),
                None => "Nothing has begun.".to_owned(),
            }}</p>
            <div class="clock-line">
            <h2 class="clock-title" data-testid="step-title">{move || step.get().map(title_of).or_else(|| next.get().map(|next| next.1))}</h2>
            <p class="clock-left number" data-testid="clock-left" class:warn=move || left.get().is_some_and(|left| left < 0) class:muted=move || left.get().is_none()>
                {move || left.get().map_or("–".to_owned(), left_words)}
            </p>
            </div>
            <div class="bar" role="progressbar" aria-label="time of the step that has passed" aria-valuemin="0" aria-valuemax="100"
                aria-valuenow=move || format!("{:.0}", share())><div class="fill" style:width=move || format!("{:.1}%", share())></div></div>
            <p class="group" data-testid="group">{move || live.agenda.with(Agenda::group_says)}</p>
            <div class="actions">
                <button class="button" class:primary=move || !running() || paused.get() data-testid="clock-button" disabled=move || acts.busy.get() || (!running() && next.with(Option::is_none)) on:click=toggle>
                    {move || match (running(), paused.get()) {
                        (false, _) => next.get().map_or("Start".to_owned(), |next| format!("Start: {}", next.1)),
                        (true, true) => "Go on".to_owned(),
                        (true, false) => "Pause".to_owned(),
                    }}
                </button>
                <button class="button" data-testid="next-step" hidden=move || !running() disabled=move || acts.busy.get() || fresh.get() on:click=begin_next>
                    {move || next.get().map_or("End the workshop".to_owned(), |next| format!("Next: {}", next.1))}
                </button>
            </div>
            <div class="actions extend" hidden=move || !running()>
                <span class="muted small">"This step"</span>
                <button class="button quiet" data-testid="extend-1" disabled=move || acts.busy.get() on:click=extend(60)>"+1 min"</button>
                <button class="button quiet" disabled=move || acts.busy.get() on:click=extend(300)>"+5 min"</button>
                <button class="button quiet" disabled=move || acts.busy.get() on:click=extend(-60)>"−1 min"</button>
            </div>
        </section>
    }
    .into_any()
}

fn start(acts: Acts, step: Option<(String, String)>) {
    if let Some((step, title)) = step {
        acts.clock(&ClockAsk::Start { step }, format!("“{title}” has begun."));
    }
}

/// What to say and show in a step.
fn points(step: Step, live: HubLive, shared: Shared, looked: RwSignal<Option<String>>) -> AnyView {
    let saying = expect_context::<Saying>();
    let case = match &step.kind {
        StepKind::Case { scenario } => shared.case(scenario),
        _ => None,
    };
    let name = step.name.clone();
    let ahead = Memo::new(move |_| {
        looked.with(Option::is_some) && live.agenda.with(|agenda| agenda.clock.step.as_ref() != Some(&name))
    });
    let own = step.name.clone();
    let minute = Memo::new(move |_| {
        let now = live.now_ms();
        live.agenda.with(|agenda| (agenda.clock.step.as_ref() == Some(&own)).then(|| agenda.clock.passed(now) / 60_000))
    });
    let parts = step.parts.clone();
    let due = Memo::new(move |_| {
        minute.get().and_then(|minute| parts.iter().rposition(|part| u64::from(part.minute) <= minute))
    });
    let command = (!step.command.is_empty()).then(|| command(&step.command));
    let say = (!step.say.is_empty()).then(|| lines(&step.say));
    let rows = step
        .parts
        .iter()
        .cloned()
        .enumerate()
        .map(|(at, part)| part_row(at, part, due, case.as_ref()))
        .collect::<Vec<_>>();
    let guess = step.guess.map(|guess| {
        view! {
            <details class="fold"><summary>"Let them guess: "{guess.ask}</summary><p>{guess.answer}</p></details>
        }
        .into_any()
    });
    let expect = labelled("Everybody should see", &step.expect);
    let solved = labelled("After the fix", &step.expect_solved);
    let moral = labelled("Moral", &step.moral);
    let rescue = (!step.rescue.is_empty())
        .then(|| view! { <p class="muted small">"Who cannot keep up"</p>{self::command(&step.rescue)} }.into_any());
    let scenario = case.as_ref().map(|case| case.scenario.clone()).unwrap_or_default();
    let hints = step.hints.into_iter().zip(1..).map(|(hint, key): (_, u32)| {
        let (scenario, name) = (scenario.clone(), hint.push.clone());
        let due = move || minute.get().is_some_and(|minute| minute >= u64::from(hint.minute));
        view! {
            <li class="hint-offer">
                <span class="small" class:warn=due class:muted=move || !due()>{format!("minute {}", hint.minute)}{move || if due() { ": now" } else { "" }}</span>
                <button class="button" data-testid=format!("push-{key}") on:click=move |_| saying.hint(Vec::new(), &scenario, &name)>{format!("Push “{}”", hint.push)}</button>
            </li>
        }
        .into_any()
    });
    let hints: Vec<AnyView> = hints.collect();
    view! {
        <section class="panel points" aria-label="talking points">
            <div class="panel-head">
                <h2>{step.title}</h2>
                <button class="button quiet" hidden=move || !ahead.get() on:click=move |_| looked.set(None)>"Back to now"</button>
            </div>
            <p class="muted small">{said(&step.participants)}</p>
            {command}
            {guess}
            {say}
            <ol class="plain part-list">{rows}</ol>
            {expect}{solved}{moral}
            {(!hints.is_empty()).then(|| view! { <ul class="plain">{hints}</ul> }.into_any())}
            {rescue}
        </section>
    }
    .into_any()
}

/// A part of a case with its talking points; the one that is due is open.
fn part_row(at: usize, part: Part, due: Memo<Option<usize>>, case: Option<&SheetCase>) -> AnyView {
    let says: Vec<String> = match (part.say, case) {
        (Some(SayKey::Before), Some(case)) => case.before.clone(),
        (Some(SayKey::FirstRun), Some(case)) => case.first_run.clone(),
        (Some(SayKey::Fix), Some(case)) => case.fix.clone(),
        (Some(SayKey::Mistakes), Some(case)) => case.mistakes.clone(),
        _ => Vec::new(),
    };
    let now = Memo::new(move |_| due.get() == Some(at));
    let own = (!part.command.is_empty()).then(|| command(&part.command));
    view! {
        <li>
            <details class="fold" class:now=move || now.get() prop:open=move || now.get() || (at == 0 && due.get().is_none())>
                <summary><span class="number muted">{format!("{:>2}′ ", part.minute)}</span>{part.title}{move || if now.get() { " · now" } else { "" }}</summary>
                {own}{lines(&says)}
            </details>
        </li>
    }
    .into_any()
}

fn lines(says: &[String]) -> AnyView {
    let line = |says: &String| view! { <li>{said(says)}</li> }.into_any();
    view! { <ul class="points-list">{says.iter().map(line).collect::<Vec<_>>()}</ul> }.into_any()
}

fn labelled(label: &'static str, says: &str) -> Option<AnyView> {
    (!says.is_empty()).then(|| view! { <div><p class="muted small">{label}</p><p>{said(says)}</p></div> }.into_any())
}

fn command(command: &str) -> AnyView {
    view! { <div class="fix"><code>{command.to_owned()}</code>{copy("Copy", command.to_owned())}</div> }.into_any()
}

/// All steps with their minutes; any of them can be read ahead or begun.
fn steps(sheet: StoredValue<Workshop>, live: HubLive, looked: RwSignal<Option<String>>) -> AnyView {
    let acts = expect_context::<Acts>();
    let clock = Memo::new(move |_| live.agenda.with(|agenda| agenda.clock.clone()));
    let row = move |step: Step| {
        let Step { name, title, minutes, .. } = step;
        let (own, ahead, begun, skipped) =
            (name.clone(), name.clone(), (name.clone(), title.clone()), (name.clone(), title.clone()));
        let state = Memo::new(move |_| {
            clock.with(|clock| match (clock.step.as_ref() == Some(&own), clock.done.contains(&own)) {
                (true, _) => ("▶", "now"),
                (_, true) => ("✓", "over"),
                _ => ("", "ahead"),
            })
        });
        let extended = Memo::new(move |_| {
            clock.with(|clock| {
                clock.extensions.iter().filter(|more| more.step == name).map(|more| more.by_s).sum::<i32>()
            })
        });
        let skip = move |_| {
            let (step, title) = skipped.clone();
            acts.clock(&ClockAsk::Skip { step }, format!("“{title}” is skipped."));
        };
        view! {
            <li class="step-row" data-state=move || state.get().1>
                <span aria-hidden="true">{move || state.get().0}</span>
                <button class="button quiet step-name" on:click=move |_| looked.set(Some(ahead.clone()))>
                    {title}<span class="visually-hidden">{move || format!(", {}", state.get().1)}</span>
                </button>
                <span class="number muted">{minutes}{move || match extended.get() {
                    0 => String::new(),
                    by if by > 0 => format!("+{}", by / 60),
                    by => format!("−{}", -by / 60),
                }}" min"</span>
                <span class="step-actions">
                    <button class="button quiet" hidden=move || state.get().1 == "now" on:click=move |_| start(acts, Some(begun.clone()))>"Start"</button>
                    <button class="button quiet" hidden=move || state.get().1 == "over" on:click=skip>"Skip"</button>
                </span>
            </li>
        }
        .into_any()
    };
    let rows = sheet.with_value(|sheet| sheet.steps.iter().cloned().map(row).collect::<Vec<_>>());
    view! {
        <section class="panel" aria-label="all steps">
            <h2>"All steps"</h2>
            <ol class="plain">{rows}</ol>
        </section>
    }
    .into_any()
}
