//! Participants × cases; `?screen` is for the wall.

use std::cmp::Ordering;

use brownout_core::{
    by_value::from_value,
    hub::row::{BoardRow, HubBoard},
    leaderboard::{Leaderboard, LeaderboardCell, LeaderboardRow},
    quantity::clock,
    wire::Problem,
};
use gloo_net::http::Method;
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

use crate::{
    live::Live,
    panel,
    parts::{
        alert::Alert, archives::archives_button, bring::bring_button, movement::Places, name::name_question, said::said,
    },
    place::Place,
    title::title,
    view::Fetched,
};

/// By what the rows stand in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Total,
    Name,
    Case(usize),
}

/// What the page shares with its rows.
#[derive(Clone, Copy)]
struct Board {
    order: RwSignal<Order>,
    /// Where the rows stood before.
    places: RwSignal<Places>,
    alert: Alert,
}

/// The page.
pub fn leaderboard() -> AnyView {
    let live = expect_context::<Live>();
    let place = expect_context::<Place>();
    title(|| "Leaderboard".to_owned());
    let fetched = RwSignal::new(Fetched::<HubBoard>::Loading);
    // In a workshop its board stands first; one switch leads to this machine's.
    let joined = Memo::new(move |_| live.hub.with(Option::is_some));
    let shared = Memo::new(move |_| joined.get() && place.asked("of").is_none_or(|of| of == "hub"));
    let board =
        Board { order: RwSignal::new(Order::Total), places: RwSignal::default(), alert: expect_context::<Alert>() };
    // Anew whenever a run ends, and after a reconnect.
    let state = Memo::new(move |_| match shared.get() {
        true => (true, None, live.greetings(), live.board.get()),
        false => (false, live.active(), live.greetings(), live.history.get()),
    });
    // One question at a time: however often the board changes, the last state is shown.
    let (asking, again) = (StoredValue::new(false), RwSignal::new(0u32));
    Effect::new(move || {
        let (shared, ..) = state.get();
        again.track();
        if asking.get_value() {
            return;
        }
        asking.set_value(true);
        let asked = state.get_untracked();
        spawn_local(async move {
            let answer = match shared {
                true => panel::text("/leaderboard?of=hub").await.and_then(|text| of_hub(&text)),
                false => panel::get::<Leaderboard>("/leaderboard").await.map(alone),
            };
            if let Ok(rows) = &answer {
                board.places.try_update(|places| places.take(&rows.rows, js_sys::Date::now()));
            }
            fetched.try_set(answer.into());
            asking.try_set_value(false);
            if state.try_get_untracked().is_some_and(|now| now != asked) {
                again.try_update(|count| *count = count.wrapping_add(1));
            }
        });
    });
    let screen = Memo::new(move |_| place.asked("screen").is_some());
    let shown = move || match fetched.get() {
        Fetched::Loading => view! { <p class="muted" role="status">"Loading the leaderboard …"</p> }.into_any(),
        Fetched::Failed(why) => view! { <p class="problem" role="alert">{said(&why)}</p> }.into_any(),
        Fetched::Ready(rows) if rows.rows.is_empty() => view! {
            <section class="empty">
                <p>"No ranked run has ended yet. The first one stands here."</p>
                <a href="/" class="button primary">"Go to the cases"</a>
            </section>
        }
        .into_any(),
        Fetched::Ready(rows) => {
            let seat = live.hub.with_untracked(|hub| hub.as_ref().map(|hub| hub.seat.clone()));
            table(rows, board, seat.filter(|_| shared.get_untracked()))
        }
    };
    let file = |format: &str, word: &'static str| {
        let href = format!("/api/v1/leaderboard/export?format={format}");
        view! { <a class="button quiet" target="_blank" href=href>{word}</a> }.into_any()
    };
    view! {
        <div class="page-head">
            <h1>"Leaderboard"</h1>
            <div class="switch" role="group" aria-label="whose results" hidden=move || !joined.get() || screen.get()>
                <button class="button quiet" data-testid="of-hub" aria-pressed=move || shared.get().to_string()
                    on:click=move |_| place.ask("")>"Workshop"</button>
                <button class="button quiet" data-testid="of-own" aria-pressed=move || (!shared.get()).to_string()
                    on:click=move |_| place.ask("of=own")>"This machine"</button>
            </div>
            {move || if screen.get() {
                view! { <a class="button quiet" href="/leaderboard">"Leave the screen"</a> }.into_any()
            } else if shared.get() {
                archives_button()
            } else {
                view! {
                    {file("csv", "CSV")}{file("json", "JSON")}{file("markdown", "Markdown")}
                    {bring_button()}
                    {archives_button()}
                    <a class="button" data-testid="screen-link" href="/leaderboard?screen">"Show on a screen"</a>
                }.into_any()
            }}
        </div>
        {move || if screen.get() { ().into_any() } else { name_question() }}
        {move || shown()}
    }
    .into_any()
}

