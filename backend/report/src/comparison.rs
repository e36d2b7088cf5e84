//! Two runs, or several pairs of runs, set against each other on one page.

use brownout_core::comparison::{CodeChange, compare};
use maud::{Markup, html};

use crate::{
    code::between,
    figure::{Room, charts, figure, spread},
    page::page,
    report::MOST_BYTES,
    section::{changes, code, share, tone, when},
    told::Told,
};

/// Two runs.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The run that is compared with.
    pub base: Told<'a>,
    /// The run that is compared.
    pub run: Told<'a>,
}

impl Pair<'_> {
    /// How the code of the second differs from that of the first; `None` when one of them does not tell it.
    pub fn code(&self) -> Option<Vec<CodeChange>> {
        let of = |told: &Told<'_>| told.run.started.as_ref().map(|started| started.code.clone());
        let (before, now) = (of(&self.base)?, of(&self.run)?);
        (!before.is_empty() && !now.is_empty()).then(|| between(&before, &now))
    }
}

/// One page with all pairs. Each pair has as much room as a report.
pub fn comparison(pairs: &[Pair<'_>]) -> String {
    let title = match pairs {
        [one] => {
            format!("{}: {} against {} – Brownout", one.run.title(), one.run.summary.short, one.base.summary.short)
        }
        _ => "Comparison of runs – Brownout".to_owned(),
    };
    let most = MOST_BYTES * pairs.len().max(1);
    let write = |room: Room| {
        let body = html! {
            @if pairs.len() > 1 {
                header { h1 { "Comparison" } }
                (overview(pairs))
            }
            @for pair in pairs { (one(pair, room)) }
            footer { "Written by Brownout from the events of the runs." }
        };
        page(&title, &body)
    };
    let whole = write(if pairs.len() > 1 { Room::Some } else { Room::Enough });
    if whole.len() < most { whole } else { write(Room::Little) }
}

fn overview(pairs: &[Pair<'_>]) -> Markup {
    html! {
        section aria-label="all cases" {
            div.scroll { table {
                thead { tr { th scope="col" { "case" } th.n scope="col" { "before" } th.n scope="col" { "after" } th scope="col" { "what changed" } } }
                tbody { @for pair in pairs {
                    tr {
                        td { a href={ "#" (pair.run.summary.id) } { (pair.run.title()) } }
                        td.n { (points(&pair.base)) }
                        td.n.strong { (points(&pair.run)) }
                        td { (compare(pair.base.run, pair.run.run).headline) }
                    }
                } }
            } }
        }
    }
}

fn points(told: &Told<'_>) -> String {
    told.summary.score.map_or("–".to_owned(), |score| score.to_string())
}

fn one(pair: &Pair<'_>, room: Room) -> Markup {
    let (base, run) = (&pair.base, &pair.run);
    html! {
        header id=(run.summary.id) { h1 { (run.title()) } span.muted { "thin and dashed: " code { (base.summary.short) } ", strong: " code { (run.summary.short) } } }
        section aria-label="what changed" {
            div.two { (side(base, "the first")) (side(run, "the second")) }
            (changes(&compare(base.run, run.run), &base.summary.short, &run.summary.short))
        }
        @for chart in charts(run.run) { (figure(chart, run.run, Some(base.run), room)) }
        (spread(run.run, Some(base.run)))
        section.long aria-label="code" {
            h2 { "Code" }
            (code(pair.code().as_deref(), &format!("run {}", base.summary.short)))
        }
    }
}

fn side(told: &Told<'_>, which: &str) -> Markup {
    html! {
        div {
            p.muted { (which) ": run " code { (told.summary.short) } ", " (told.name) ", " (when(told.summary.started_ms)) ", build " code { (told.summary.build) } ", stack " (told.summary.stack) }
            @match told.summary.score {
                Some(score) => p class={ "score " (tone(score)) } { (score) span.of { " / 100" } },
                None => p.lead { "no score" },
            }
            (share(&told.summary.line))
        }
    }
}
