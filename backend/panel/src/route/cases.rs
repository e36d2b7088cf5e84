//! Cases: open one, ask for a hint, say that it is done.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use brownout_core::{
    case::{CaseProgress, CaseState},
    event::SessionEvent,
};

use super::scenarios::of_catalog;
use crate::{
    app::App,
    casebook::{self, CaseError},
    problem::{Answer, Problem},
};

/// Every case with its clock and hints.
#[utoipa::path(get, path = "/cases", operation_id = "list_cases", tag = "cases", responses(
    (status = 200, description = "Cases in the order of the workshop", body = Vec<CaseProgress>),
))]
pub(super) async fn list(State(app): State<App>) -> Json<Vec<CaseProgress>> {
    Json(casebook::progress_of_all(&app))
}

/// Opens a case: its clock runs from now on. Harmless when it is open or completed.
#[utoipa::path(post, path = "/cases/{id}/open", operation_id = "open_case", tag = "cases", params(("id" = String, Path, description = "Id of the scenario, e.g. `timeouts`")), responses(
    (status = 200, description = "The case", body = CaseProgress),
    (status = 404, description = "There is no such scenario"),
))]
pub(super) async fn open(State(app): State<App>, Path(id): Path<String>) -> Answer<Json<CaseProgress>> {
    let scenario = app.catalog.find(&id).map_err(of_catalog)?.scenario;
    let completed = app.session.cases.progress(&scenario).state == CaseState::Completed;
    if !completed && app.session.cases.opened().as_deref() != Some(&id) {
        app.record(SessionEvent::CaseOpened { scenario: id }).await;
    }
    Ok(Json(app.session.cases.progress(&scenario)))
}

/// Shows a hint, at its cost.
#[utoipa::path(post, path = "/cases/{id}/hints/{name}", operation_id = "show_hint", tag = "cases",
    params(("id" = String, Path, description = "Id of the scenario"), ("name" = String, Path, description = "Name of the hint")), responses(
    (status = 200, description = "The case with the hint", body = CaseProgress),
    (status = 404, description = "There is no such scenario or hint"),
    (status = 409, description = "The hint cannot be had yet"),
))]
pub(super) async fn hint(
    State(app): State<App>,
    Path((id, name)): Path<(String, String)>,
) -> Answer<Json<CaseProgress>> {
    let scenario = app.catalog.find(&id).map_err(of_catalog)?.scenario;
    casebook::take_hint(&app, &scenario, &name).await.map_err(problem)?;
    Ok(Json(app.session.cases.progress(&scenario)))
}

/// The participant says that the case is done.
#[utoipa::path(post, path = "/cases/{id}/complete", operation_id = "complete_case", tag = "cases", params(("id" = String, Path, description = "Id of the scenario, e.g. `timeouts`")), responses(
    (status = 200, description = "The case", body = CaseProgress),
    (status = 404, description = "There is no such scenario"),
    (status = 409, description = "It is neither met nor out of time"),
))]
pub(super) async fn complete(State(app): State<App>, Path(id): Path<String>) -> Answer<Json<CaseProgress>> {
    let scenario = app.catalog.find(&id).map_err(of_catalog)?.scenario;
    casebook::complete(&app, &scenario).await.map_err(problem)?;
    Ok(Json(app.session.cases.progress(&scenario)))
}

fn problem(error: CaseError) -> Problem {
    match &error {
        CaseError::NoHint { .. } => Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found", format!("{error}.")),
        CaseError::Ahead { .. } => {
            Problem::new(StatusCode::CONFLICT, "hint-ahead", "The hint cannot be had yet", format!("{error}."))
        }
        CaseError::NotMet { .. } => {
            Problem::new(StatusCode::CONFLICT, "not-met", "The case is not met", format!("{error}."))
        }
    }
}
