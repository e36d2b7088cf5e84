//! The hints of a case: those that were shown, and what brings the others.

use brownout_core::{
    case::{HintState, HintView},
    quantity::clock,
};
use leptos::prelude::*;

use crate::{live::Live, panel, parts::alert::Alert};

/// Hints of the case with this id.
pub fn hints(scenario: Signal<String>) -> AnyView {
    let live = expect_context::<Live>();
    let alert = expect_context::<Alert>();
    let busy = RwSignal::new(false);
    let hints = Memo::new(move |_| live.case(&scenario.get()).map(|case| case.hints).unwrap_or_default());
    // What came while the page was open, for who does not see it come; what was there before is not announced.
    let news = Memo::new(move |before: Option<&(Option<Vec<String>>, String)>| {
        let shown = hints.with(|hints| {
            (!hints.is_empty()).then(|| hints.iter().filter(|hint| is_shown(hint)).map(words).collect::<Vec<_>>())
        });
        let known = before.and_then(|(known, _)| known.as_ref());
        let new = known.and_then(|known| shown.iter().flatten().find(|says| !known.contains(says)));
        let says = new.cloned().or_else(|| before.map(|(_, said)| said.clone())).unwrap_or_default();
        (shown, says)
    });
    let cost = move || {
        let cost = live.case(&scenario.get()).map_or(0, |case| case.hints_cost);
        if cost > 0 { format!("−{cost} points") } else { String::new() }
    };
    view! {
        <section class="panel hints" hidden=move || hints.with(Vec::is_empty)>
            <h2>"Hints "<span class="muted">{move || cost()}</span></h2>
            <p class="visually-hidden" role="status">{move || news.get().1}</p>
            <ol class="plain">
                {move || {
                    let next = hints.with(|hints| hints.iter().position(|hint| hint.state == HintState::Offered));
                    let row = |(at, hint)| row(hint, live, alert, busy, scenario, next == Some(at));
                    hints.get().into_iter().enumerate().map(row).collect::<Vec<_>>()
                }}
            </ol>
        </section>
    }
    .into_any()
}

fn is_shown(hint: &HintView) -> bool {
    hint.state == HintState::Shown
}

fn words(hint: &HintView) -> String {
    format!("Hint: {}", hint.says)
}

fn row(
    hint: HintView,
    live: Live,
    alert: Alert,
    busy: RwSignal<bool>,
    scenario: Signal<String>,
    next: bool,
) -> AnyView {
    let title = title(&hint.name);
    let (name, when, at_ms, cost) = (hint.name.clone(), hint.when.clone(), hint.at_ms, hint.cost);
    if is_shown(&hint) {
        let cost = if cost > 0 { format!(" · −{cost} points") } else { String::new() };
        return view! {
            <li class="hint">
                <p><span class="strong">{title}</span>" "<span class="muted small">{when}{cost}</span></p>
                <p>{hint.says}</p>
            </li>
        }
        .into_any();
    }
    let left = move || {
        let clock_ms = scenario.with(|scenario| live.case_clock_ms(scenario));
        match at_ms.and_then(|at| at.checked_sub(clock_ms)) {
            Some(left) if left > 0 => format!(" (in {})", clock(left.div_ceil(1_000) * 1_000_000)),
            _ => String::new(),
        }
    };
    let show = move |_| {
        panel::ask(alert, scenario.with_untracked(|scenario| format!("/cases/{scenario}/hints/{name}")), busy);
    };
    let offered = hint.state == HintState::Offered;
    // What had to happen first has happened; only a time may still come.
    let when = if offered && at_ms.is_none() { String::new() } else { format!("comes {when}") };
    // The key `h` takes the next one.
    let id = if next { "hint-button" } else { "" };
    view! {
        <li class="hint ahead">
            <p><span class="strong">{title}</span>" "<span class="muted small">{when}<span class="number">{move || left()}</span></span></p>
            <button class="button" data-testid=id hidden=!offered disabled=move || busy.get() on:click=show>
                {if cost > 0 { format!("Show a hint (−{cost} points)") } else { "Show a hint".to_owned() }}
            </button>
        </li>
    }
    .into_any()
}

/// `where-to-look` in words.
fn title(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
