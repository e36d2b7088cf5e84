//! Participants × cases, who needs help first. Nothing moves under the pointer.

use std::cmp::Ordering;

use brownout_core::hub::{need::Need, row::GridRow};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    hub::{
        cell::{grid_cell, minutes, need_words},
        facilitator::Shared,
        live::HubLive,
        saying::Saying,
        tools::tools,
    },
    parts::keyboard::found,
};

/// How long rows stay after the pointer has left, ms.
const STAYS_MS: u32 = 2_000;

/// By what rows stand in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Need,
    Name,
}

/// The column.
pub fn grid() -> AnyView {
    let live = expect_context::<HubLive>();
    let shared = expect_context::<Shared>();
    let by = RwSignal::new(Order::Need);
    let find = RwSignal::new(String::new());
    // While the pointer is over the rows, or was a moment ago, they stay where they are.
    let held = RwSignal::new(false);
    let left = StoredValue::new(0u32);
    let enter = move |_| {
        left.update_value(|count| *count += 1);
        held.set(true);
    };
    let leave = move |_| {
        left.update_value(|count| *count += 1);
        let now = left.get_value();
        spawn_local(async move {
            TimeoutFuture::new(STAYS_MS).await;
            if left.try_get_value() == Some(now) {
                held.try_set(false);
            }
        });
    };
    let wanted = Memo::new(move |_| {
        live.moved.track();
        let asked = find.get().to_lowercase();
        live.rows.with(|rows| {
            let mut rows: Vec<GridRow> = rows.values().map(|row| row.get_untracked()).collect();
            rows.retain(|row| row.name.to_lowercase().contains(&asked));
            rows.sort_by(|a, b| before(by.get(), a, b));
            rows.into_iter().map(|row| row.seat).collect::<Vec<_>>()
        })
    });
    let order = RwSignal::new(Vec::<String>::new());
    // What is not shown where it belongs, while the rows stay.
    let moved = Memo::new(move |_| {
        order.with(|order| wanted.with(|wanted| order.iter().zip(wanted).filter(|(a, b)| a != b).count()))
    });
    Effect::new(move || {
        let (wanted, held) = (wanted.get(), held.get());
        let known = order.get_untracked();
        let next = if held { stayed(&known, &wanted) } else { wanted };
        if next != known {
            keep_focus();
            order.set(next);
        }
    });
    Effect::new(move || {
        by.track();
        find.track();
        order.set(wanted.get_untracked());
    });
    let cases = Memo::new(move |_| live.board.with(|board| board.cases.clone()));
    let now = Memo::new(move |_| {
        let current = live.agenda.with(|agenda| agenda.step().and_then(|step| step.case.clone()))?;
        cases.with(|cases| cases.iter().position(|case| case.scenario == current))
    });
    let heads = move || {
        let current = now.get();
        cases
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, case)| {
                let now = current == Some(at);
                let title = case.title.clone();
                view! { <th scope="col" class="case-head" class:now=now title=title>{case.title}{if now { " · now" } else { "" }}</th> }.into_any()
            })
            .collect::<Vec<_>>()
    };
    let none = move || live.rows.with(|rows| rows.is_empty());
    // The one thing that is told to who does not look: not every number.
    let raised = Memo::new(move |_| {
        live.moved.track();
        live.rows.with(|rows| {
            let up = rows.values().filter_map(|row| {
                row.with_untracked(|row| row.hand.as_ref().map(|hand| (hand.up_ms, row.name.clone())))
            });
            up.max().map(|(_, name)| format!("{name} has raised a hand")).unwrap_or_default()
        })
    });
    // Who is gone is nobody's to be addressed.
    Effect::new(move || {
        let gone = live
            .rows
            .with(|rows| shared.ticked.with_untracked(|ticked| ticked.iter().any(|seat| !rows.contains_key(seat))));
        if gone {
            live.rows
                .with_untracked(|rows| shared.ticked.update(|ticked| ticked.retain(|seat| rows.contains_key(seat))));
        }
    });
    let sort = move |order: Order, word: &'static str| {
        view! {
            <button class="button quiet" aria-pressed=move || (by.get() == order).to_string() on:click=move |_| by.set(order)>{word}</button>
        }
        .into_any()
    };
    view! {
        {tools()}
        <p class="grid-counts">{move || counts(live)}</p>
        <p class="visually-hidden" role="status">{move || raised.get()}</p>
        <div class="grid-head">
            <div class="switch" role="group" aria-label="order">{sort(Order::Need, "Who needs help")}{sort(Order::Name, "By name")}</div>
            {picked(shared, order)}
            <p class="muted small grid-note" role="status">
                {move || match (held.get(), moved.get()) {
                    (true, count) if count > 0 => format!("{count} have changed place; they move when the pointer is away."),
                    _ => String::new(),
                }}
            </p>
            <label class="field inline">"Find"
                <input type="text" class="find" data-testid="find" on:input=move |event| find.set(event_target_value(&event)) />
            </label>
        </div>
        <section class="empty" hidden=move || !none()>
            <p>"Nobody has joined yet. Show the page "<a href="/join">"Join"</a>" on the big screen, or send its address."</p>
        </section>
        <div class="grid-scroll" hidden=none>
            <table class="table people" data-testid="grid" on:pointerenter=enter on:pointerleave=leave>
                <thead><tr>
                    <th scope="col"><span class="visually-hidden">"select"</span></th>
                    <th scope="col">"participant"</th>
                    {move || heads()}
                </tr></thead>
                <tbody>
                    <For each=move || order.get() key=Clone::clone children=move |seat| row(seat, live, shared, now) />
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A browser takes the focus from a row that is moved: it is given back when the rows stand.
fn keep_focus() {
    let Some(focused) = found("[data-testid=grid] tbody :focus") else { return };
    request_animation_frame(move || {
        let stay = web_sys::FocusOptions::new();
        stay.set_prevent_scroll(true);
        let _ = focused.focus_with_options(&stay);
    });
}

/// How two rows stand.
fn before(order: Order, a: &GridRow, b: &GridRow) -> Ordering {
    let names = || (a.name.to_lowercase(), &a.seat).cmp(&(b.name.to_lowercase(), &b.seat));
    match order {
        Order::Need => (a.need, a.need_since_ms).cmp(&(b.need, b.need_since_ms)).then_with(names),
        Order::Name => names(),
    }
}

/// The order that was shown, without who is gone, and who is new at its end.
fn stayed(known: &[String], wanted: &[String]) -> Vec<String> {
    let stay = known.iter().filter(|seat| wanted.contains(seat));
    let new = wanted.iter().filter(|seat| !known.contains(seat));
    stay.chain(new).cloned().collect()
}

/// How many need what, in words.
fn counts(live: HubLive) -> String {
    live.moved.track();
    live.rows.with(|rows| {
        let of = |need: Need| rows.values().filter(|row| row.with_untracked(|row| row.need == need)).count();
        let parts = [
            (of(Need::Hand), "with a hand up"),
            (of(Need::Locked), "cannot go on"),
            (of(Need::Stuck), "stand still"),
            (of(Need::Behind), "behind"),
            (of(Need::Offline), "offline"),
            (of(Need::Done), "done"),
        ];
        let told: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        let all = match rows.len() {
            1 => "1 participant".to_owned(),
            count => format!("{count} participants"),
        };
        std::iter::once(all).chain(told).collect::<Vec<_>>().join(" · ")
    })
}

/// What can be done with those who are ticked.
fn picked(shared: Shared, order: RwSignal<Vec<String>>) -> AnyView {
    let saying = expect_context::<Saying>();
    let count = Memo::new(move |_| shared.ticked.with(Vec::len));
    let unseen = Memo::new(move |_| {
        order.with(|order| shared.ticked.with(|ticked| ticked.iter().filter(|seat| !order.contains(seat)).count()))
    });
    view! {
        <div class="actions" hidden=move || count.get() == 0>
            <span class="strong">{move || count.get()}" selected"{move || (unseen.get() > 0).then(|| format!(", {} not shown", unseen.get()))}</span>
            <button class="button" data-testid="say-selected" on:click=move |_| saying.to_seats(shared.ticked.get_untracked())>"Message or hint"</button>
            <button class="button quiet" on:click=move |_| shared.ticked.set(Vec::new())>"Select nobody"</button>
        </div>
    }
    .into_any()
}

/// `now` is the place of the case that goes on.
fn row(seat: String, live: HubLive, shared: Shared, now: Memo<Option<usize>>) -> AnyView {
    let id = StoredValue::new(seat);
    let row = Memo::new(move |_| id.with_value(|seat| live.row(seat)));
    let open = Memo::new(move |_| id.with_value(|id| shared.seat.with(|seat| seat.as_ref() == Some(id))));
    let ticked = Memo::new(move |_| id.with_value(|id| shared.ticked.with(|ticked| ticked.contains(id))));
    let tick = move |event| {
        let wanted = event_target_checked(&event);
        shared.ticked.update(|ticked| {
            id.with_value(|id| ticked.retain(|known| known != id));
            if wanted {
                ticked.push(id.get_value());
            }
        });
    };
    let name = Memo::new(move |_| {
        row.with(|row| row.as_ref().map(|row| (row.name.clone(), row.tag.clone())).unwrap_or_default())
    });
    let need = Memo::new(move |_| {
        row.with(|row| row.as_ref().map(|row| (row.need, row.why.clone(), row.hand.clone(), row.online)))
    });
    let needs = move || {
        need.get().map(|(need, why, hand, online)| {
            let (sign, word, tone) = need_words(need);
            let away = (!online && need != Need::Offline).then_some(" · offline");
            let hand = hand.map(|hand| {
                let since = move || minutes(live.now_ms().saturating_sub(hand.up_ms));
                let note = if hand.note.is_empty() { String::new() } else { format!("“{}”", hand.note) };
                view! { <span class=tone>"hand up "<span class="number">{since}</span></span>" "<span>{note}</span> }.into_any()
            });
            // The sentence says it all; the word is for who does not see the sign.
            let says = hand.unwrap_or_else(|| {
                let hidden = if why.is_empty() { "" } else { "visually-hidden" };
                view! { <span class=hidden>{word}" "</span><span class="muted">{why}</span> }.into_any()
            });
            view! {
                <p class="small why"><span class=tone aria-hidden="true">{sign}</span>" "{says}<span class="muted">{away}</span></p>
            }
            .into_any()
        })
    };
    let cells = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.cells.clone()).unwrap_or_default()));
    let label = move || name.with(|name| format!("select {}", name.0));
    view! {
        <tr class:marked=move || open.get() data-seat=id.get_value()
            data-need=move || need.with(|need| need.as_ref().map(|need| need_words(need.0).1))>
            <td class="pick"><label class="choice"><input type="checkbox" aria-label=label prop:checked=move || ticked.get() on:change=tick /></label></td>
            <th scope="row">
                <a class="row-link" href=format!("/people/{}", id.get_value()) data-testid="row-link"
                    aria-current=move || open.get().then_some("true")>
                    {move || name.get().0}" "<span class="muted tag-of">{move || name.get().1}</span>
                </a>
                {move || needs()}
            </th>
            {move || {
                let now = now.get();
                cells.with(|cells| cells.iter().enumerate().map(|(at, cell)| grid_cell(cell, now == Some(at))).collect::<Vec<_>>())
            }}
        </tr>
    }
    .into_any()
}
