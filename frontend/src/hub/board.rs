//! The board: on the big screen legible from ten metres, with all rows; elsewhere a table.

use brownout_core::hub::{
    agenda::Agenda,
    message::Said,
    page::Who,
    row::{BoardRow, HubBoard},
};
use leptos::{ev, html, prelude::*};

use crate::{
    hub::{entry::Entry, live::HubLive},
    parts::{agenda::left_words, said::said},
    socket::Connection,
    time::time_of_day,
    title::title,
};

/// Seconds for which a page of rows stands, where they do not all fit.
const TURNS_S: u32 = 12;
/// The smallest letters that can be read from ten metres on a screen 1,920 px wide, px.
const SMALLEST: f64 = 28.0;
const LARGEST: f64 = 64.0;
/// Height of a row in its letters.
const ROW: f64 = 1.6;
/// Width of a table in its letters: place and name, and what each case takes.
const NAME: f64 = 10.5;
const PLACE: f64 = 3.4;
const CASE: f64 = 4.2;
/// Px between two tables.
const GAP: f64 = 40.0;
/// Px at the foot of the page.
const FOOT: f64 = 28.0;

/// How rows are laid out on a screen.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Layout {
    /// Size of letters, px.
    letters: f64,
    /// Tables side by side.
    columns: usize,
    /// Rows of each.
    rows: usize,
    /// Room for a name, in letters.
    name: f64,
}

impl Layout {
    /// The largest letters with which all rows fit; the smallest that can be read where they do not.
    fn of(rows: usize, cases: usize, width: f64, height: f64) -> Layout {
        let ems = NAME + CASE * (cases + 1) as f64;
        let fits = |columns: usize| {
            let each = rows.max(1).div_ceil(columns);
            let by_height = height / (ROW * (each + 1) as f64);
            let by_width = Layout::width(columns, width) / ems;
            (by_height.min(by_width).min(LARGEST), columns, each)
        };
        let best = (1..=3).map(fits).fold((0.0, 1, 1), |best, next| if next.0 > best.0 { next } else { best });
        let (letters, columns, rows) = if best.0 >= SMALLEST {
            best
        } else {
            let columns = (1..=3).rev().find(|columns| Layout::width(*columns, width) >= SMALLEST * ems).unwrap_or(1);
            let each = ((height / (ROW * SMALLEST)) as usize).saturating_sub(1).max(1);
            (SMALLEST, columns, each)
        };
        let name = Layout::width(columns, width) / letters.max(1.0) - PLACE - CASE * (cases + 1) as f64;
        Layout { letters, columns, rows, name: name.max(6.0) }
    }

    /// Px that each of so many tables has.
    fn width(columns: usize, width: f64) -> f64 {
        (width - GAP * (columns - 1) as f64) / columns as f64
    }

    /// Pages that all rows take.
    fn pages(self, rows: usize) -> usize {
        rows.div_ceil((self.columns * self.rows).max(1)).max(1)
    }
}

