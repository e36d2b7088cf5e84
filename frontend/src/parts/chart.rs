//! One chart on a canvas, with its words, its table, and the crosshair that all charts of the page share.

use brownout_chart::{Chart, Theme, View, draw, legend, readout, second_at, table, title};
use brownout_core::{fold::Run, quantity::clock, scenario::Span};
use leptos::{ev, html, prelude::*};
use plotters::prelude::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use wasm_bindgen::JsCast;

use crate::{pages::run::Shared, parts::evidence::spans, theme::css, view::RunView};

/// A chart of the page's run.
pub fn chart_view(chart: Chart) -> AnyView {
    let run = expect_context::<RunView>();
    let shared = expect_context::<Shared>();
    let theme = expect_context::<RwSignal<Theme>>();
    let canvas = NodeRef::<html::Canvas>::new();
    let resized = RwSignal::new(0u32);
    let handle = window_event_listener(ev::resize, move |_| resized.update(|count| *count = count.wrapping_add(1)));
    on_cleanup(move || handle.remove());
    let marked = Memo::new(move |_| shared.evidence.on(chart));
    // Scrolled to once the verdict is there, which lies above: it would push the chart away.
    let verdict = Memo::new(move |_| run.detail.with(Option::is_some));
    let figure = NodeRef::<html::Figure>::new();
    Effect::new(move || {
        if marked.with(Vec::is_empty) || !verdict.get() {
            return;
        }
        request_animation_frame(move || {
            let Some(figure) = figure.try_get_untracked().flatten() else { return };
            figure.scroll_into_view();
            let inside = figure.query_selector("[tabindex='0']").ok().flatten();
            if let Some(inside) = inside.and_then(|inside| inside.dyn_into::<web_sys::HtmlElement>().ok()) {
                let stay = web_sys::FocusOptions::new();
                stay.set_prevent_scroll(true);
                let _ = inside.focus_with_options(&stay);
            }
        });
    });
    let due = StoredValue::new(false);
    Effect::new(move || {
        // Everything that a drawing depends on.
        run.with(|run| run.seq);
        run.base.track();
        shared.crosshair.track();
        shared.tables.track();
        let _ = marked.get();
        theme.track();
        resized.track();
        // At most one drawing a frame, however many of them change.
        if canvas.get().is_none() || due.get_value() {
            return;
        }
        due.set_value(true);
        request_animation_frame(move || {
            due.try_set_value(false);
            paint(canvas, chart, run, shared, theme, marked);
        });
    });
    let point = move |event: ev::MouseEvent| {
        let Some(canvas) = canvas.get_untracked() else { return };
        let width = f64::from(canvas.client_width());
        let second = untrack(|| {
            run.with(|run| second_at(f64::from(event.offset_x()), width, &view_of(run, None, None, &[], 1.0)))
        });
        shared.crosshair.set(second.map(|second| second.floor() + 0.5));
    };
    let press = move |event: ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" => -1.0,
            "ArrowRight" => 1.0,
            _ => return,
        };
        event.prevent_default();
        let last = untrack(|| run.with(|run| f64::from(run.seconds.max(1)) - 0.5));
        shared.crosshair.update(|at| *at = Some((at.unwrap_or(last) + by).clamp(0.5, last)));
    };
    let entries = Memo::new(move |_| {
        run.with(|run| legend(chart, run, &theme.get()))
            .into_iter()
            .map(|e| (e.word, e.color, e.dashed))
            .collect::<Vec<_>>()
    });
    let second = move || shared.crosshair.get().map(|second| second as u32);
    let values = Memo::new(move |_| {
        run.with(|run| {
            let at = second().unwrap_or_else(|| last_second(chart, run));
            (at, readout(chart, run, at).into_iter().map(|value| value.1).collect::<Vec<_>>())
        })
    });
    let name = match chart {
        Chart::Latency => "chart-latency".to_owned(),
        Chart::Rates => "chart-rates".to_owned(),
        Chart::Outcomes => "chart-outcomes".to_owned(),
        Chart::Statuses => "chart-statuses".to_owned(),
        Chart::Panel(at) => format!("chart-panel-{at}"),
    };
    let title_of = Memo::new(move |_| run.with(|run| title(chart, run)));
    let words = move || {
        let values = values.get().1;
        entries
            .get()
            .into_iter()
            .zip(values)
            .map(|((word, color, dashed), value)| {
                view! {
            <span class="entry">
                <span class=if dashed { "swatch dashed" } else { "swatch" } style:border-color=css(color)></span>
                {word}" "<span class="number">{value}</span>
            </span>
        }.into_any()
            })
            .collect::<Vec<_>>()
    };
    let spoken = move || {
        let (at, values) = values.get();
        let words = entries.get().into_iter().zip(values).map(|(entry, value)| format!("{} {value}", entry.0));
        format!("{} at {}: {}", title_of.get(), clock(u64::from(at) * 1_000_000), words.collect::<Vec<_>>().join(", "))
    };
    view! {
        <figure class=if chart == Chart::Latency { "panel chart tall" } else { "panel chart" } node_ref=figure
            data-marked=move || marked.with(|during| (!during.is_empty()).then(|| spans(during)))>
            <figcaption>
                <h2>{move || title_of.get()}</h2>
                <span class="number muted at">{move || clock(u64::from(values.get().0) * 1_000_000)}</span>
                <span class="legend">{move || words()}</span>
            </figcaption>
            {move || if shared.tables.get() {
                run.with(|run| table_of(chart, run, &marked.get()))
            } else {
                view! {
                    <canvas node_ref=canvas data-testid=name.clone() tabindex="0" role="img" aria-label=spoken
                        on:mousemove=point on:mouseleave=move |_| shared.crosshair.set(None) on:keydown=press
                        on:blur=move |_| shared.crosshair.set(None)></canvas>
                }.into_any()
            }}
        </figure>
    }
    .into_any()
}

