//! One run: live while it goes on, with its verdict when it has ended, or replayed.

use brownout_chart::Chart;
use brownout_core::{
    event::Ended,
    fold::{MarkKind, Run},
    quantity::clock,
    scenario::Scenario,
};
use leptos::prelude::*;

use crate::{
    live::Live,
    parts::{
        act::stop_button,
        build::build_state,
        case_clock::{case_clock, open_case},
        chart::chart_view,
        criteria::criteria,
        evidence::Evidence,
        hints::hints,
        replay::replay_bar,
        said::said,
        scaling::scaling,
        updates::updates,
        verdict::verdict,
    },
    place::Place,
    title::title,
    view::RunView,
};

/// What all charts of the page share.
#[derive(Clone, Copy)]
pub struct Shared {
    /// Second under the crosshair.
    pub crosshair: RwSignal<Option<f64>>,
    /// Tables instead of drawings.
    pub tables: RwSignal<bool>,
    /// The term of the score that one looks at.
    pub evidence: Evidence,
}

/// The page.
pub fn run_page(id: String) -> AnyView {
    let live = expect_context::<Live>();
    let place = expect_context::<Place>();
    let run = RunView::new(Signal::stored(id), live);
    let shared =
        Shared { crosshair: RwSignal::new(None), tables: RwSignal::new(false), evidence: Evidence::new(run, place) };
    provide_context(run);
    provide_context(shared);
    let wanted = Memo::new(move |_| place.asked("replay").is_some());
    Effect::new(move || run.replay(wanted.get()));
    let started = Memo::new(move |_| run.with(|run| run.started.is_some()));
    let ended = Memo::new(move |_| run.with(|run| run.finished.is_some()));
    let panels =
        Memo::new(move |_| run.with(|run| run.started.as_ref().map_or(0, |started| started.scenario.panels.len())));
    let scales =
        Memo::new(move |_| run.with(|run| run.started.as_ref().is_some_and(|started| scales(&started.scenario))));
    let scenario = Memo::new(move |_| {
        run.with(|run| run.started.as_ref().map(|started| started.scenario.id.clone())).unwrap_or_default()
    });
    open_case(scenario.into());
    title(move || run.with(head));
    let judged = Memo::new(move |_| ended.get() && !wanted.get());
    let charts = move || {
        let panels = (0..panels.get()).map(Chart::Panel);
        [Chart::Latency, Chart::Rates, Chart::Outcomes].into_iter().chain(panels).map(chart_view).collect::<Vec<_>>()
    };
    view! {
        {move || if !started.get() { waiting(run) } else {
            view! {
                {run_head(run, ended, wanted, scenario.into())}
                {move || if judged.get() { verdict(run) } else { ().into_any() }}
                <div class="run-page">
                    <div class="charts">{move || charts()}</div>
                    <aside class="column sidebar">
                        {criteria(run)}
                        {move || if scales.get() && !wanted.get() { scaling(true) } else { ().into_any() }}
                        {hints(scenario.into())}
                        {move || if judged.get() {
                            view! { <section class="panel"><h2>"Build"</h2>{build_state()}</section> }.into_any()
                        } else {
                            ().into_any()
                        }}
                        {updates(run)}
                    </aside>
                </div>
            }.into_any()
        }}
    }
    .into_any()
}

/// Whether an autoscaler has a part in this case.
fn scales(scenario: &Scenario) -> bool {
    scenario.panels.iter().flat_map(|panel| &panel.lines).any(|line| line.gauge.ends_with(".replicas_desired"))
}

fn waiting(run: RunView) -> AnyView {
    let shown = move || match run.failed() {
        Some(why) => view! {
            <section class="empty">
                <h1>"This run cannot be shown"</h1>
                <p role="alert">{said(&why)}</p>
                <a href="/runs" class="button primary">"Go to all runs"</a>
            </section>
        }
        .into_any(),
        None => view! { <p class="muted" role="status">"Loading the run …"</p> }.into_any(),
    };
    view! { {move || shown()} }.into_any()
}

