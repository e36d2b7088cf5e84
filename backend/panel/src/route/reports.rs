//! The reports as files of their own: the index, each run's report and its data.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use brownout_core::wire::{ReportWritten, RunSummary};
use brownout_report::policy;

use crate::{
    app::App,
    library::{self, DATA, LibraryError, REPORT},
    problem::{Answer, Problem},
};

const HTML: &str = "text/html; charset=utf-8";

/// The index of all runs, as the history is now.
#[utoipa::path(get, path = "/reports/index.html", operation_id = "get_report_index", tag = "reports", responses(
    (status = 200, description = "The index, one HTML file", body = String, content_type = "text/html"),
))]
pub(super) async fn index(State(app): State<App>) -> Answer<Response> {
    Ok(page(library::index_page(&app).await?.into_bytes()))
}

/// The report of a run (`report.html`) or its data (`data.json`).
#[utoipa::path(get, path = "/reports/{case}/{run}/{file}", operation_id = "get_report", tag = "reports", params(
    ("case" = String, Path, description = "Id of the scenario"),
    ("run" = String, Path, description = "Id of the run"),
    ("file" = String, Path, description = "`report.html` or `data.json`"),
), responses(
    (status = 200, description = "The file", body = String, content_type = "text/html"),
    (status = 404, description = "There is no such run, or it goes on"),
))]
pub(super) async fn file(
    State(app): State<App>,
    Path((case, run, file)): Path<(String, String, String)>,
) -> Answer<Response> {
    let name = [REPORT, DATA].into_iter().find(|name| *name == file);
    let summary = app.store.run_summary(&run).await?.filter(|summary| summary.scenario == case);
    match (summary.filter(library::has_report), name) {
        (Some(summary), Some(REPORT)) => Ok(page(library::read(&app, summary, REPORT).await?)),
        (Some(summary), Some(name)) => {
            let kind = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
            Ok((kind, library::read(&app, summary, name).await?).into_response())
        }
        _ => Err(Problem::not_found("report", &format!("{case}/{run}/{file}"))),
    }
}

/// Writes the report of a run anew, against the baseline of now.
#[utoipa::path(post, path = "/runs/{id}/report", operation_id = "write_report", tag = "reports", params(("id" = String, Path, description = "Id of the run")), responses(
    (status = 200, description = "Where it is", body = ReportWritten),
    (status = 404, description = "There is no such run"),
    (status = 409, description = "The run goes on"),
))]
pub(super) async fn write(State(app): State<App>, Path(id): Path<String>) -> Answer<Json<ReportWritten>> {
    let summary = super::runs::known(&app, &id).await?;
    if !library::has_report(&summary) {
        let detail = format!("Run {} goes on; its report is written when it ends.", summary.id);
        return Err(Problem::new(StatusCode::CONFLICT, "run-active", "The run goes on", detail));
    }
    let url = address(&app, &summary);
    let path = library::write(&app, summary).await?;
    Ok(Json(ReportWritten { path: path.display().to_string(), url }))
}

fn address(app: &App, summary: &RunSummary) -> String {
    format!("{}/reports/{}/{}/{REPORT}", app.url, summary.scenario, summary.id)
}

/// A page of the reports, under its own policy.
pub(super) fn page(bytes: Vec<u8>) -> Response {
    let policy = format!("{}; frame-ancestors 'none'", policy());
    let headers = [
        (header::CONTENT_TYPE, HTML.to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, bytes).into_response()
}

impl From<LibraryError> for Problem {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::Store(error) => error.into(),
            error @ LibraryError::Write { .. } => Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "not-written",
                "The report could not be written",
                error.to_string(),
            ),
            error => Problem::internal(error),
        }
    }
}
