//! Participants × cases; `?screen` is for the wall.

use brownout_core::leaderboard::{Leaderboard, LeaderboardCell, LeaderboardRow};
use leptos::{prelude::*, task::spawn_local};

use crate::{live::Live, panel, parts::said::said, place::Place, title::title, view::Fetched};

/// The page.
pub fn leaderboard() -> AnyView {
    let live = expect_context::<Live>();
    let place = expect_context::<Place>();
    title(|| "Leaderboard".to_owned());
    let board = RwSignal::new(Fetched::<Leaderboard>::Loading);
    // Anew whenever a run ends, and after a reconnect.
    let state = Memo::new(move |_| (live.active(), live.greetings()));
    Effect::new(move || {
        let _ = state.get();
        spawn_local(async move {
            board.try_set(panel::get("/leaderboard").await.into());
        });
    });
    let screen = Memo::new(move |_| place.asked("screen").is_some());
    let shown = move || match board.get() {
        Fetched::Loading => view! { <p class="muted" role="status">"Loading the leaderboard …"</p> }.into_any(),
        Fetched::Failed(why) => view! { <p class="problem" role="alert">{said(&why)}</p> }.into_any(),
        Fetched::Ready(board) if board.rows.iter().all(|row| row.total == 0) => view! {
            <section class="empty">
                <p>"No ranked run has ended yet. The first one stands here."</p>
                <a href="/" class="button primary">"Go to the cases"</a>
            </section>
        }
        .into_any(),
        Fetched::Ready(board) => table(board),
    };
    view! {
        <div class="page-head">
            <h1>"Leaderboard"</h1>
            {move || if screen.get() {
                view! { <a class="button quiet" href="/leaderboard">"Leave the screen"</a> }.into_any()
            } else {
                view! { <a class="button" data-testid="screen-link" href="/leaderboard?screen">"Show on a screen"</a> }.into_any()
            }}
        </div>
        {move || shown()}
    }
    .into_any()
}

fn table(board: Leaderboard) -> AnyView {
    let heads =
        board.cases.into_iter().map(|case| view! { <th class="number" scope="col">{case.title}</th> }.into_any());
    let rows = board.rows.into_iter().enumerate().map(|(at, row)| of(at + 1, row));
    view! {
        <table class="table board" data-testid="leaderboard">
            <thead><tr>
                <th class="number" scope="col"><span class="visually-hidden">"place"</span></th><th scope="col">"participant"</th>
                {heads.collect::<Vec<_>>()}
                <th class="number" scope="col">"total"</th>
            </tr></thead>
            <tbody>{rows.collect::<Vec<_>>()}</tbody>
        </table>
        <p class="muted small board-note">"The best ranked run of each case. “h” says that hints were taken."</p>
    }
    .into_any()
}

fn of(place: usize, row: LeaderboardRow) -> AnyView {
    view! {
        <tr>
            <td class="number muted">{place}</td>
            <th scope="row">{row.name}</th>
            {row.cells.into_iter().map(cell).collect::<Vec<_>>()}
            <td class="number strong">{row.total}</td>
        </tr>
    }
    .into_any()
}

fn cell(cell: Option<LeaderboardCell>) -> AnyView {
    let Some(cell) = cell else { return view! { <td class="number muted">"–"</td> }.into_any() };
    let hints = match cell.hints {
        0 => ().into_any(),
        1 => view! { <sup title="1 hint">"h"</sup> }.into_any(),
        count => view! { <sup title=format!("{count} hints")>"h"</sup> }.into_any(),
    };
    view! { <td class="number"><a href=format!("/runs/{}", cell.run)>{cell.score}</a>{hints}</td> }.into_any()
}