/// The board of a workshop, read without code for these types alone.
fn of_hub(text: &str) -> Result<HubBoard, Problem> {
    let board: Value = panel::read(text)?;
    let row = |row: &Value| {
        Some(BoardRow {
            row: from_value(&row["row"]).ok()?,
            place: row["place"].as_u64()? as u32,
            first: row["first"].as_array()?.iter().map(|first| *first == Value::Bool(true)).collect(),
        })
    };
    let rows = board["rows"].as_array().into_iter().flatten();
    Ok(HubBoard {
        cases: from_value(&board["cases"]).unwrap_or_default(),
        rows: rows.filter_map(row).collect(),
        frozen: board["frozen"] == Value::Bool(true),
        hidden: board["hidden"] == Value::Bool(true),
        ..HubBoard::default()
    })
}

/// The board of this machine, as that of a workshop.
fn alone(rows: Leaderboard) -> HubBoard {
    let row = |(place, row): (u32, LeaderboardRow)| BoardRow { row, place, first: Vec::new() };
    HubBoard { cases: rows.cases, rows: (1..).zip(rows.rows).map(row).collect(), ..HubBoard::default() }
}

/// `seat` is the own one, on the board of a workshop.
fn table(rows: HubBoard, board: Board, seat: Option<String>) -> AnyView {
    let HubBoard { cases, rows, frozen, hidden, .. } = rows;
    let tick = expect_context::<Live>().tick;
    // The hub does not tell when somebody began.
    let took = if seat.is_some() { "" } else { "time from the first run of the case to the best one, and " };
    let head = move |word: String, order: Order, class: &'static str| {
        let sorted = move || if board.order.get() == order { "descending" } else { "none" };
        view! {
            <th class=class scope="col" aria-sort=sorted>
                <button class="button quiet sort" on:click=move |_| board.order.set(order)>{word}</button>
            </th>
        }
        .into_any()
    };
    let heads: Vec<AnyView> =
        cases.into_iter().enumerate().map(|(at, case)| head(case.title, Order::Case(at), "number")).collect();
    let rows = StoredValue::new(rows);
    let sorted = move || {
        rows.with_value(|rows| {
            // Places are by total, whatever the order. By insertion: a workshop has few rows, and the library's sort
            // is 10 KB to download.
            let order = board.order.get();
            let mut places: Vec<usize> = Vec::with_capacity(rows.len());
            for (at, row) in rows.iter().enumerate() {
                let behind =
                    places.iter().position(|known| before(order, &row.row, &rows[*known].row) == Ordering::Less);
                places.insert(behind.unwrap_or(places.len()), at);
            }
            places.into_iter().map(|at| of(rows[at].clone(), board, tick, seat.as_deref())).collect::<Vec<_>>()
        })
    };
    view! {
        <p class="frozen warn" role="status" data-testid="frozen" hidden=!frozen>"❄ The board stands still until the facilitator reveals it."</p>
        <p class="muted" hidden=!hidden>"The facilitator has hidden the names."</p>
        <table class="table board" data-testid="leaderboard">
            <thead><tr>
                <th class="number" scope="col"><span class="visually-hidden">"place"</span></th>
                {head("participant".to_owned(), Order::Name, "")}
                {heads}
                {head("total".to_owned(), Order::Total, "number")}
            </tr></thead>
            <tbody>{move || sorted()}</tbody>
        </table>
        <p class="muted small board-note">"The best ranked run of each case; of equal totals who was earlier stands first. Below a score: "{took}"hints that were taken."</p>
    }
    .into_any()
}

