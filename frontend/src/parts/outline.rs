//! What a run will do, drawn small before it starts: load over time, with its faults.

use brownout_core::{
    quantity::{Unit, clock},
    scenario::Scenario,
};
use leptos::prelude::*;

/// Steps of the curve.
const STEPS: u32 = 120;
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 56.0;

/// Load and faults of a scenario.
pub fn outline(scenario: &Scenario) -> AnyView {
    let end_us = scenario.end_us.max(1);
    let x = move |us: u64| us as f64 / end_us as f64 * WIDTH;
    let rate = |us: u64| scenario.load.iter().map(|stream| stream.arrivals.rate_at(us)).sum::<f64>();
    let rates: Vec<(f64, f64)> =
        (0..STEPS).map(|n| end_us * u64::from(n) / u64::from(STEPS)).map(|us| (x(us), rate(us))).collect();
    let most = rates.iter().map(|point| point.1).fold(1.0, f64::max);
    let mut area = format!("0,{HEIGHT} ");
    rates
        .iter()
        .for_each(|(at, rate)| area.push_str(&format!("{at:.1},{:.1} ", HEIGHT - rate / most * (HEIGHT - 10.0))));
    area.push_str(&format!(
        "{WIDTH},{:.1} {WIDTH},{HEIGHT}",
        HEIGHT - rates.last().map_or(0.0, |last| last.1) / most * (HEIGHT - 10.0)
    ));
    let bands = scenario.faults.iter().map(|fault| {
        let (from, to) = (x(fault.at_us), x(fault.until_us));
        view! { <rect class="fault-band" x=format!("{from:.1}") y="0" width=format!("{:.1}", to - from) height=HEIGHT.to_string() /> }.into_any()
    });
    let faults = scenario.faults.iter().map(|fault| {
        view! { <li>{format!("{} to {}: {}", clock(fault.at_us), clock(fault.until_us), fault.says)}</li> }.into_any()
    });
    // Each into its place: a sort of the library is 1 KB to download.
    let mut instants = Vec::new();
    for instant in scenario.faults.iter().flat_map(|fault| [fault.at_us, fault.until_us]).chain([0, end_us]) {
        if let Err(place) = instants.binary_search(&instant) {
            instants.insert(place, instant);
        }
    }
    let times = instants.into_iter().map(|us| {
        view! { <span style:left=format!("{:.2}%", us as f64 / end_us as f64 * 100.0)>{clock(us)}</span> }.into_any()
    });
    let load = format!("up to {} for {}", Unit::PerSecond.show(most), clock(end_us));
    view! {
        <figure class="outline">
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label="load over time with its faults">
                <polygon class="load-area" points=area />
                {bands.collect::<Vec<_>>()}
            </svg>
            <div class="outline-times" aria-hidden="true">{times.collect::<Vec<_>>()}</div>
            <figcaption>
                <ul class="plain"><li>"Load: "{load}</li>{faults.collect::<Vec<_>>()}</ul>
            </figcaption>
        </figure>
    }
    .into_any()
}
