//! The clock of a case: active time against the time that is planned. It warns and never locks.

use brownout_core::quantity::clock;
use leptos::prelude::*;

use crate::live::Live;

/// Clock of the case with this id; nothing before the feed has told of it.
pub fn case_clock(scenario: Signal<String>) -> AnyView {
    let live = expect_context::<Live>();
    let now = move || scenario.with(|scenario| live.case_clock_ms(scenario));
    let planned = Memo::new(move |_| live.case(&scenario.get()).map_or(0, |case| u64::from(case.minutes) * 60_000));
    let over = move || planned.get() > 0 && now() >= planned.get();
    let says = move || match planned.get() {
        0 => String::new(),
        planned => {
            let over = if over() { " over time" } else { "" };
            format!("case {} / {}{over}", clock(now() * 1_000), clock(planned * 1_000))
        }
    };
    view! { <span class=move || if over() { "case-clock number warn" } else { "case-clock number muted" }>{move || says()}</span> }
        .into_any()
}

/// Tells the panel that a case is looked at, so that its clock runs: once a visit, after each reconnect, and when one comes
/// back to this tab: of two tabs the one that is looked at counts.
pub fn open_case(scenario: Signal<String>) {
    let live = expect_context::<Live>();
    let looked = RwSignal::new(!document().hidden());
    let handle = window_event_listener_untyped("visibilitychange", move |_| {
        looked.try_set(!document().hidden());
    });
    on_cleanup(move || handle.remove());
    Effect::new(move || {
        let scenario = scenario.get();
        if looked.get() && live.snapshots.get() > 0 && !scenario.is_empty() {
            // Nothing on the page hangs on it; a panel that cannot be reached is told of elsewhere.
            leptos::task::spawn_local(
                async move { drop(crate::panel::post(&format!("/cases/{scenario}/open")).await) },
            );
        }
    });
}
