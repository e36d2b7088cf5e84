//! The services of the lab, each with its state in an icon and a word.

use brownout_core::stack::{ServiceState, ServiceStatus};
use leptos::prelude::*;

use crate::live::Live;

/// Icon, word and class of a state: colour is never alone.
pub fn state_words(state: ServiceState) -> (&'static str, &'static str, &'static str) {
    match state {
        ServiceState::Ready => ("●", "ready", "good"),
        ServiceState::Starting => ("◔", "starting", "warn"),
        ServiceState::Unready => ("▲", "not ready", "bad"),
        ServiceState::BackingOff => ("▲", "crashed", "bad"),
        ServiceState::Stopped => ("○", "stopped", "muted"),
    }
}

/// One line a service.
pub fn services() -> AnyView {
    let live = expect_context::<Live>();
    let services = Memo::new(move |_| live.stack.with(|stack| stack.services.clone()));
    view! {
        <ul class="plain services">{move || services.get().iter().map(row).collect::<Vec<_>>()}</ul>
        <p class="muted" hidden=move || !services.with(Vec::is_empty)>"No service runs yet."</p>
    }
    .into_any()
}

fn row(service: &ServiceStatus) -> AnyView {
    let (icon, word, class) = state_words(service.state);
    let replicas = format!("{} of {}", service.ready, service.desired);
    let restarts = (service.restarts > 0).then(|| format!("restarted {} times after a crash", service.restarts));
    let message = (!service.message.is_empty()).then(|| service.message.clone());
    let more = [message, restarts].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let address = service.address.clone();
    view! {
        <li class="service-row">
            <span class=class><span aria-hidden="true">{icon}</span>" "{word}</span>
            <span class="strong">{service.name.clone()}</span>
            <span class="number">{replicas}</span>
            {(!address.is_empty()).then(|| view! { <a href=address.clone() target="_blank" rel="noreferrer">{address.replace("http://", "")}</a> })}
            {(!more.is_empty()).then(|| view! { <span class="muted small wide">{more}</span> })}
        </li>
    }
    .into_any()
}
