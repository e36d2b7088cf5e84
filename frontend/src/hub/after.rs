//! After the workshop: how scores lie, where people stood still, what they take along, and the one file that keeps it.

use brownout_core::{
    hub::{
        archive::{Pace, ScoreTenths, Summary},
        message::{Audience, Said},
        page::{SheetView, SurveyResults},
        survey::{Answers, Counted},
    },
    workshop::{AnswerForm, Question, Workshop},
};
use leptos::prelude::*;

use crate::{
    hub::{
        acts::Acts,
        asked::Asked,
        cell::{minutes, state_words},
        import::import_button,
        live::HubLive,
    },
    parts::said::said,
    time::time_of_day,
    title::title,
    view::Fetched,
};

/// The page.
pub fn after() -> AnyView {
    title(|| "After".to_owned());
    let acts = expect_context::<Acts>();
    let summary = Asked::<Summary>::new();
    let survey = Asked::<SurveyResults>::new();
    let sheet = Asked::<SheetView>::new();
    let look = move || {
        sheet.ask("/sheet".to_owned());
        summary.ask("/summary".to_owned());
        survey.ask("/survey".to_owned());
    };
    let busy = move || summary.busy.get() || survey.busy.get();
    // Where an answer is the old one the page stays, so the time says that it was counted.
    let stale = move || busy() || summary.failed.with(Option::is_some) || survey.failed.with(Option::is_some);
    let as_of = Memo::new(move |before: Option<&String>| match stale() {
        true => before.cloned().unwrap_or_default(),
        false => format!("as of {}", time_of_day(js_sys::Date::now())),
    });
    let problems = move || {
        let all = [sheet.failed.get(), summary.failed.get(), survey.failed.get()];
        let mut said: Vec<String> = all.into_iter().flatten().collect();
        said.dedup();
        said.join(" ")
    };
    look();
    let open = move |_| acts.say(Audience::All, Said::Survey, "The survey is open on every screen.".to_owned(), || ());
    view! {
        <div class="page-head">
            <h1>"After the workshop"</h1>
            <div class="actions">
            <span class="muted small" role="status">{move || as_of.get()}</span>
            <button class="button" disabled=busy on:click=move |_| look()>{move || if busy() { "Counting …" } else { "Count again" }}</button>
            <button class="button" data-testid="open-survey" on:click=open>"Open the survey"</button>
            {import_button()}
            <a class="button" target="_blank" href="/api/v1/board/export?format=csv">"Board as CSV"</a>
            <a class="button primary" data-testid="archive" href="/api/v1/archive" download="">"Download the archive"</a>
            </div>
        </div>
        <p class="muted archive-note">"The archive is one file with names as they stood on the board, scores, answers and this page; no code, no notes of hands, no machine. It opens in any panel: Leaderboard, "<strong>"Open a workshop's archive"</strong>", or "<code>"brownout archive FILE"</code>"."</p>
        <p class="problem" role="alert">{move || said(&problems())}</p>
        {move || match summary.shown.get() {
            Fetched::Loading => view! { <p class="muted" role="status">"Counting …"</p> }.into_any(),
            Fetched::Failed(_) => ().into_any(),
            Fetched::Ready(summary) => told(summary),
        }}
        {move || match survey.shown.get() {
            Fetched::Loading | Fetched::Failed(_) => ().into_any(),
            Fetched::Ready(results) => answers(results, sheet.shown.get()),
        }}
    }
    .into_any()
}

fn told(summary: Summary) -> AnyView {
    let live = expect_context::<HubLive>();
    let Summary { scores, stood_still, hints, pace, unmet } = summary;
    let none = scores.iter().all(|case| case.first.iter().sum::<u32>() == 0);
    if none {
        return view! { <p class="muted" data-testid="summary">"No run has ended in this workshop yet; there is nothing to count."</p> }.into_any();
    }
    let scores = scores.into_iter().map(|case| tenths(live.title(&case.scenario), case)).collect::<Vec<_>>();
    let pace = pace.into_iter().map(|pace| pace_row(live.title(&pace.scenario), pace)).collect::<Vec<_>>();
    let most = stood_still.iter().map(|stood| stood.minutes).max().unwrap_or(1).max(1);
    let stood: Vec<AnyView> = stood_still
        .into_iter()
        .map(|stood| {
            bar_row(
                format!("{}: {}", live.title(&stood.scenario), state_words(stood.state).1),
                stood.minutes,
                most,
                "min",
            )
        })
        .collect();
    let most = hints.iter().map(|hint| hint.seats).max().unwrap_or(1).max(1);
    let hints: Vec<AnyView> = hints
        .into_iter()
        .map(|hint| bar_row(format!("{}: {}", live.title(&hint.scenario), hint.hint), hint.seats, most, ""))
        .collect();
    let most = unmet.iter().map(|unmet| unmet.runs).max().unwrap_or(1).max(1);
    let unmet: Vec<AnyView> = unmet
        .into_iter()
        .map(|unmet| bar_row(format!("{}: {}", live.title(&unmet.scenario), unmet.criterion), unmet.runs, most, "runs"))
        .collect();
    view! {
        <div class="after" data-testid="summary">
            <section class="panel wide-panel"><h2>"Scores"</h2>
                <p class="muted small legend-words"><span class="swatch-first" aria-hidden="true"></span>"left: first runs "<span class="swatch-best" aria-hidden="true"></span>"right: best runs; how many lie in each tenth"</p>
                <div class="tenths">{scores}</div>
            </section>
            <section class="panel"><h2>"Time per case"</h2>
                <table class="table dense"><thead><tr><th scope="col">"case"</th><th scope="col" class="number">"median"</th><th scope="col" class="number">"slowest"</th><th scope="col" class="number">"never met"</th></tr></thead><tbody>{pace}</tbody></table>
                <p class="muted small">"From the start of the step until all criteria were met."</p>
            </section>
            {counted("Where people stood still", stood, "Nobody stood still for long.")}
            {counted("Hints that were taken", hints, "Nobody took a hint.")}
            {counted("Criteria left unmet", unmet, "Every run met its criteria.")}
        </div>
    }
    .into_any()
}

