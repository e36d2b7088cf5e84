//! The facilitator's page: the run sheet on the left, everybody in the middle, one person on the right.

use brownout_core::hub::page::{SheetCase, SheetView};
use leptos::prelude::*;

use crate::{
    hub::{
        asked::Asked,
        grid::grid,
        live::HubLive,
        page::Page,
        person::person,
        saying::{Saying, saying_dialog},
        sheet::sheet,
    },
    title::title,
    view::Fetched,
};

/// What the three columns share.
#[derive(Clone, Copy)]
pub struct Shared {
    /// The run sheet with what the scenario files say of its cases.
    pub sheet: Asked<SheetView>,
    /// Seats that are ticked.
    pub ticked: RwSignal<Vec<String>>,
    /// The seat of which the column is open.
    pub seat: Memo<Option<String>>,
    /// The column that a phone shows.
    column: RwSignal<Column>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Sheet,
    People,
    Person,
}

impl Shared {
    /// What is known of a case of the sheet.
    pub fn case(self, scenario: &str) -> Option<SheetCase> {
        self.sheet.shown.with(|sheet| match sheet {
            Fetched::Ready(view) => view.cases.iter().find(|case| case.scenario == scenario).cloned(),
            _ => None,
        })
    }
}

/// The page.
pub fn facilitator(page: Memo<Page>) -> AnyView {
    let live = expect_context::<HubLive>();
    let sheets = Memo::new(move |_| live.desk.with(|desk| desk.sheets));
    let asked = Asked::<SheetView>::new();
    Effect::new(move || {
        let _ = sheets.get();
        asked.ask("/sheet".to_owned());
    });
    let seat = Memo::new(move |_| match page.get() {
        Page::Facilitator(seat) => seat,
        _ => None,
    });
    let shared =
        Shared { sheet: asked, ticked: RwSignal::new(Vec::new()), seat, column: RwSignal::new(Column::People) };
    provide_context(shared);
    provide_context(Saying::new());
    Effect::new(move || {
        shared.column.set(if seat.with(Option::is_some) { Column::Person } else { Column::People });
    });
    title(move || {
        let hands = live.hands();
        if hands > 0 { format!("⚑ {hands} · Facilitator") } else { "Facilitator".to_owned() }
    });
    let tab = move |column: Column, word: &'static str| {
        view! {
            <button class="button quiet" aria-pressed=move || (shared.column.get() == column).to_string()
                on:click=move |_| shared.column.set(column)>{word}</button>
        }
        .into_any()
    };
    let hidden = move |column: Column| move || shared.column.get() != column;
    view! {
        <h1 class="visually-hidden">"Facilitator"</h1>
        <div class="desk-tabs" role="group" aria-label="columns">
            {tab(Column::Sheet, "Run sheet")}{tab(Column::People, "People")}{tab(Column::Person, "Person")}
        </div>
        <div class="desk">
            <section class="desk-column" aria-label="run sheet" class:away=hidden(Column::Sheet)>{sheet()}</section>
            <section class="desk-column" aria-label="participants" class:away=hidden(Column::People)>{grid()}</section>
            <section class="desk-column" aria-label="person" class:away=hidden(Column::Person)>{person()}</section>
        </div>
        {saying_dialog()}
    }
    .into_any()
}
