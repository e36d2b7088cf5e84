//! The readiness wall: who can take part, who cannot, and what mends it.

use brownout_core::{
    hub::{live::SeatReadiness, readiness::Ready},
    setup::CheckState,
};
use leptos::prelude::*;

use crate::{
    hub::{cell::ready_words, live::HubLive, person::live_ago},
    title::title,
};

/// The page.
pub fn ready() -> AnyView {
    let live = expect_context::<HubLive>();
    title(|| "Readiness".to_owned());
    let of = move |wanted: Ready| {
        live.ready.with(|ready| {
            let mut found: Vec<_> = ready.iter().filter(|row| row.readiness.overall == wanted).cloned().collect();
            found.sort_by_key(|row| (row.name.to_lowercase(), row.seat.clone()));
            found
        })
    };
    // Who has joined and not told yet: no wall without them.
    let silent = Memo::new(move |_| {
        live.moved.track();
        let told: Vec<String> = live.ready.with(|ready| ready.iter().map(|row| row.seat.clone()).collect());
        live.rows.with(|rows| {
            rows.values()
                .map(|row| row.get_untracked())
                .filter(|row| !told.contains(&row.seat))
                .map(|row| row.name)
                .collect::<Vec<_>>()
        })
    });
    let total = Memo::new(move |_| live.ready.with(Vec::len) + silent.with(Vec::len));
    let sum = move || {
        let ready = of(Ready::Yes).len();
        match total.get() {
            0 => String::new(),
            all if all == ready => format!("All {all} are ready."),
            all => format!("{ready} of {all} are ready."),
        }
    };
    let group = move |wanted: Ready, open: bool| {
        let (sign, word, tone) = ready_words(wanted);
        // By seat and when it told: a row that stays is not another one's card under the pointer.
        let rows = move || {
            let show = move |row: SeatReadiness| if open { card(row, live) } else { plate(row, live) };
            view! { <For each=move || of(wanted) key=|row| (row.seat.clone(), row.name.clone(), row.told_ms) children=show /> }.into_any()
        };
        let count = move || of(wanted).len();
        view! {
            <section class="ready-group" hidden=move || count() == 0 data-testid=format!("ready-{}", word.replace(' ', "-"))>
                <h2><span class=tone><span aria-hidden="true">{sign}</span>" "{word}</span>" "<span class="number muted">{count}</span></h2>
                <ul class=if open { "plain ready-cards" } else { "plain ready-plates" }>{rows()}</ul>
            </section>
        }
        .into_any()
    };
    view! {
        <div class="page-head">
            <h1>"Readiness"</h1>
            <p class="lead" data-testid="ready-sum">{move || sum()}</p>
        </div>
        <section class="empty" hidden=move || total.get() != 0>
            <p>"Nobody has joined yet. Whoever joins before the session stands here, with what is missing and the command that mends it."</p>
            <a href="/join" class="button primary">"Show how to join"</a>
        </section>
        {group(Ready::No, true)}
        {group(Ready::Almost, true)}
        <section class="ready-group" hidden=move || silent.with(Vec::is_empty)>
            <h2><span class="muted"><span aria-hidden="true">"○"</span>" not told yet"</span>" "<span class="number muted">{move || silent.with(Vec::len)}</span></h2>
            <ul class="plain ready-plates">{move || silent.get().into_iter().map(|name| view! { <li class="plate">{name}</li> }.into_any()).collect::<Vec<_>>()}</ul>
        </section>
        {group(Ready::Yes, false)}
    }
    .into_any()
}

fn card(row: SeatReadiness, live: HubLive) -> AnyView {
    let SeatReadiness { seat, name, readiness, told_ms } = row;
    let ago = live_ago(live, told_ms);
    let lack = readiness.lacking.into_iter().filter(|check| check.state != CheckState::Ok).map(|check| {
        let (sign, word, tone) = match check.state {
            CheckState::Missing => ("✗", "missing", "bad"),
            _ => ("▲", "not well", "warn"),
        };
        let fix = check.fix.map(|fix| view! { <code class="wrap">{fix}</code> }.into_any());
        view! {
            <li class="lack"><span class=tone aria-hidden="true">{sign}</span><span>{check.title}<span class="visually-hidden">": "{word}</span></span>{fix}</li>
        }
        .into_any()
    });
    let lack: Vec<AnyView> = lack.collect();
    let services = readiness.services;
    let missing = (!services.all()).then(|| {
        let says = if services.of == 0 { "the stack is down".to_owned() } else { format!("{} of {} services ready", services.ready, services.of) };
        view! { <li class="lack"><span class="warn" aria-hidden="true">"▲"</span><span>{says}</span><code>"make up"</code></li> }.into_any()
    });
    let fetched = (readiness.prefetched == Some(false)).then(|| {
        view! { <li class="lack"><span class="warn" aria-hidden="true">"▲"</span><span>"not prefetched"</span><code>"make prefetch"</code></li> }.into_any()
    });
    view! {
        <li class="panel ready-card">
            <h3><a href=format!("/people/{seat}")>{name}</a></h3>
            <ul class="plain">{lack}{missing}{fetched}</ul>
            <p class="muted small">{machine(&readiness.machine)}" · "{readiness.stack}" · "{ago}</p>
        </li>
    }
    .into_any()
}

fn plate(row: SeatReadiness, live: HubLive) -> AnyView {
    let title = format!("{} · {}", machine(&row.readiness.machine), row.readiness.stack);
    let ago = live_ago(live, row.told_ms);
    view! { <li class="plate" title=title><span class="good" aria-hidden="true">"✓ "</span>{row.name}<span class="muted small">" "{ago}</span></li> }.into_any()
}

fn machine(machine: &brownout_core::hub::readiness::Machine) -> String {
    format!("{}, {} processors, {} GiB", machine.os, machine.processors, machine.memory_gib)
}