/// The last second of which this chart knows something worth reading: of what the load measured the last that is decided.
fn last_second(chart: Chart, run: &Run) -> u32 {
    let due = run.streams.values().filter_map(|stream| stream.due.iter().rposition(|due| due.scheduled > 0));
    let last_due = due.max().map_or(0, |second| second as u32 + 1);
    let measured = match chart {
        Chart::Latency => true,
        Chart::Rates | Chart::Outcomes | Chart::Statuses => false,
        Chart::Panel(at) => {
            let panel = run.started.as_ref().and_then(|started| started.scenario.panels.get(at));
            panel.is_some_and(|panel| panel.lines.iter().any(|line| line.signal.is_some()))
        }
    };
    let known = if measured { run.decided().min(last_due) } else { run.seconds };
    known.min(run.planned_seconds()).saturating_sub(1)
}

fn view_of<'a>(run: &Run, base: Option<&'a Run>, crosshair_s: Option<f64>, marked: &'a [Span], scale: f64) -> View<'a> {
    let to_s = f64::from(run.planned_seconds().max(run.seconds).max(1));
    View { from_s: 0.0, to_s, crosshair_s, base, marked, scale }
}

fn paint(
    canvas: NodeRef<html::Canvas>,
    chart: Chart,
    run: RunView,
    shared: Shared,
    theme: RwSignal<Theme>,
    marked: Memo<Vec<Span>>,
) {
    let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
    let scale = window().device_pixel_ratio();
    let size = |css: i32| (f64::from(css) * scale).round().max(1.0) as u32;
    let (width, height) = (size(canvas.client_width()), size(canvas.client_height()));
    // Setting the size clears the canvas, so only when it differs.
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let Some(backend) = CanvasBackend::with_canvas_object(canvas) else { return };
    let area = backend.into_drawing_area();
    let marked = marked.try_get_untracked().unwrap_or_default();
    untrack(|| {
        run.with(|now| {
            run.base.with(|base| {
                let view = view_of(now, base.as_ref(), shared.crosshair.get(), &marked, scale);
                if let Err(error) = draw(&area, chart, now, &theme.get(), &view) {
                    leptos::logging::error!("{error}");
                }
            });
        });
    });
}

fn table_of(chart: Chart, run: &Run, marked: &[Span]) -> AnyView {
    let table = table(chart, run);
    view! {
        <div class="scroll" tabindex="0">
            <table class="table dense">
                <thead><tr>{table.heads.into_iter().map(|head| view! { <th class="number">{head}</th> }.into_any()).collect::<Vec<_>>()}</tr></thead>
                <tbody>
                    {table.rows.into_iter().zip(0u32..).map(|(row, second)| view! {
                        <tr class:marked=marked.iter().any(|span| span.contains(second))>{row.into_iter().map(|cell| view! { <td class="number">{cell}</td> }.into_any()).collect::<Vec<_>>()}</tr>
                    }.into_any()).collect::<Vec<_>>()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}