/// How two rows stand; alike is by total.
fn before(order: Order, a: &LeaderboardRow, b: &LeaderboardRow) -> Ordering {
    match order {
        Order::Total => Ordering::Equal,
        Order::Name => a.name.cmp(&b.name),
        Order::Case(case) => {
            let reached = |row: &LeaderboardRow| {
                row.cells.get(case).and_then(Option::as_ref).map_or((0, 0), |cell| (cell.score + 1, cell.started_ms))
            };
            let (a, b) = (reached(a), reached(b));
            b.0.cmp(&a.0).then(a.1.cmp(&b.1))
        }
    }
}

fn of(row: BoardRow, board: Board, tick: RwSignal<u32>, seat: Option<&str>) -> AnyView {
    let ranked = row.has_result();
    let moved = board.places.with_untracked(|places| places.of(&row.row.participant, tick));
    let BoardRow { row, place, first } = row;
    let own = seat == Some(&row.participant);
    let brought = row.brought && seat.is_none();
    // Runs of others are not here.
    let linked = if seat.is_some() { own } else { !brought };
    let mut first = first.into_iter();
    // Where the name is hidden it is the tag.
    let tag = if row.name.ends_with(&row.tag) { String::new() } else { row.tag };
    let participant = row.participant;
    let forget = move |_| {
        let path = format!("/leaderboard/{participant}");
        spawn_local(async move {
            match panel::send(Method::DELETE, &path, None).await {
                // The feed tells of it.
                Ok(_) => {}
                Err(problem) => board.alert.0.set(Some(problem.detail)),
            }
        });
    };
    view! {
        <tr class:marked=own>
            <td class="number muted">{moved}{ranked.then_some(place)}</td>
            <th scope="row">
                {row.name}" "<span class="muted tag-of">{tag}</span>{if own { " (you)" } else { "" }}
                <button class="button quiet forget" hidden=!brought title="forget what was added of this participant" on:click=forget>"×"</button>
            </th>
            {row.cells.into_iter().map(|reached| cell(reached, linked, first.next() == Some(true))).collect::<Vec<_>>()}
            <td class="number strong">{if ranked { row.total.to_string() } else { "–".to_owned() }}</td>
        </tr>
    }
    .into_any()
}

fn cell(cell: Option<LeaderboardCell>, linked: bool, first: bool) -> AnyView {
    let Some(cell) = cell else { return view! { <td class="number muted">"–"</td> }.into_any() };
    let took = cell.to_best_ms.map(|ms| clock(ms * 1_000));
    let hints = match cell.hints {
        0 => None,
        1 => Some("1 hint".to_owned()),
        count => Some(format!("{count} hints")),
    };
    let detail = [took, hints].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let score = match linked {
        false => view! { <span>{cell.score}</span> }.into_any(),
        true => view! { <a href=format!("/runs/{}", cell.run)>{cell.score}</a> }.into_any(),
    };
    let score = match first {
        true => view! { <span class="good" title="the first who has met it">"★ "<span class="visually-hidden">"first "</span></span>{score} }.into_any(),
        false => score,
    };
    view! { <td class="number">{score}<p class="muted small detail">{detail}</p></td> }.into_any()
}
