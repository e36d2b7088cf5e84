//! What decided a term of the score: the chart that shows its signal, and the seconds that were judged.

use brownout_chart::Chart;
use brownout_core::{fold::Run, quantity::clock, scenario::Span, score::TermScore, signal::Signal};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use crate::{place::Place, view::RunView};

/// The term that one looks at. It is in the address: `?term=p95`.
#[derive(Clone, Copy)]
pub struct Evidence {
    place: Place,
    /// Name of the term.
    pub term: Memo<Option<String>>,
    found: Memo<Option<Found>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Found {
    chart: Option<Chart>,
    during: Vec<Span>,
}

impl Evidence {
    /// Of the run of this page, until another click or Escape.
    pub fn new(run: RunView, place: Place) -> Self {
        let term = Memo::new(move |_| place.asked("term").filter(|name| !name.is_empty()));
        let found = Memo::new(move |_| {
            let name = term.get()?;
            run.with(|run| of(run, &name))
        });
        let evidence = Evidence { place, term, found };
        let click = window_event_listener(ev::click, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let on_term = target.is_some_and(|target| target.closest(".term").ok().flatten().is_some());
            if !on_term {
                evidence.look(None);
            }
        });
        let escape = window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape"
                && let Some(name) = evidence.term.get_untracked()
            {
                evidence.look(None);
                // Back to where one came from.
                focus(&format!("[data-term='{name}']"));
            }
        });
        on_cleanup(move || {
            click.remove();
            escape.remove();
        });
        evidence
    }

    /// Looks at a term, or at none.
    pub fn look(self, name: Option<&str>) {
        match name {
            Some(name) => self.place.ask(&format!("term={name}")),
            None if self.term.get_untracked().is_some() => self.place.ask(""),
            None => {}
        }
    }

    /// The seconds that decided the term, when this chart shows it.
    pub fn on(self, chart: Chart) -> Vec<Span> {
        self.found.with(|found| match found {
            Some(found) if found.chart == Some(chart) => found.during.clone(),
            _ => Vec::new(),
        })
    }

    /// What there is to see, in a sentence.
    pub fn says(self, run: RunView) -> String {
        let Some(name) = self.term.get() else { return "Choose a term to see what decided it.".to_owned() };
        self.found.with(|found| match found {
            None => String::new(),
            Some(Found { chart: None, .. }) => run.with(|run| unseen(run, &name)),
            Some(Found { chart: Some(chart), during }) => {
                let title = run.with(|run| brownout_chart::title(*chart, run));
                format!("Decided by {}, marked in “{title}”. Escape leads back.", spans(during))
            }
        })
    }
}

fn of(run: &Run, name: &str) -> Option<Found> {
    let scenario = &run.started.as_ref()?.scenario;
    let term = scenario.score.iter().find(|term| term.name == name)?;
    Some(Found { chart: Chart::of(&term.signal, scenario), during: term.during.clone() })
}

/// A term that no chart shows: what the books said.
fn unseen(run: &Run, name: &str) -> String {
    let terms = run.started.as_ref().map_or(&[][..], |started| &started.scenario.score);
    let books = terms.iter().any(|term| term.name == name && term.signal == Signal::Books);
    let said = run.marks.iter().rev().find(|mark| books && mark.says.starts_with("the books"));
    match (said, books) {
        (Some(mark), _) => format!("Read from the database when the last call had ended: {}.", mark.says),
        (None, true) => "The books were not read in this run.".to_owned(),
        (None, false) => "No chart of this run shows it.".to_owned(),
    }
}

/// Seconds in words: `00:25 to 00:45 and 00:50 to 01:00`.
pub fn spans(during: &[Span]) -> String {
    let at = |second: u32| clock(u64::from(second) * 1_000_000);
    during.iter().map(|span| format!("{} to {}", at(span.from), at(span.to))).collect::<Vec<_>>().join(" and ")
}

/// Gives the focus to an element, where it is.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// A term as a button that shows what decided it.
pub fn term_button(evidence: Evidence, term: &TermScore, says: impl FnOnce() -> AnyView) -> AnyView {
    let name = StoredValue::new(term.name.clone());
    let chosen = Memo::new(move |_| evidence.term.with(|term| name.with_value(|name| term.as_ref() == Some(name))));
    let click = move |_| match chosen.get_untracked() {
        true => evidence.look(None),
        false => name.with_value(|name| evidence.look(Some(name))),
    };
    view! {
        <li>
            <button class="term" title=term.sentence.clone() data-term=term.name.clone() data-testid=format!("term-{}", term.name)
                aria-pressed=move || chosen.get().to_string() on:click=click>{says()}</button>
        </li>
    }
    .into_any()
}
