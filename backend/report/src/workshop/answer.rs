//! What people take along, and what they answered.

use brownout_core::{
    hub::{archive::Archive, survey::Answers},
    workshop::{AnswerForm, Question},
};
use maud::{Markup, html};

use super::{
    LISTED,
    bars::{Bar, bars},
    left_out, several,
};

/// How many ticked each takeaway.
pub(super) fn takeaways(archive: &Archive) -> Markup {
    let says = |name: &str| {
        let known = archive.sheet.takeaways.iter().find(|known| known.name == name);
        html! { @match known { Some(known) => { (known.says) }, None => code { (name) } } }
    };
    let ticked = archive.takeaways.iter().take(LISTED);
    let rows: Vec<Bar> = ticked.map(|counted| Bar { says: says(&counted.what), count: counted.times }).collect();
    html! {
        section.long aria-label="takeaways" {
            h2 { "What they take along" }
            @if rows.is_empty() { p.muted { "The run sheet had no takeaways." } }
            @else {
                @if rows.iter().all(|row| row.count == 0) { p { "Nobody has ticked one." } }
                (bars("takeaway", "ticked", &rows))
            }
        }
    }
}

/// Questions with their answers, counted; texts without a name.
pub(super) fn survey(archive: &Archive) -> Markup {
    html! {
        section.long aria-label="survey" {
            h2 { "Survey" }
            @if archive.survey.is_empty() { p.muted { "The run sheet had no questions." } }
            div.survey { @for answers in archive.survey.iter().take(LISTED) {
                (question(archive.sheet.survey.iter().find(|known| known.name == answers.question), answers))
            } }
            (left_out(archive.survey.len(), "questions"))
        }
    }
}

fn question(asked: Option<&Question>, answers: &Answers) -> Markup {
    let given: u64 =
        answers.counts.iter().map(|counted| u64::from(counted.times)).sum::<u64>() + answers.texts.len() as u64;
    let ends = asked.and_then(|question| match &question.form {
        AnswerForm::Scale { from, to, low, high } => Some((from, low, to, high)),
        AnswerForm::Choose(_) | AnswerForm::Text { .. } => None,
    });
    let rows: Vec<Bar> = (answers.counts.iter().take(LISTED))
        .map(|counted| Bar { says: html! { (counted.what) }, count: counted.times })
        .collect();
    html! {
        div {
            h3 { @match asked { Some(asked) => { (asked.ask) }, None => code { (answers.question) } } }
            p.muted.small {
                @if given == 0 { "Nobody has answered." } @else { (several(given, "answer", "answers")) }
                @if let Some((from, low, to, high)) = ends { " " (from) ": " (low) ", " (to) ": " (high) }
            }
            @if given > 0 && !rows.is_empty() { (bars("answer", "given", &rows)) }
            @if !answers.texts.is_empty() {
                ul.said { @for text in answers.texts.iter().take(LISTED) { li { (text) } } }
                (left_out(answers.texts.len(), "answers"))
            }
        }
    }
}
