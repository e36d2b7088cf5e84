//! Runs: start, stop, list, look at, replay, delete.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use brownout_core::{
    criterion,
    difference::difference,
    event::{Envelope, RunEvent},
    fold::Run,
    score,
    wire::{LiveItem, Page, RunDetail, RunStarted, RunState, RunSummary, StartRun},
};
use brownout_store::{RunFilter, StoreError};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    ask::{Asked, Body, Sent, bad_query},
    etag,
    scenarios::of_catalog,
};
use crate::{
    app::App,
    library,
    problem::{Answer, Problem},
    run::{Conductor, StartError},
};

/// Runs in a page, unless asked otherwise.
const PAGE: u32 = 50;
/// Runs in a page at most.
const MOST: u32 = 500;
/// One JSON value a line.
const NDJSON: &str = "application/x-ndjson";

/// Which runs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only runs of this scenario.
    scenario: Option<String>,
    /// Only runs in this state.
    state: Option<RunState>,
    /// Only runs older than this one: `next` of the page before.
    before: Option<String>,
    /// Runs in a page, 1 to 500; 50 unless given.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Runs, newest first.
#[utoipa::path(get, path = "/runs", operation_id = "list_runs", tag = "runs", params(Wanted), responses(
    (status = 200, description = "A page of runs", body = Page<RunSummary>),
    (status = 400, description = "A value of the query is not allowed; the detail names what is"),
))]
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

/// Starts a run, after waiting for what comes about by itself.
#[utoipa::path(post, path = "/runs", operation_id = "start_run", tag = "runs", request_body = StartRun, responses(
    (status = 201, description = "The run goes on", body = RunStarted),
    (status = 404, description = "There is no such scenario"),
    (status = 409, description = "A run goes on already, or this one was called off"),
    (status = 412, description = "A precondition does not hold; `precondition` names it"),
))]
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
#[utoipa::path(get, path = "/runs/{id}", operation_id = "get_run", tag = "runs", params(("id" = String, Path, description = "Id of the run")), responses(
    (status = 200, description = "The run", body = RunDetail),
    (status = 404, description = "There is no such run"),
))]
pub(super) async fn one(State(app): State<App>, Path(id): Path<String>, asked: HeaderMap) -> Answer<Response> {
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
    etag::json(&asked, &RunDetail { id, state: summary.state, summary, criteria, score, unranked, because, difference })
}

/// The run with this id, or with an id that ends like this.
pub(super) async fn known(app: &App, word: &str) -> Answer<RunSummary> {
    if let Some(summary) = app.store.run_summary(word).await? {
        return Ok(summary);
    }
    match &app.store.runs_ending(word).await?[..] {
        [one] => app.store.run_summary(one).await?.ok_or_else(|| Problem::not_found("run", word)),
        [] => Err(Problem::not_found("run", word)),
        several => {
            Err(bad_query(format!("Several runs end with `{word}`: {}. Give more of the id.", several.join(", "))))
        }
    }
}

async fn folded(app: &App, id: &str) -> Answer<Run> {
    Ok(Run::of(&app.store.run_events(id, 0).await?))
}

/// The events of a run as NDJSON: one event a line, from `started` to `finished`.
#[utoipa::path(get, path = "/runs/{id}/events", operation_id = "get_run_events", tag = "runs", params(("id" = String, Path, description = "Id of the run")), responses(
    (status = 200, description = "Events in order", body = Envelope<RunEvent>, content_type = "application/x-ndjson"),
    (status = 404, description = "There is no such run"),
))]
pub(super) async fn events(State(app): State<App>, Path(id): Path<String>, asked: HeaderMap) -> Answer<Response> {
    let summary = app.store.run_summary(&id).await?.ok_or_else(|| Problem::not_found("run", &id))?;
    // Nothing is added to a run that has ended, so its tag is known without its events.
    let ended = summary.ended_ms.filter(|_| summary.state != RunState::Running);
    let tag = ended.map(|ended_ms| etag::of(format!("{id} {ended_ms}").as_bytes()));
    if let Some(tag) = tag.as_ref().filter(|tag| etag::knows(&asked, tag)) {
        return Ok(etag::tagged(&asked, NDJSON, tag, Vec::new()));
    }
    let mut body = Vec::new();
    for event in &app.store.run_events(&id, 0).await? {
        serde_json::to_writer(&mut body, event).map_err(Problem::internal)?;
        body.push(b'\n');
    }
    Ok(match tag {
        Some(tag) => etag::tagged(&asked, NDJSON, &tag, body),
        None => ([(header::CONTENT_TYPE, NDJSON)], body).into_response(),
    })
}

/// Calls off a run that waits for a precondition.
#[utoipa::path(post, path = "/runs/waiting/stop", operation_id = "call_off_run", tag = "runs", responses(
    (status = 202, description = "It will not begin"),
    (status = 409, description = "No run waits"),
))]
pub(super) async fn stop_waiting(State(app): State<App>) -> Answer<StatusCode> {
    match app.conductor.call_off() {
        true => Ok(StatusCode::ACCEPTED),
        false => Err(Problem::new(StatusCode::CONFLICT, "not-waiting", "No run waits", "No run waits for anything.")),
    }
}

/// Stops a run; harmless when it has ended.
#[utoipa::path(post, path = "/runs/{id}/stop", operation_id = "stop_run", tag = "runs", params(("id" = String, Path, description = "Id of the run")), responses(
    (status = 202, description = "It ends"),
    (status = 404, description = "There is no such run"),
))]
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
#[utoipa::path(delete, path = "/runs/{id}", operation_id = "delete_run", tag = "runs", params(("id" = String, Path, description = "Id of the run")), responses(
    (status = 204, description = "It is gone"),
    (status = 404, description = "There is no such run"),
    (status = 409, description = "The run goes on"),
))]
pub(super) async fn delete(State(app): State<App>, Path(id): Path<String>) -> Answer<StatusCode> {
    let goes_on = || {
        let detail = format!("Run {id} goes on. Stop it first, then delete it.");
        Problem::new(StatusCode::CONFLICT, "run-active", "The run goes on", detail)
    };
    // Its last event may be stored while its last readings are still taken.
    if app.conductor.running().as_deref() == Some(&id) {
        return Err(goes_on());
    }
    let summary = app.store.run_summary(&id).await?;
    match app.store.delete_run(&id).await {
        Ok(true) => {
            if let Some(summary) = &summary {
                library::forget(&app, summary).await;
            }
            app.feed.publish(LiveItem::History);
            Ok(StatusCode::NO_CONTENT)
        }
        Ok(false) => Err(Problem::not_found("run", &id)),
        Err(StoreError::GoesOn { .. }) => Err(goes_on()),
        Err(error) => Err(error.into()),
    }
}