/// The page; `wall` says whether it stands alone on a big screen.
pub fn board(wall: Memo<bool>) -> AnyView {
    let live = expect_context::<HubLive>();
    let entry = expect_context::<Entry>();
    title(|| "Board".to_owned());
    let size = RwSignal::new(window_size());
    let handle = window_event_listener(ev::resize, move |_| size.set(window_size()));
    on_cleanup(move || handle.remove());
    // Where the rows begin: an announcement above them takes room.
    let tables = NodeRef::<html::Div>::new();
    let top = RwSignal::new(160.0);
    Effect::new(move || {
        size.track();
        live.said.track();
        live.board.with(|board| (board.frozen, board.rows.is_empty()));
        if tables.get().is_some() {
            request_animation_frame(move || {
                let Some(tables) = tables.try_get_untracked().flatten() else { return };
                let scrolled = window().scroll_y().unwrap_or_default();
                top.try_set(tables.get_bounding_client_rect().top() + scrolled);
            });
        }
    });
    let layout = Memo::new(move |_| {
        let (width, height) = size.get();
        let (rows, cases) = live.board.with(|board| (board.rows.len(), board.cases.len()));
        // On a phone, and beside other work, the page is scrolled.
        (wall.get() && width >= 900.0).then(|| Layout::of(rows, cases, width - 80.0, height - top.get() - FOOT))
    });
    let page = RwSignal::new(0usize);
    let since = StoredValue::new(0u32);
    let pages =
        Memo::new(move |_| layout.get().map_or(1, |layout| live.board.with(|board| layout.pages(board.rows.len()))));
    let turn = move |by: usize| {
        since.set_value(live.tick.get_untracked());
        page.update(|page| *page = (*page + by) % pages.get_untracked().max(1));
    };
    Effect::new(move || {
        let now = live.tick.get();
        if pages.get() > 1 && now.wrapping_sub(since.get_value()) >= TURNS_S {
            turn(1);
        }
    });
    let keys = window_event_listener(ev::keydown, move |event| match event.key().as_str() {
        "ArrowRight" => turn(1),
        "ArrowLeft" => turn(pages.get_untracked().max(1) - 1),
        _ => {}
    });
    on_cleanup(move || keys.remove());
    let shown = move || {
        live.board.with(|board| {
            if board.rows.is_empty() {
                let says = match live.agenda.with(|agenda| agenda.group.seats) {
                    0 => "Nobody has joined yet.".to_owned(),
                    seats => format!("{seats} have joined; they stand here when the board is revealed."),
                };
                return view! { <p class="board-empty">{says}</p> }.into_any();
            }
            match layout.get() {
                None => table(live, board, &board.rows),
                Some(layout) => {
                    let each = layout.columns * layout.rows;
                    let from = (page.get() % layout.pages(board.rows.len())) * each;
                    let rows = &board.rows[from..board.rows.len().min(from + each)];
                    let tables =
                        rows.chunks(layout.rows.max(1)).map(|rows| table(live, board, rows)).collect::<Vec<_>>();
                    tables.into_any()
                }
            }
        })
    };
    let says = move || match (layout.get(), pages.get()) {
        (Some(layout), pages) if pages > 1 => {
            let each = layout.columns * layout.rows;
            let at = page.get() % pages;
            let all = live.board.with(|board| board.rows.len());
            format!("{}–{} of {all}", at * each + 1, all.min((at + 1) * each))
        }
        _ => String::new(),
    };
    // By the style object: the page's policy allows no style attribute.
    let name_of = move || layout.get().map_or("11em".to_owned(), |layout| format!("{:.1}em", layout.name));
    let letters = move || layout.get().map(|layout| format!("{:.1}px", layout.letters));
    let frozen = Memo::new(move |_| live.board.with(|board| board.frozen));
    let hidden = Memo::new(move |_| live.board.with(|board| board.hidden));
    // Since when the hub is away, for the wall, which has no header; empty while it is there.
    let as_of = Memo::new(move |before: Option<&String>| match (live.connection.get(), before) {
        (Connection::Lost(_), Some(before)) if !before.is_empty() => before.clone(),
        (Connection::Lost(_), _) => time_of_day(js_sys::Date::now()),
        _ => String::new(),
    });
    view! {
        {announced(live)}
        <div class="board-page" class:sized=move || layout.get().is_some() style:font-size=letters>
            <div class="board-head">
                <h1>{move || live.workshop.get()}</h1>
                <p class="muted number">{move || says()}</p>
                <p class="warn" role="status" data-testid="frozen">{move || match (frozen.get(), wall.get()) {
                    (false, _) => "",
                    (true, true) => "❄ The board stands still until it is revealed.",
                    (true, false) => "❄ Frozen for participants and screens; here it moves.",
                }}</p>
                <p class="warn" role="status" hidden=move || !wall.get() || as_of.with(String::is_empty)>{move || format!("▲ The hub cannot be reached; as of {}.", as_of.get())}</p>
                <p class="muted small" hidden=move || wall.get() || !hidden.get()>"Participants and screens do not see these names."</p>
                <a class="button" hidden=move || wall.get() href="/board?screen" target="_blank">"Show on a screen"</a>
                <a class="button quiet leave-wall" hidden=move || !wall.get() || entry.who() == Who::Screen href="/board" target="_self">"Leave the screen"</a>
            </div>
            {strip(live)}
            <div class="board-tables" data-testid="board" node_ref=tables style=("--name", name_of)>{move || shown()}</div>
        </div>
        {exports(wall)}
    }
    .into_any()
}

fn exports(wall: Memo<bool>) -> AnyView {
    let file = |format: &str, word: &'static str| {
        let href = format!("/api/v1/board/export?format={format}");
        view! { <a class="button quiet" target="_blank" data-testid=format!("export-{format}") href=href>{word}</a> }
            .into_any()
    };
    view! {
        <div class="actions board-files" hidden=move || wall.get()>
            {file("csv", "CSV")}{file("json", "JSON")}{file("markdown", "Markdown")}
            <span class="muted small">"★ the first who has met a case. The best ranked run of each case counts; of equal totals who was earlier stands first."</span>
        </div>
    }
    .into_any()
}

