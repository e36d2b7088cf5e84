//! Runs: start, stop, list, look at, replay, delete.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use brownout_core::{
    criterion,
    difference::difference,
    fold::Run,
    score,
    wire::{Page, RunDetail, RunStarted, RunState, RunSummary, StartRun},
};
use brownout_store::{RunFilter, StoreError};
use serde::Deserialize;

use super::{
    ask::{Asked, Body, Sent, bad_query},
    scenarios::of_catalog,
};
use crate::{
    app::App,
    problem::{Answer, Problem},
    run::{Conductor, StartError},
};

/// Runs in a page, unless asked otherwise.
const PAGE: u32 = 50;
/// Runs in a page at most.
const MOST: u32 = 500;

/// Which runs to list.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    scenario: Option<String>,
    state: Option<RunState>,
    before: Option<String>,
    limit: Option<u32>,
}

/// Runs, newest first.
pub(super) async fn list(State(app): State<App>, Asked(wanted): Asked<Wanted>) -> Answer<Json<Page<RunSummary>>> {
    let limit = wanted.limit.unwrap_or(PAGE);
    if !(1..=MOST).contains(&limit) {
        return Err(bad_query(format!("limit: {limit} is not from 1 to {MOST}.")));
    }
    let filter = RunFilter { scenario: wanted.scenario, state: wanted.state, before: wanted.before, limit };
    match app.store.run_summaries(filter).await {
        Ok(page) => Ok(Json(page)),
        Err(error @ StoreError::Cursor { .. }) => Err(bad_query(format!("before: {error}"))),
        Err(error) => Err(error.into()),
    }
}

impl Body for StartRun {
    const EXAMPLE: &str = r#"{"scenario":"timeouts"}"#;
}

/// Starts a run.
pub(super) async fn start(
    State(app): State<App>,
    Sent(wanted): Sent<StartRun>,
) -> Answer<(StatusCode, Json<RunStarted>)> {
    let id = Conductor::start(&app, &wanted.scenario, wanted.anyway).await.map_err(|error| match error {
        StartError::Active { ref run } => {
            let which = run.as_ref().map(|run| format!(" It is run {run}.")).unwrap_or_default();
            Problem::new(StatusCode::CONFLICT, "run-active", "A run goes on already", format!("{error}.{which}"))
        }
        StartError::Precondition { precondition, says } => Problem::precondition(precondition, says),
        StartError::CalledOff => {
            Problem::new(StatusCode::CONFLICT, "called-off", "The run did not begin", format!("{error}."))
        }
        StartError::Scenario(error) => of_catalog(error),
    })?;
    Ok((StatusCode::CREATED, Json(RunStarted { id })))
}

/// One run with criteria, score and the difference to the baseline.
pub(super) async fn one(State(app): State<App>, Path(id): Path<String>) -> Answer<Json<RunDetail>> {
    let summary = app.store.run_summary(&id).await?.ok_or_else(|| Problem::not_found("run", &id))?;
    let run = folded(&app, &id).await?;
    let (criteria, score, unranked, because) = match &run.finished {
        Some(f) => (f.criteria.clone(), f.score.clone(), f.unranked.clone(), f.because.clone()),
        None => (criterion::judge(&run), score::score(&run), Vec::new(), String::new()),
    };
    let record = app.store.scenario_record(&summary.scenario).await?;
    let difference = match (&score, record.baseline) {
        (Some(now), Some(base)) if base.id != id => {
            let before = folded(&app, &base.id).await?.finished.and_then(|finished| finished.score);
            before.map(|before| difference(&base.id, &before, now))
        }
        _ => None,
    };
    Ok(Json(RunDetail { id, state: summary.state, summary, criteria, score, unranked, because, difference }))
}

async fn folded(app: &App, id: &str) -> Answer<Run> {
    Ok(Run::of(&app.store.run_events(id, 0).await?))
}

/// The events of a run as NDJSON.
pub(super) async fn events(State(app): State<App>, Path(id): Path<String>) -> Answer<Response> {
    let events = app.store.run_events(&id, 0).await?;
    if events.is_empty() {
        return Err(Problem::not_found("run", &id));
    }
    let mut body = Vec::new();
    for event in &events {
        serde_json::to_writer(&mut body, event).map_err(Problem::internal)?;
        body.push(b'\n');
    }
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

/// Calls off a run that waits for a precondition.
pub(super) async fn stop_waiting(State(app): State<App>) -> Answer<StatusCode> {
    match app.conductor.call_off() {
        true => Ok(StatusCode::ACCEPTED),
        false => Err(Problem::new(StatusCode::CONFLICT, "not-waiting", "No run waits", "No run waits for anything.")),
    }
}

/// Stops a run; harmless when it has ended.
pub(super) async fn stop(State(app): State<App>, Path(id): Path<String>) -> Answer<StatusCode> {
    if app.conductor.stop(&id) {
        return Ok(StatusCode::ACCEPTED);
    }
    match app.store.run_summary(&id).await? {
        Some(run) if run.state != RunState::Running => Ok(StatusCode::ACCEPTED),
        _ => Err(Problem::not_found("run", &id)),
    }
}

/// Deletes a run that has ended: its events, its row and its place as a baseline.
pub(super) async fn delete(State(app): State<App>, Path(id): Path<String>) -> Answer<StatusCode> {
    let goes_on = || {
        let detail = format!("Run {id} goes on. Stop it first, then delete it.");
        Problem::new(StatusCode::CONFLICT, "run-active", "The run goes on", detail)
    };
    // Its last event may be stored while its last readings are still taken.
    if app.conductor.running().as_deref() == Some(&id) {
        return Err(goes_on());
    }
    match app.store.delete_run(&id).await {
        Ok(true) => Ok(StatusCode::NO_CONTENT),
        Ok(false) => Err(Problem::not_found("run", &id)),
        Err(StoreError::GoesOn { .. }) => Err(goes_on()),
        Err(error) => Err(error.into()),
    }
}