fn counted(title: &'static str, rows: Vec<AnyView>, none: &'static str) -> AnyView {
    let empty = rows.is_empty();
    view! {
        <section class="panel"><h2>{title}</h2>
            <ul class="plain bars">{rows}</ul>
            <p class="muted" hidden=!empty>{none}</p>
        </section>
    }
    .into_any()
}

fn bar_row(says: String, count: u32, most: u32, unit: &'static str) -> AnyView {
    view! {
        <li class="bar-row">
            <span>{said(&says)}</span>
            <span class="bar" aria-hidden="true"><span class="fill" style:width=format!("{:.0}%", f64::from(count) / f64::from(most.max(1)) * 100.0)></span></span>
            <span class="number strong">{count}" "{unit}</span>
        </li>
    }
    .into_any()
}

/// How many scores lie in each tenth: first and best runs side by side.
fn tenths(title: String, case: ScoreTenths) -> AnyView {
    let most = case.first.iter().chain(&case.best).copied().max().unwrap_or(1).max(1);
    let height = |count: u32| format!("{:.0}%", f64::from(count) / f64::from(most) * 100.0);
    let pair = |at: usize| {
        let (first, best) = (case.first[at], case.best[at]);
        let label = if at == 9 { "90+".to_owned() } else { (at * 10).to_string() };
        let says =
            format!("{} to {}: {first} first runs, {best} best runs", at * 10, if at == 9 { 100 } else { at * 10 + 9 });
        let title = says.clone();
        view! {
            <li title=title>
                <span class="visually-hidden">{says}</span>
                <span class="tenth" aria-hidden="true">
                    <span class="first-bar" style:height=height(first)><span class="count">{(first > 0).then_some(first)}</span></span>
                    <span class="best-bar" style:height=height(best)><span class="count">{(best > 0).then_some(best)}</span></span>
                </span>
                <span class="tenth-label number muted" aria-hidden="true">{label}</span>
            </li>
        }
        .into_any()
    };
    view! { <figure class="tenths-of"><figcaption class="strong">{title}</figcaption><ol class="plain">{(0..10).map(pair).collect::<Vec<_>>()}</ol></figure> }.into_any()
}

fn pace_row(title: String, pace: Pace) -> AnyView {
    let time = |ms: Option<u64>| ms.map_or("–".to_owned(), minutes);
    view! {
        <tr><th scope="row">{title}</th><td class="number">{time(pace.median_ms)}</td><td class="number">{time(pace.slowest_ms)}</td><td class="number">{pace.never}</td></tr>
    }
    .into_any()
}

/// Takeaways and the survey, with the questions' own words where the sheet has them.
fn answers(results: SurveyResults, sheet: Fetched<SheetView>) -> AnyView {
    let SurveyResults { takeaways, answers } = results;
    let sheet = match sheet {
        Fetched::Ready(view) => view.sheet,
        _ => Workshop::default(),
    };
    let most = takeaways.iter().map(|counted| counted.times).max().unwrap_or(1).max(1);
    let says = |name: &str| {
        sheet.takeaways.iter().find(|known| known.name == name).map_or(name.to_owned(), |known| known.says.clone())
    };
    let takeaways: Vec<AnyView> =
        takeaways.iter().map(|Counted { what, times }| bar_row(says(what), *times, most, "")).collect();
    let question = |answers: Answers| {
        let asked = sheet.survey.iter().find(|question| question.name == answers.question);
        let ask = asked.map_or(answers.question.clone(), |question| question.ask.clone());
        question_card(ask, asked, answers)
    };
    let questions: Vec<AnyView> = answers.into_iter().map(question).collect();
    view! {
        <div class="after" data-testid="survey">
            <section class="panel"><h2>"What they take along"</h2><ul class="plain bars">{takeaways}</ul></section>
            {questions}
        </div>
    }
    .into_any()
}

fn question_card(ask: String, question: Option<&Question>, answers: Answers) -> AnyView {
    let Answers { counts, texts, .. } = answers;
    let given = counts.iter().map(|counted| counted.times).sum::<u32>() + texts.len() as u32;
    let ends = question.and_then(|question| match &question.form {
        AnswerForm::Scale { from, to, low, high } => Some(format!("{from} {low}, {to} {high}")),
        _ => None,
    });
    let most = counts.iter().map(|counted| counted.times).max().unwrap_or(1).max(1);
    let rows: Vec<AnyView> = counts.into_iter().map(|Counted { what, times }| bar_row(what, times, most, "")).collect();
    let texts: Vec<AnyView> =
        texts.into_iter().map(|text| view! { <li class="text-answer">{text}</li> }.into_any()).collect();
    view! {
        <section class="panel"><h2>{ask}</h2>
            <p class="muted small">{match given { 0 => "Nobody has answered yet.".to_owned(), 1 => "1 answer".to_owned(), count => format!("{count} answers") }}{ends.map(|ends| format!(" · {ends}"))}</p>
            <ul class="plain bars">{rows}</ul>
            <ul class="plain texts">{texts}</ul>
        </section>
    }
    .into_any()
}
