//! A participant's run as its record tells it: verdict, criteria and two curves.

use brownout_core::{
    hub::page::PersonRun,
    quantity::{Unit, clock},
};
use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use crate::{
    hub::{call, live::HubLive},
    parts::said::said,
    socket::Connection,
    view::Fetched,
};

/// What of a `data.json` is shown.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
struct Record {
    score: Option<u32>,
    unranked: Vec<String>,
    why: String,
    terms: Vec<Term>,
    criteria: Vec<Criterion>,
    seconds: Vec<Second>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Term {
    says: String,
    weight: f64,
    points: f64,
    sentence: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Criterion {
    says: String,
    unit: Unit,
    comparison: String,
    target: f64,
    value: Option<f64>,
    met: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
struct Second {
    scheduled: u64,
    ok: u64,
    p50_us: Option<u64>,
    p95_us: Option<u64>,
    p99_us: Option<u64>,
}

/// One run.
pub fn run_view(live: HubLive, seat: &str, run: PersonRun) -> AnyView {
    let path = format!("/people/{seat}/runs/{}", run.run);
    let data = format!("/api/v1{path}");
    let fetched = RwSignal::new(Fetched::<Record>::Loading);
    let has = run.record;
    let there = Memo::new(move |_| live.connection.get() == Connection::Open);
    // It never changes: once it is here it is not asked for again.
    Effect::new(move || {
        if has && there.get() && !matches!(fetched.get_untracked(), Fetched::Ready(_)) {
            let path = path.clone();
            spawn_local(async move {
                fetched.try_set(call::get(&path).await.into());
            });
        }
    });
    let shown = move || match fetched.get() {
        _ if !has => view! {
            <p class="muted">"The score is here; curves and criteria follow when the network lets them."</p>
        }
        .into_any(),
        Fetched::Loading => view! { <p class="muted" role="status">"Reading the run …"</p> }.into_any(),
        Fetched::Failed(why) => view! { <p class="problem" role="alert">{said(&why)}</p> }.into_any(),
        Fetched::Ready(record) => told(record),
    };
    let score = run.score.map_or("–".to_owned(), |score| score.to_string());
    let met = match (run.score, run.met) {
        (None, _) => ("not completed", "muted"),
        (_, true) => ("✓ all criteria met", "good"),
        (_, false) => ("✗ criteria unmet", "bad"),
    };
    view! {
        <div class="run-told" data-testid="person-run">
            <p class="run-score"><span class="score" data-testid="person-score">{score}</span><span class="muted">" / 100 · "{live.title(&run.scenario)}</span>
                <span class=met.1>{met.0}</span></p>
            {move || shown()}
            {has.then(|| view! { <a class="button" download="data.json" href=data>"Save data.json"</a> }.into_any())}
        </div>
    }
    .into_any()
}

fn told(record: Record) -> AnyView {
    let Record { unranked, why, terms, criteria, seconds, .. } = record;
    let criterion = |criterion: Criterion| {
        let (sign, word, tone) = if criterion.met { ("✓", "met", "good") } else { ("✗", "not met", "bad") };
        let value = criterion.value.map_or("–".to_owned(), |value| criterion.unit.show(value));
        let target = format!("{} {}", criterion.comparison, criterion.unit.show(criterion.target));
        view! {
            <li class="told-line">
                <span class=tone aria-hidden="true">{sign}</span>
                <span>{criterion.says}" "<span class="muted">{target}</span><span class="visually-hidden">": "{word}</span></span>
                <span class="number strong">{value}</span>
            </li>
        }
        .into_any()
    };
    let term = |term: Term| {
        let points = format!("{} of {}", Unit::Count.show(term.points.round()), term.weight);
        view! { <li class="told-line" title=term.sentence><span></span><span>{term.says}</span><span class="number">{points}</span></li> }.into_any()
    };
    // The latency that is asked for, as a line in the curves.
    let timed = |criterion: &&Criterion| criterion.unit == Unit::Time && criterion.target <= 10_000_000.0;
    let target = criteria.iter().find(timed).map(|criterion| (criterion.target, criterion.says.clone()));
    let unranked =
        unranked.into_iter().map(|why| view! { <p class="warn small">{why}</p> }.into_any()).collect::<Vec<_>>();
    view! {
        <p>{why}</p>
        {unranked}
        <ul class="plain">{criteria.into_iter().map(criterion).collect::<Vec<_>>()}</ul>
        {latency(&seconds, target)}
        {rate(&seconds)}
        <details class="fold"><summary>"Score, term by term"</summary><ul class="plain">{terms.into_iter().map(term).collect::<Vec<_>>()}</ul></details>
    }
    .into_any()
}

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 96.0;

/// Latency over time: p50, p95 and p99 of each second, on a log scale from 1 ms to 10 s.
fn latency(seconds: &[Second], target: Option<(f64, String)>) -> AnyView {
    let y = |us: u64| {
        let decades = (us.clamp(1_000, 10_000_000) as f64 / 1_000.0).log10() / 4.0;
        HEIGHT - decades * HEIGHT
    };
    let line = |of: fn(&Second) -> Option<u64>| points(seconds, |second| of(second).map(y));
    let worst = seconds.iter().filter_map(|second| second.p95_us).max();
    let grid = [1.0, 2.0, 3.0].map(|at| gridline(at * HEIGHT / 4.0, "gridline"));
    let asked = target.as_ref().map(|(us, _)| gridline(y(us.max(0.0) as u64), "gridline line-target"));
    let target = target.map(|(us, says)| {
        view! { <p class="small muted"><span class="line-target" aria-hidden="true">"╌ "</span>{says}" "{Unit::Time.show(us)}</p> }.into_any()
    });
    view! {
        <figure class="small-chart">
            <figcaption><span class="strong">"Latency "</span>
                <span class="line-p50">"p50"</span>" "<span class="line-p95">"p95"</span>" "<span class="line-p99">"p99"</span>
                <span class="muted">{worst_words(worst)}</span></figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=format!("latency over {} s, {}", seconds.len(), worst_words(worst))>
                {grid.into_iter().collect::<Vec<_>>()}
                {asked}
                {lines(line(|second| second.p99_us), "line-p99")}
                {lines(line(|second| second.p50_us), "line-p50")}
                {lines(line(|second| second.p95_us), "line-p95")}
            </svg>
            <div class="chart-words" aria-hidden="true"><span>"1 s"</span><span>"100 ms"</span><span>"10 ms"</span></div>
        </figure>
        {target}
    }
    .into_any()
}

fn worst_words(worst: Option<u64>) -> String {
    worst.map_or("no answer".to_owned(), |us| format!("p95 up to {}", Unit::Time.show(us as f64)))
}

/// Requests per second: due, and answered right.
fn rate(seconds: &[Second]) -> AnyView {
    let most = seconds.iter().map(|second| second.scheduled.max(second.ok)).max().unwrap_or(0).max(1);
    let y = |count: u64| HEIGHT - count as f64 / most as f64 * HEIGHT;
    let due = points(seconds, |second| Some(y(second.scheduled)));
    let right = points(seconds, |second| Some(y(second.ok)));
    view! {
        <figure class="small-chart">
            <figcaption><span class="strong">"Requests per second "</span>
                <span class="muted">"due"</span>" "<span class="line-ok">"answered right"</span></figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img"
                aria-label=format!("requests per second over {} s, at most {most}", seconds.len())>
                {gridline(0.5, "gridline")}
                {lines(due, "line-due")}
                {lines(right, "line-ok")}
            </svg>
            <div class="chart-words top-word" aria-hidden="true"><span>{most}</span></div>
        </figure>
        <p class="small muted number time-axis"><span>"0:00"</span><span>{clock(seconds.len() as u64 * 1_000_000)}</span></p>
    }
    .into_any()
}

/// The parts of a line between its gaps, as points of SVG.
fn points(seconds: &[Second], y: impl Fn(&Second) -> Option<f64>) -> Vec<String> {
    let step = WIDTH / seconds.len().max(2).saturating_sub(1) as f64;
    let mut parts = vec![String::new()];
    for (at, second) in seconds.iter().enumerate() {
        match (y(second), parts.last_mut()) {
            (Some(y), Some(part)) => part.push_str(&format!("{:.1},{y:.1} ", at as f64 * step)),
            (None, Some(part)) if !part.is_empty() => parts.push(String::new()),
            _ => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    for part in &mut parts {
        // A second alone is a line of no length, which a round end makes a point.
        if part.split_whitespace().count() == 1 {
            *part = part.repeat(2);
        }
    }
    parts
}

fn lines(parts: Vec<String>, class: &'static str) -> Vec<AnyView> {
    let line =
        |points: String| view! { <polyline class=class points=points vector-effect="non-scaling-stroke" /> }.into_any();
    parts.into_iter().map(line).collect()
}

fn gridline(y: f64, class: &'static str) -> AnyView {
    let y = format!("{y:.1}");
    view! { <line class=class x1="0" x2=WIDTH.to_string() y1=y.clone() y2=y vector-effect="non-scaling-stroke" /> }
        .into_any()
}
