//! Results that come from other machines by chat: the `data.json` of a run, or score lines. What is brought twice counts
//! once. Nothing is proved of it: a line is taken on trust.

use brownout_core::{
    leaderboard::{BringResults, BroughtResults},
    name::shown_name,
    wire::{LineError, ScoreLine, short},
};
use brownout_report::Record;
use brownout_store::BroughtResult;

use crate::{app::App, board::BoardError, clock::wall_ms};

/// Ids of participants of whom lines alone are known begin with this.
pub const BY_LINE: &str = "line:";
/// Lines that are read at once.
const MOST_LINES: usize = 10_000;
/// Refusals that are told one by one.
const MOST_TOLD: usize = 20;

/// Takes what can be taken and says of the rest why not.
///
/// # Errors
/// When the history cannot be read or written, or the scenarios cannot be read.
pub async fn bring(app: &App, brought: &BringResults) -> Result<BroughtResults, BoardError> {
    let mut came = BroughtResults::default();
    for found in found(brought) {
        match found {
            Ok(mut result) => match refusal(app, &result)? {
                Some(why) => came.refused.push(why),
                None if is_known(app, &mut result).await? => came.known += 1,
                None if app.store.bring_result(&result).await? => came.taken += 1,
                None => came.known += 1,
            },
            Err(why) => came.refused.push(why),
        }
    }
    if came.refused.len() > MOST_TOLD {
        let more = came.refused.len() - MOST_TOLD;
        came.refused.truncate(MOST_TOLD);
        came.refused.push(format!("{more} more could not be taken."));
    }
    Ok(came)
}

/// What a text holds.
fn found(brought: &BringResults) -> Vec<Result<BroughtResult, String>> {
    let text = brought.text.trim();
    if text.starts_with('{') {
        return vec![of_record(text)];
    }
    let name = brought.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let mut results = Vec::new();
    for line in text.lines().take(MOST_LINES) {
        match of_line(line, name) {
            // What else is said in a chat.
            Err(None) => {}
            Err(Some(why)) => results.push(Err(why)),
            Ok(result) => results.push(Ok(result)),
        }
    }
    if results.is_empty() {
        let shown: String = text.chars().take(40).collect();
        results.push(Err(format!("`{shown}`: {}.", LineError::None)));
    }
    if text.lines().nth(MOST_LINES).is_some() {
        results.push(Err(format!("Only the first {MOST_LINES} lines were read.")));
    }
    results
}

fn of_record(text: &str) -> Result<BroughtResult, String> {
    let record = Record::read(text).map_err(|error| sentence(&error.to_string()))?;
    let id = &record.run;
    let Some(score) = record.score.filter(|_| record.ranked) else {
        let why = record.unranked.first().map_or("it has no score", String::as_str);
        return Err(format!("Run {id} is not ranked: {why}"));
    };
    Ok(BroughtResult {
        name: shown_name(&record.participant.name, &record.participant.id),
        participant: record.participant.id,
        scenario: record.case,
        run: record.run,
        score,
        started_ms: record.started_ms,
        hints: record.hints.len() as u32,
        by_line: false,
    })
}

/// `None` is a line that is no score line.
fn of_line(line: &str, name: Option<&str>) -> Result<BroughtResult, Option<String>> {
    let shown = || line.trim().chars().take(60).collect::<String>();
    let (before, read) = match ScoreLine::find(line) {
        Ok(found) => found,
        Err(LineError::None) => return Err(None),
        Err(error) => return Err(Some(format!("`{}`: {error}.", shown()))),
    };
    if !read.ranked {
        return Err(Some(format!("`{}`: the run is not ranked.", shown())));
    }
    // What a chat writes before a name, such as a time in brackets, is none.
    let before = before.rsplit([']', ')']).next().map_or("", str::trim);
    let Some(who) = [before].into_iter().filter(|who| !who.is_empty()).chain(name).next() else {
        return Err(Some(format!("`{}`: whose is it? Write a name before it, or give one.", shown())));
    };
    let who = shown_name(who, "");
    Ok(BroughtResult {
        participant: format!("{BY_LINE}{}", who.to_lowercase()),
        name: who,
        scenario: read.case,
        run: read.run,
        score: read.score,
        started_ms: wall_ms(),
        hints: 0,
        by_line: true,
    })
}

/// Why a result cannot be taken here.
fn refusal(app: &App, result: &BroughtResult) -> Result<Option<String>, BoardError> {
    let (entries, _) = app.catalog.all()?;
    if entries.iter().any(|entry| entry.scenario.id == result.scenario) {
        return Ok(None);
    }
    let known: Vec<String> = entries.into_iter().map(|entry| entry.scenario.id).collect();
    let shown: String = result.scenario.chars().take(40).collect();
    Ok(Some(format!("There is no case `{shown}` here; there are {}.", known.join(", "))))
}

/// Whether this very run is known already. A line goes to whom it belongs by name, where one participant is called so.
async fn is_known(app: &App, result: &mut BroughtResult) -> Result<bool, BoardError> {
    if !result.by_line {
        return Ok(app.store.run_summary(&result.run).await?.is_some());
    }
    let own = app.store.runs_ending(&result.run).await?;
    for id in &own {
        let summary = app.store.run_summary(id).await?;
        if summary.is_some_and(|run| run.scenario == result.scenario && run.score == Some(result.score)) {
            return Ok(true);
        }
    }
    let known = app.store.brought_results().await?;
    let same = |other: &&BroughtResult| {
        !other.by_line
            && (short(&other.run), &other.scenario, other.score) == (&result.run, &result.scenario, result.score)
    };
    if known.iter().any(|other| same(&other)) {
        return Ok(true);
    }
    let mut namesakes: Vec<&String> = known
        .iter()
        .filter(|other| !other.by_line && other.name.to_lowercase() == result.name.to_lowercase())
        .map(|other| &other.participant)
        .collect();
    namesakes.dedup();
    if let [one] = namesakes[..] {
        result.participant.clone_from(one);
    }
    Ok(false)
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}
