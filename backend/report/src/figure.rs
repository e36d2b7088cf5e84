//! Charts inside a page: drawn once by `brownout_chart`, coloured by the page's style, with their numbers as a table.

use brownout_chart::{Chart, View, histogram, legend, svg, table, title};
use brownout_core::{
    criterion,
    fold::Run,
    latency::Latencies,
    quantity::{Unit, clock},
    scenario::Criterion,
    signal::{Measure, Signal},
};
use maud::{Markup, PreEscaped, html};

use crate::page::{NAMES, places, variable};

const WIDTH: u32 = 936;
/// Rows of a table; a longer run shows every second second, every third, …
const MOST_ROWS: usize = 600;

/// How much of a page there is room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Room {
    /// Charts without their tables, and no earlier run behind them.
    Little,
    /// Charts without their tables.
    Some,
    /// Everything.
    Enough,
}

/// All charts of a run, the panels of its case last.
pub(crate) fn charts(run: &Run) -> Vec<Chart> {
    let panels = run.started.as_ref().map_or(0, |started| started.scenario.panels.len());
    let always = [Chart::Latency, Chart::Rates, Chart::Outcomes, Chart::Statuses];
    always.into_iter().chain((0..panels).map(Chart::Panel)).collect()
}

/// One chart, with an earlier run behind it.
pub(crate) fn figure(chart: Chart, run: &Run, base: Option<&Run>, room: Room) -> Markup {
    let theme = places();
    let base = base.filter(|_| room > Room::Little);
    let to_s = f64::from(run.planned_seconds().max(run.seconds).max(1));
    let view = View { from_s: 0.0, to_s, crosshair_s: None, base, marked: &[], scale: 1.0 };
    let height = if chart == Chart::Latency { 230 } else { 140 };
    let drawn = svg(chart, run, &theme, &view, (WIDTH, height));
    let title = title(chart, run);
    let numbers = (room == Room::Enough).then(|| table(chart, run));
    let rows = numbers.as_ref().map_or(0, |numbers| numbers.rows.len());
    let stride = rows.div_ceil(MOST_ROWS).max(1);
    html! {
        figure data-seconds=(to_s) data-stride=(stride) {
            figcaption {
                h3 { (title) }
                span.key.muted.when {}
                @for entry in legend(chart, run, &theme) {
                    // The colours of areas are too weak for words on the panel.
                    span.key {
                        span class=(if entry.dashed { "swatch dashed" } else { "swatch" }) style={ "border-color:" (variable(entry.color)) } {}
                        (entry.word) " " span.value {}
                    }
                }
                @if base.is_some() { span.key.muted { "thin and dashed: the run it is compared with" } }
            }
            (plot(drawn.map_err(|error| error.to_string()), &format!("{title}, {} s", run.seconds)))
            @if let Some(numbers) = numbers {
                details.numbers {
                    summary { "The same as a table" }
                    div.scroll tabindex="0" role="region" aria-label=(format!("{title} as a table")) {
                        table.dense {
                            thead { tr { @for head in &numbers.heads { th.n scope="col" { (head) } } } }
                            tbody {
                                @for row in numbers.rows.iter().step_by(stride) {
                                    tr { @for cell in row { td.n { (cell) } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Latencies of all scheduled arrivals of a run, of one stream or of all.
pub(crate) fn latencies(run: &Run, stream: Option<&str>) -> Latencies {
    let mut all = Latencies::default();
    (0..run.seconds).for_each(|second| all.merge(&run.latencies_due(stream, second)));
    all
}

/// How often which latency occurred.
pub(crate) fn spread(run: &Run, base: Option<&Run>) -> Markup {
    let now = latencies(run, None);
    let before = base.map(|base| latencies(base, None));
    let criteria = run.started.as_ref().map_or(&[][..], |started| &started.scenario.criteria);
    let of_all = |criterion: &&Criterion| {
        matches!(criterion.signal, Signal::Load { stream: None, measure: Measure::Percentile(_) })
    };
    let targets: Vec<f64> = criteria.iter().filter(of_all).map(|criterion| criterion.target).collect();
    let drawn = histogram(&now, before.as_ref(), &targets, &places(), (WIDTH, 180));
    html! {
        figure {
            figcaption {
                h3 { "How often which latency occurred, log scale" }
                span.key.muted { (Unit::Count.show(now.count() as f64)) " requests" }
                @if before.is_some() { span.key.muted { "outlined: the run it is compared with" } }
            }
            (plot(drawn.map_err(|error| error.to_string()), "Histogram of latencies"))
        }
    }
}

fn plot(drawn: Result<String, String>, says: &str) -> Markup {
    match drawn {
        Ok(svg) => html! { div.plot role="img" aria-label=(says) { (PreEscaped(styled(svg))) } },
        Err(error) => html! { p.bad { (error) } },
    }
}

/// The colours of the places become variables of the style. What a case is called was escaped by the backend.
fn styled(svg: String) -> String {
    (0u8..)
        .zip(NAMES)
        .fold(svg, |svg, (at, name)| svg.replace(&format!("\"#0100{at:02X}\""), &format!("\"var(--{name})\"")))
}

/// When a criterion held, in words.
pub(crate) fn held(criterion: &Criterion, run: &Run) -> String {
    let stretches = criterion::held(criterion, run);
    let at = |second: u32| clock(u64::from(second) * 1_000_000);
    let Some(first) = stretches.first() else {
        return match run.decided() > criterion.during.from {
            true => "never held".to_owned(),
            false => "was not judged".to_owned(),
        };
    };
    let longest = stretches.iter().map(|span| span.to - span.from).max().unwrap_or(0);
    match stretches.last() {
        Some(last) if last.to >= criterion.during.to.min(run.seconds) => {
            format!("held from {} to the end, {} s", at(last.from), last.to - last.from)
        }
        _ => format!("first held at {}, for {longest} s on end at most", at(first.from)),
    }
}
