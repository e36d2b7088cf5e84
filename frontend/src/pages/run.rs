//! One run: live while it goes on, with its verdict when it has ended.

use brownout_chart::Chart;
use brownout_core::{event::Ended, quantity::clock};
use leptos::prelude::*;

use crate::{
    live::Live,
    parts::{
        act::{RunButton, StopButton},
        build::BuildState,
        chart::ChartView,
        criteria::Criteria,
        updates::Updates,
        verdict::Verdict,
    },
    view::RunView,
};

/// What all charts of the page share.
#[derive(Clone, Copy)]
pub struct Shared {
    /// Second under the crosshair.
    pub crosshair: RwSignal<Option<f64>>,
    /// Tables instead of drawings.
    pub tables: RwSignal<bool>,
}

/// The page.
pub fn run_page(id: String) -> AnyView {
    let live = expect_context::<Live>();
    let run = RunView::new(Signal::stored(id), live);
    let shared = Shared { crosshair: RwSignal::new(None), tables: RwSignal::new(false) };
    provide_context(run);
    provide_context(shared);
    let started = Memo::new(move |_| run.with(|run| run.started.is_some()));
    let ended = Memo::new(move |_| run.with(|run| run.finished.is_some()));
    let panels =
        Memo::new(move |_| run.with(|run| run.started.as_ref().map_or(0, |started| started.scenario.panels.len())));
    view! {
        <Show when=move || started.get() fallback=move || waiting(run)>
            <RunHead run=run ended=ended.into() />
            <Show when=move || ended.get()><Verdict run=run /></Show>
            <div class="run-page">
                <div class="charts">
                    <ChartView chart=Chart::Latency />
                    <ChartView chart=Chart::Rates />
                    <ChartView chart=Chart::Outcomes />
                    {move || (0..panels.get()).map(|at| view! { <ChartView chart=Chart::Panel(at) /> }).collect_view()}
                </div>
                <aside class="column sidebar">
                    <Criteria run=run />
                    <Show when=move || ended.get()>
                        <section class="panel"><h2>"Build"</h2><BuildState /></section>
                    </Show>
                    <Updates run=run />
                </aside>
            </div>
        </Show>
    }
    .into_any()
}

fn waiting(run: RunView) -> impl IntoView {
    move || match run.failed() {
        Some(why) => view! {
            <section class="empty">
                <h1>"This run cannot be shown"</h1>
                <p role="alert">{why}</p>
                <a href="/runs" class="button primary">"Go to all runs"</a>
            </section>
        }
        .into_any(),
        None => view! { <p class="muted" role="status">"Loading the run …"</p> }.into_any(),
    }
}

#[component]
fn RunHead(run: RunView, ended: Signal<bool>) -> impl IntoView {
    let shared = expect_context::<Shared>();
    let scenario = Memo::new(move |_| {
        run.with(|run| {
            run.started.as_ref().map(|s| (s.scenario.id.clone(), s.scenario.order, s.scenario.title.clone()))
        })
        .unwrap_or_default()
    });
    let seconds = Memo::new(move |_| run.with(|run| run.seconds));
    let planned = Memo::new(move |_| run.with(|run| run.planned_seconds().max(1)));
    let share = move || (f64::from(seconds.get()) / f64::from(planned.get())).min(1.0) * 100.0;
    let phase = Memo::new(move |_| run.with(phase));
    view! {
        <header class="run-head panel">
            <h1><a href=move || format!("/cases/{}", scenario.get().0)>{move || format!("{} {}", scenario.get().1, scenario.get().2)}</a></h1>
            <div class="run-actions">
                {move || if ended.get() {
                    view! { <RunButton scenario=scenario.get().0 again=true /> }.into_any()
                } else {
                    view! { <StopButton id=run.id() /> }.into_any()
                }}
            </div>
            <span class="run-clock number">
                {move || format!("{} / {}", clock(u64::from(seconds.get().min(planned.get())) * 1_000_000), clock(u64::from(planned.get()) * 1_000_000))}
            </span>
            <div class="bar run-bar" role="progressbar" aria-label="progress of the run" aria-valuemin="0"
                aria-valuemax=move || planned.get().to_string() aria-valuenow=move || seconds.get().min(planned.get()).to_string()>
                <div class="fill" style:width=move || format!("{:.1}%", share())></div>
            </div>
            <p class="run-phase" role="status" aria-live="polite">{move || phase.get()}</p>
            <button class="button quiet" data-testid="table-button" aria-pressed=move || shared.tables.get().to_string()
                on:click=move |_| shared.tables.update(|tables| *tables = !*tables)>
                {move || if shared.tables.get() { "Show charts" } else { "Show tables" }}
            </button>
        </header>
    }
}

/// What goes on now, in words.
fn phase(run: &brownout_core::fold::Run) -> String {
    use brownout_core::fold::MarkKind;
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
