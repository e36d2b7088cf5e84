//! Participants × cases; `?screen` is for the wall.

use std::cmp::Ordering;

use brownout_core::{
    leaderboard::{Leaderboard, LeaderboardCell, LeaderboardRow},
    quantity::clock,
};
use gloo_net::http::Method;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    app::Alert,
    live::Live,
    panel,
    parts::{bring::bring_button, name::name_question, said::said},
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
    /// Counts up when the board is to be asked for anew.
    stale: RwSignal<u32>,
    alert: Alert,
}

/// The page.
pub fn leaderboard() -> AnyView {
    let live = expect_context::<Live>();
    let place = expect_context::<Place>();
    title(|| "Leaderboard".to_owned());
    let fetched = RwSignal::new(Fetched::<Leaderboard>::Loading);
    let board = Board { order: RwSignal::new(Order::Total), stale: RwSignal::new(0), alert: expect_context::<Alert>() };
    // Anew whenever a run ends, and after a reconnect.
    let state = Memo::new(move |_| (live.active(), live.greetings(), board.stale.get()));
    Effect::new(move || {
        let _ = state.get();
        spawn_local(async move {
            fetched.try_set(panel::get("/leaderboard").await.into());
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
        Fetched::Ready(rows) => table(rows, board),
    };
    let file = |format: &str, word: &'static str| {
        let href = format!("/api/v1/leaderboard/export?format={format}");
        view! { <a class="button quiet" target="_blank" href=href>{word}</a> }.into_any()
    };
    view! {
        <div class="page-head">
            <h1>"Leaderboard"</h1>
            {move || if screen.get() {
                view! { <a class="button quiet" href="/leaderboard">"Leave the screen"</a> }.into_any()
            } else {
                view! {
                    {file("csv", "CSV")}{file("json", "JSON")}{file("markdown", "Markdown")}
                    {bring_button(move || board.stale.update(|count| *count += 1))}
                    <a class="button" data-testid="screen-link" href="/leaderboard?screen">"Show on a screen"</a>
                }.into_any()
            }}
        </div>
        {move || if screen.get() { ().into_any() } else { name_question() }}
        {move || shown()}
    }
    .into_any()
}

fn table(rows: Leaderboard, board: Board) -> AnyView {
    let Leaderboard { cases, rows } = rows;
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
                let behind = places.iter().position(|known| before(order, row, &rows[*known]) == Ordering::Less);
                places.insert(behind.unwrap_or(places.len()), at);
            }
            places.into_iter().map(|at| of(at + 1, rows[at].clone(), board)).collect::<Vec<_>>()
        })
    };
    view! {
        <table class="table board" data-testid="leaderboard">
            <thead><tr>
                <th class="number" scope="col"><span class="visually-hidden">"place"</span></th>
                {head("participant".to_owned(), Order::Name, "")}
                {heads}
                {head("total".to_owned(), Order::Total, "number")}
            </tr></thead>
            <tbody>{move || sorted()}</tbody>
        </table>
        <p class="muted small board-note">"The best ranked run of each case; of equal totals who was earlier stands first. Below a score: time from the first run of the case to the best one, and hints that were taken."</p>
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

fn of(place: usize, row: LeaderboardRow, board: Board) -> AnyView {
    let brought = row.brought;
    let participant = row.participant;
    let forget = move |_| {
        let path = format!("/leaderboard/{participant}");
        spawn_local(async move {
            match panel::send(Method::DELETE, &path, None).await {
                Ok(_) => board.stale.update(|count| *count += 1),
                Err(problem) => board.alert.0.set(Some(problem.detail)),
            }
        });
    };
    view! {
        <tr>
            <td class="number muted">{place}</td>
            <th scope="row">
                {row.name}" "<span class="muted tag-of">{row.tag}</span>
                <button class="button quiet forget" hidden=!brought title="forget what was added of this participant" on:click=forget>"×"</button>
            </th>
            {row.cells.into_iter().map(|reached| cell(reached, brought)).collect::<Vec<_>>()}
            <td class="number strong">{row.total}</td>
        </tr>
    }
    .into_any()
}

fn cell(cell: Option<LeaderboardCell>, brought: bool) -> AnyView {
    let Some(cell) = cell else { return view! { <td class="number muted">"–"</td> }.into_any() };
    let took = cell.to_best_ms.map(|ms| clock(ms * 1_000));
    let hints = match cell.hints {
        0 => None,
        1 => Some("1 hint".to_owned()),
        count => Some(format!("{count} hints")),
    };
    let detail = [took, hints].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let score = match brought {
        true => view! { <span>{cell.score}</span> }.into_any(),
        false => view! { <a href=format!("/runs/{}", cell.run)>{cell.score}</a> }.into_any(),
    };
    view! { <td class="number">{score}<p class="muted small detail">{detail}</p></td> }.into_any()
}