/// What was announced and not taken back: the last one.
fn announced(live: HubLive) -> AnyView {
    let last = Memo::new(move |_| {
        live.said.with(|said| {
            said.iter().rev().find_map(|message| match &message.what {
                Said::Announcement { text } => Some(text.clone()),
                _ => None,
            })
        })
    });
    view! {
        <div class="announced" role="status" data-testid="announced">{move || last.get().map(|text| view! { <p>{said(&text)}</p> }.into_any())}</div>
    }
    .into_any()
}

/// Which step goes on, the time left, and how far the group is.
fn strip(live: HubLive) -> AnyView {
    let step = Memo::new(move |_| {
        live.agenda.with(|agenda| agenda.step().map(|step| (step.title.clone(), step.participants.clone())))
    });
    // While the hub is away nobody knows whether the step goes on.
    let left = Memo::new(move |before: Option<&Option<String>>| {
        if let (Connection::Lost(_), Some(before)) = (live.connection.get(), before) {
            return before.clone();
        }
        let now = live.now_ms();
        live.agenda.with(|agenda| agenda.clock.step.is_some().then(|| left_words(agenda.clock.left_ms(now))))
    });
    view! {
        <div class="board-strip">
            <p class="strong">{move || step.get().map(|step| step.0)}</p>
            <p class="number" data-testid="board-left">{move || left.get()}</p>
            <p class="muted board-group">{move || live.agenda.with(Agenda::group_says)}</p>
        </div>
    }
    .into_any()
}

fn table(live: HubLive, board: &HubBoard, rows: &[BoardRow]) -> AnyView {
    let heads =
        board.cases.iter().map(|case| view! { <th class="number" scope="col">{case.title.clone()}</th> }.into_any());
    view! {
        <table class="table board">
            <thead><tr>
                <th class="number" scope="col"><span class="visually-hidden">"place"</span></th>
                <th scope="col">"participant"</th>
                {heads.collect::<Vec<_>>()}
                <th class="number" scope="col">"total"</th>
            </tr></thead>
            <tbody>{rows.iter().map(|of| row(live, of)).collect::<Vec<_>>()}</tbody>
        </table>
    }
    .into_any()
}

fn row(live: HubLive, row: &BoardRow) -> AnyView {
    let mut first = row.first.iter();
    let cell = |cell: &Option<brownout_core::leaderboard::LeaderboardCell>| {
        let star = (first.next() == Some(&true)).then(|| {
            view! { <span class="good first" title="the first who has met it">"★"<span class="visually-hidden">" first"</span></span> }.into_any()
        });
        match cell {
            Some(cell) => view! { <td class="number">{star}{cell.score}</td> }.into_any(),
            None => view! { <td class="number muted">{star}"–"</td> }.into_any(),
        }
    };
    let cells = row.row.cells.iter().map(cell).collect::<Vec<_>>();
    let ranked = row.has_result();
    let moved = live.places.with_untracked(|places| places.of(&row.row.participant, live.tick));
    view! {
        <tr data-seat=row.row.participant.clone()>
            <td class="number muted">{moved}{ranked.then_some(row.place)}</td>
            <th scope="row"><span class="board-name">{row.row.name.clone()}</span></th>
            {cells}
            <td class="number strong">{if ranked { row.row.total.to_string() } else { "–".to_owned() }}</td>
        </tr>
    }
    .into_any()
}

fn window_size() -> (f64, f64) {
    let of = |size: Result<wasm_bindgen::JsValue, _>| size.ok().and_then(|size| size.as_f64()).unwrap_or_default();
    (of(window().inner_width()), of(window().inner_height()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_as_large_as_all_rows_allow_and_never_too_small_to_read() {
        let few = Layout::of(6, 4, 1840.0, 890.0);
        assert!(few.columns == 1 && few.letters > 50.0, "{few:?}");
        let many = Layout::of(32, 4, 1840.0, 890.0);
        assert!(many.columns == 2 && many.letters >= SMALLEST && many.pages(32) == 1, "{many:?}");
        let crowd = Layout::of(200, 4, 1840.0, 890.0);
        assert!(crowd.letters >= SMALLEST && crowd.pages(200) > 1, "{crowd:?}");
        assert!(crowd.pages(200) * crowd.columns * crowd.rows >= 200, "{crowd:?}");
        assert_eq!(Layout::of(0, 0, 0.0, 0.0).pages(0), 1);
    }
}
