//! The autoscalers: how many replicas there are and are wanted, why, and what happened; in Kubernetes' own words.

use brownout_core::stack::{Condition, ScaleEvent, Scaling};
use leptos::prelude::*;

use crate::live::Live;

/// A card an autoscaler. With `keep` its place is kept while there is none, and its parts keep their heights.
pub fn scaling(keep: bool) -> AnyView {
    let live = expect_context::<Live>();
    let all = Memo::new(move |_| live.stack.with(|stack| stack.scaling.clone()));
    let count = Memo::new(move |_| all.with(Vec::len));
    // The card stays the same element while its numbers change.
    let cards = move || match (count.get(), keep) {
        (0, false) => ().into_any(),
        (0, true) => view! {
            <section class="panel scaling kept" data-testid="scaling">
                <h2>"Autoscaler"</h2>
                <p class="muted">"No autoscaler runs now."</p>
            </section>
        }
        .into_any(),
        (count, _) => (0..count).map(|at| card(all, at, keep)).collect::<Vec<_>>().into_any(),
    };
    view! { {move || cards()} }.into_any()
}

fn card(all: Memo<Vec<Scaling>>, at: usize, keep: bool) -> AnyView {
    let now = Memo::new(move |_| all.with(|all| all.get(at).cloned()).unwrap_or_default());
    let conditions = Memo::new(move |_| now.with(|now| now.conditions.clone()));
    let events = Memo::new(move |_| now.with(|now| now.events.clone()));
    let figure = move |name: &'static str, of: fn(&Scaling) -> String| {
        view! { <div><dt>{name}</dt><dd class="number strong">{move || now.with(of)}</dd></div> }.into_any()
    };
    // What changes by itself and matters to who listens: warnings and rescales, not each percentage.
    let news = move || {
        let warned = conditions.with(|all| all.iter().find(|one| warns(one)).map(said));
        warned.or_else(|| events.with(|events| events.last().map(|event| event.message.clone()))).unwrap_or_default()
    };
    view! {
        <section class=if keep { "panel scaling kept" } else { "panel scaling" } data-testid="scaling">
            <h2>"Autoscaler of "{move || now.with(|now| now.service.clone())}" "<span class="muted">"now"</span></h2>
            <p class="visually-hidden" role="status">{move || news()}</p>
            <dl class="figures">
                {figure("replicas", |now| now.current.to_string())}
                {figure("wanted", |now| now.desired.to_string())}
                {figure("ready", |now| now.ready.to_string())}
                {figure("allowed", |now| format!("{} to {}", now.min, now.max))}
            </dl>
            <p class="metric number">{move || now.with(|now| now.metric.clone())}</p>
            <ul class="plain conditions" tabindex="0" aria-label="conditions of the autoscaler">
                {move || conditions.get().iter().map(condition).collect::<Vec<_>>()}
            </ul>
            <ol class="plain happened" tabindex="0" aria-label="events of the autoscaler, newest first">
                {move || events.with(|events| events.iter().rev().map(event).collect::<Vec<_>>())}
                <li class="muted" hidden=move || !events.with(Vec::is_empty)>"It has not scaled yet."</li>
            </ol>
        </section>
    }
    .into_any()
}

/// Whether something keeps the autoscaler from its work.
fn warns(condition: &Condition) -> bool {
    !condition.status && condition.kind != "ScalingLimited"
}

fn said(condition: &Condition) -> String {
    format!("{} is False: {} {}", condition.kind, condition.reason, condition.message)
}

fn condition(condition: &Condition) -> AnyView {
    let (sign, class) = match (warns(condition), condition.kind.as_str()) {
        (true, _) => ("▲", "warn"),
        (false, "ScalingLimited") => ("○", "muted"),
        (false, _) => ("✓", "good"),
    };
    let word = if condition.status { "True" } else { "False" };
    view! {
        <li data-condition=condition.kind.clone() data-state=word>
            <span class=class aria-hidden="true">{sign}</span>
            <span class="strong">{condition.kind.clone()}" "<span class=class>{word}</span></span>
            <p class="small"><code>{condition.reason.clone()}</code>" "{condition.message.clone()}</p>
        </li>
    }
    .into_any()
}

fn event(event: &ScaleEvent) -> AnyView {
    let date = js_sys::Date::new(&(event.wall_ms as f64).into());
    let at: String = date.to_locale_time_string("en-GB").into();
    view! {
        <li class="small">
            <span class="number muted">{at}</span>
            <span><code>{event.reason.clone()}</code>" "{event.message.clone()}</span>
        </li>
    }
    .into_any()
}
