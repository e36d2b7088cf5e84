//! Scenarios with what the participant has made of them.

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use brownout_core::wire::ScenarioView;

use super::etag;
use crate::{
    app::App,
    catalog::{CatalogError, Entry},
    problem::{Answer, Problem},
};

/// All scenarios in the order of the workshop.
#[utoipa::path(get, path = "/scenarios", operation_id = "list_scenarios", tag = "scenarios", responses(
    (status = 200, description = "Scenarios; files with mistakes are left out", body = Vec<ScenarioView>),
))]
pub(super) async fn list(State(app): State<App>, asked: HeaderMap) -> Answer<Response> {
    let (entries, mistakes) = app.catalog.all().map_err(of_catalog)?;
    mistakes.iter().for_each(|error| tracing::warn!(%error, "a scenario is left out"));
    let mut views = Vec::with_capacity(entries.len());
    for entry in entries {
        views.push(view(&app, entry).await?);
    }
    etag::json(&asked, &views)
}

/// One scenario.
#[utoipa::path(get, path = "/scenarios/{id}", operation_id = "get_scenario", tag = "scenarios", params(("id" = String, Path, description = "Id of the scenario, e.g. `timeouts`")), responses(
    (status = 200, description = "The scenario", body = ScenarioView),
    (status = 404, description = "There is no such scenario"),
    (status = 422, description = "Its file has mistakes"),
))]
pub(super) async fn one(State(app): State<App>, Path(id): Path<String>) -> Answer<Json<ScenarioView>> {
    let entry = app.catalog.find(&id).map_err(of_catalog)?;
    Ok(Json(view(&app, entry).await?))
}

async fn view(app: &App, Entry { scenario, hash }: Entry) -> Answer<ScenarioView> {
    let record = app.store.scenario_record(&scenario.id).await?;
    Ok(ScenarioView {
        edit: scenario.edit.iter().map(|point| app.catalog.place(point)).collect(),
        hash,
        baseline: record.baseline,
        best: record.best,
        last: record.last,
        attempts: record.attempts,
        scenario,
    })
}

/// A catalog's error as a problem.
pub(super) fn of_catalog(error: CatalogError) -> Problem {
    match &error {
        CatalogError::Unknown(id) => Problem::not_found("scenario", id),
        CatalogError::Mistakes { .. } | CatalogError::Io { .. } => Problem::new(
            axum::http::StatusCode::UNPROCESSABLE_ENTITY,
            "scenario-file",
            "A scenario file cannot be used",
            error.to_string(),
        ),
    }
}
