//! The verdict: score and why, what changed, term by term, and what to do next.

use brownout_core::{
    difference::DifferenceLine,
    quantity::Unit,
    score::{Score, TermScore, Unranked},
    wire::{RunDetail, RunSummary},
};
use leptos::prelude::*;

use crate::{
    pages::run::Shared,
    parts::{
        copy::copy,
        evidence::term_button,
        next::{actions, places},
    },
    view::RunView,
};

/// The verdict of a run that has ended.
pub fn verdict(run: RunView) -> AnyView {
    let shown = move || match run.detail.get() {
        None => ().into_any(),
        Some(detail) => {
            let met = detail.score.is_some() && detail.criteria.iter().all(|criterion| criterion.met);
            view! {
                <section class="panel verdict" data-testid="verdict" aria-label="verdict">
                    {match detail.score.clone() {
                        Some(score) => judged(&detail, score, run),
                        None => view! { <p class="lead">{unjudged(&detail)}</p> }.into_any(),
                    }}
                    {move || next(run, met)}
                </section>
            }
            .into_any()
        }
    };
    view! { {move || shown()} }.into_any()
}

/// Praise when all holds, else where to go on.
fn next(run: RunView, met: bool) -> AnyView {
    let Some(case) = run.scenario.get() else { return ().into_any() };
    let says = if met { view! { <p class="good">"✓ All criteria are met."</p> }.into_any() } else { places(&case) };
    view! { <div class="next">{says}{actions(&case)}</div> }.into_any()
}

fn unjudged(detail: &RunDetail) -> String {
    let because = if detail.because.is_empty() { String::new() } else { format!(" {}", detail.because) };
    format!("This run did not come to its end, so there is no score.{because}")
}

fn judged(detail: &RunDetail, score: Score, run: RunView) -> AnyView {
    let evidence = expect_context::<Shared>().evidence;
    let tone = if score.total >= 90 {
        "score good"
    } else if score.total >= 60 {
        "score warn"
    } else {
        "score bad"
    };
    let baseline = match &detail.difference {
        Some(difference) => format!("baseline {} → now {}", difference.base_total, difference.total),
        None if detail.summary.baseline => "kept as your baseline".to_owned(),
        None => String::new(),
    };
    let hints = if score.hints > 0 { format!("hints −{}", score.hints) } else { String::new() };
    let reasons: Vec<String> = detail.unranked.iter().map(Unranked::sentence).collect();
    let line = detail.summary.line.clone();
    view! {
        <div class="verdict-head">
            <p class=tone><span data-testid="score-total">{score.total}</span><span class="of">" / 100"</span></p>
            <p class="warn number">{hints}</p>
            <p class="lead">{score.why.clone()}</p>
            <p class="muted">{baseline}</p>
        </div>
        {reasons.into_iter().map(|reason| view! { <p class="warn">{reason}</p> }.into_any()).collect::<Vec<_>>()}
        {detail.difference.as_ref().map(|difference| difference_table(&difference.lines, "baseline", "this run"))}
        <ul class="plain terms">
            {score.terms.iter().map(|done| term_button(evidence, done, || term(done, leaning(run, &done.name)))).collect::<Vec<_>>()}
        </ul>
        <p class="muted small evidence" role="status" data-testid="evidence">{move || evidence.says(run)}</p>
        <div class="share">
            <code data-testid="score-line">{line.clone()}</code>{copy("Copy score line", line)}
            <a class="button" data-testid="report-link" target="_blank" href=report_of(&detail.summary)>"Report"</a>
        </div>
    }
    .into_any()
}

/// Address of a run's report.
pub fn report_of(run: &RunSummary) -> String {
    format!("/reports/{}/{}/report.html", run.scenario, run.id)
}

/// What the terms are about that a term leans on.
fn leaning(run: RunView, name: &str) -> String {
    untrack(|| {
        run.with(|run| {
            let terms = run.started.as_ref().map_or(&[][..], |started| &started.scenario.score);
            let on = terms.iter().find(|term| term.name == name).map_or(&[][..], |term| &term.times);
            let says = terms.iter().filter(|term| on.contains(&term.name)).map(|term| term.says.clone());
            says.collect::<Vec<_>>().join(" and ")
        })
    })
}

fn term(term: &TermScore, leaning: String) -> AnyView {
    let share = if term.weight > 0.0 { term.points / term.weight * 100.0 } else { 0.0 };
    let value = term.value.map_or("–".to_owned(), |value| term.unit.show(value));
    let points = format!("{} of {}", Unit::Count.show((term.points * 10.0).round() / 10.0), term.weight);
    let leans = if term.factor < 0.995 {
        format!(", × {} for “{leaning}”", Unit::Share.show(term.factor))
    } else {
        String::new()
    };
    view! {
        <span class="says">{term.says.clone()}" "</span>
        <span class="number strong">{value}" "</span>
        <span class="bar"><span class="fill" style:width=format!("{share:.0}%")></span></span>
        <span class="number">{points}" "</span>
        <span class="muted">{format!("{} earns all{leans}", term.unit.show(term.perfect))}</span>
    }
    .into_any()
}

/// What changed, number by number.
fn difference_table(lines: &[DifferenceLine], then: &str, now: &str) -> AnyView {
    let show =
        |line: &DifferenceLine, value: Option<f64>| value.map_or("–".to_owned(), |value| line.unit.show(value));
    let rows = lines.iter().map(|line| {
        view! {
            <tr>
                <td>{line.says.clone()}</td>
                <td class="number">{show(line, line.before)}</td>
                <td class="number">{show(line, line.after)}</td>
                <td class="strong">{line.words.clone()}</td>
            </tr>
        }
        .into_any()
    });
    view! {
        <table class="table changes" data-testid="difference">
            <thead><tr>
                <th><span class="visually-hidden">"what"</span></th>
                <th class="number">{then.to_owned()}</th><th class="number">{now.to_owned()}</th><th>"change"</th>
            </tr></thead>
            <tbody>{rows.collect::<Vec<_>>()}</tbody>
        </table>
    }
    .into_any()
}