fn run_head(run: RunView, ended: Memo<bool>, replays: Memo<bool>, scenario: Signal<String>) -> AnyView {
    let shared = expect_context::<Shared>();
    let name = Memo::new(move |_| {
        run.with(|run| {
            run.started.as_ref().map(|started| format!("{} {}", started.scenario.order, started.scenario.title))
        })
        .unwrap_or_default()
    });
    let seconds = Memo::new(move |_| run.with(|run| run.seconds));
    let planned = Memo::new(move |_| run.with(|run| run.planned_seconds().max(1)));
    let passed = move || seconds.get().min(planned.get());
    let share = move || f64::from(passed()) / f64::from(planned.get()) * 100.0;
    let phase = Memo::new(move |_| run.with(phase));
    let action = move || {
        if replays.get() {
            view! { <span class="tag">"Replay"</span> }.into_any()
        } else if ended.get() {
            view! { <a class="button" data-testid="replay-link" href=format!("/runs/{}?replay", run.id())>"Replay"</a> }
                .into_any()
        } else {
            stop_button(run.id())
        }
    };
    view! {
        <header class="run-head panel">
            <h1><a href=move || format!("/cases/{}", scenario.get())>{move || name.get()}</a></h1>
            <div class="run-actions">{move || action()}</div>
            <span class="run-clock number">
                {move || format!("{} / {}", clock(u64::from(passed()) * 1_000_000), clock(u64::from(planned.get()) * 1_000_000))}
            </span>
            <div class="bar run-bar" role="progressbar" aria-label="progress of the run" aria-valuemin="0"
                aria-valuemax=move || planned.get().to_string() aria-valuenow=move || passed().to_string()>
                <div class="fill" style:width=move || format!("{:.1}%", share())></div>
            </div>
            <p class="run-phase" role="status" aria-live="polite">{move || phase.get()}</p>
            {case_clock(scenario)}
            <button class="button quiet" data-testid="table-button" aria-pressed=move || shared.tables.get().to_string()
                on:click=move |_| shared.tables.update(|tables| *tables = !*tables)>
                {move || if shared.tables.get() { "Show charts" } else { "Show tables" }}
            </button>
            {move || match run.replay.get() {
                Some(replay) => replay_bar(replay, run.id()),
                None => ().into_any(),
            }}
        </header>
    }
    .into_any()
}

/// Title of the tab.
fn head(run: &Run) -> String {
    let case = run.started.as_ref().map_or("Run", |started| started.scenario.title.as_str());
    match run.finished.as_ref().map(|finished| &finished.score) {
        Some(Some(score)) => format!("{} of 100 · {case}", score.total),
        Some(None) => case.to_owned(),
        None => format!("{} · {case}", clock(u64::from(run.seconds) * 1_000_000)),
    }
}

/// What goes on now, in words.
fn phase(run: &Run) -> String {
    if let Some(finished) = &run.finished {
        return match finished.ended {
            Ended::Completed => match &finished.score {
                Some(score) => format!("The run has ended: {} of 100.", score.total),
                None => "The run has ended.".to_owned(),
            },
            Ended::Stopped => "The run was stopped; what had been measured is here.".to_owned(),
            Ended::Failed => format!("The run could not go on: {}", finished.because),
            Ended::Interrupted => {
                format!(
                    "The panel stopped at {}. What had been measured is here.",
                    clock(u64::from(run.seconds) * 1_000_000)
                )
            }
        };
    }
    if run.seconds >= run.planned_seconds() {
        return "All load is sent; waiting for the last answers.".to_owned();
    }
    let spoken = [MarkKind::Phase, MarkKind::FaultOn, MarkKind::FaultOff];
    let last = run.marks.iter().rev().find(|mark| spoken.contains(&mark.kind));
    last.map_or("Load begins.".to_owned(), |mark| format!("{} since {}", mark.says, clock(mark.run_us)))
}
