//! Who has reached what.

use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use brownout_core::leaderboard::{BringResults, BroughtResults, Leaderboard};
use brownout_report::{leaderboard_csv, leaderboard_markdown};
use serde::Deserialize;
use tower_http::limit::RequestBodyLimitLayer;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    ask::{Asked, Body, Sent},
    scenarios::of_catalog,
};
use crate::{
    app::App,
    board::{self, BoardError},
    bring,
    clock::wall_ms,
    problem::{Answer, Problem},
};

/// A `data.json` is larger than what other requests carry, bytes.
const BROUGHT_LIMIT: usize = 4 * 1024 * 1024;

/// The best ranked run of every participant in every case of the catalog, best total first.
#[utoipa::path(get, path = "/leaderboard", operation_id = "get_leaderboard", tag = "leaderboard", responses(
    (status = 200, description = "Rows of those who have a ranked run", body = Leaderboard),
))]
pub(super) async fn board(State(app): State<App>) -> Answer<Json<Leaderboard>> {
    Ok(Json(board::board(&app).await?))
}

/// How the board is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `csv`, `json` or `markdown`.
    #[param(inline)]
    format: Format,
}

/// Forms of the board.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    Csv,
    Json,
    Markdown,
}

/// The board as a file.
#[utoipa::path(get, path = "/leaderboard/export", operation_id = "export_leaderboard", tag = "leaderboard", params(Wanted), responses(
    (status = 200, description = "The file", body = String, content_type = "text/csv"),
    (status = 400, description = "There is no such format"),
))]
pub(super) async fn export(State(app): State<App>, Asked(wanted): Asked<Wanted>) -> Answer<Response> {
    let board = board::board(&app).await?;
    let (kind, name, bytes) = match wanted.format {
        Format::Csv => {
            ("text/csv; charset=utf-8", "leaderboard.csv", leaderboard_csv(&board).map_err(Problem::internal)?)
        }
        Format::Json => {
            ("application/json", "leaderboard.json", serde_json::to_vec_pretty(&board).map_err(Problem::internal)?)
        }
        Format::Markdown => {
            let text = leaderboard_markdown(&board, wall_ms());
            ("text/markdown; charset=utf-8", "LEADERBOARD.md", text.into_bytes())
        }
    };
    let file = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, file)], bytes).into_response())
}

impl Body for BringResults {
    const EXAMPLE: &str = r#"{"text":"Ada: SCORE timeouts 92/100 p95=310ms ok=99.1% drop=0 stack=local run=7f3a"}"#;
}

/// Takes results of other machines: a `data.json`, or score lines after the names of their participants.
#[utoipa::path(post, path = "/leaderboard/import", operation_id = "import_results", tag = "leaderboard", request_body = BringResults, responses(
    (status = 200, description = "What was taken, what was known, what was not taken and why", body = BroughtResults),
))]
pub(super) async fn import(State(app): State<App>, Sent(brought): Sent<BringResults>) -> Answer<Json<BroughtResults>> {
    Ok(Json(bring::bring(&app, &brought).await?))
}

/// The route that takes more than others do.
pub(super) fn importing() -> OpenApiRouter<App> {
    let limits = (DefaultBodyLimit::disable(), RequestBodyLimitLayer::new(BROUGHT_LIMIT));
    OpenApiRouter::new().routes(routes!(import)).layer(limits.1).layer(limits.0)
}

/// Forgets what was brought of a participant.
#[utoipa::path(delete, path = "/leaderboard/{participant}", operation_id = "forget_results", tag = "leaderboard", params(("participant" = String, Path, description = "Id of the participant")), responses(
    (status = 204, description = "It is gone; runs of this machine stay"),
    (status = 404, description = "Nothing was brought of such a participant"),
))]
pub(super) async fn forget(State(app): State<App>, Path(participant): Path<String>) -> Answer<StatusCode> {
    match app.store.forget_results(&participant).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("participant whose results were brought", &participant)),
    }
}

impl From<BoardError> for Problem {
    fn from(error: BoardError) -> Self {
        match error {
            BoardError::Store(error) => error.into(),
            BoardError::Catalog(error) => of_catalog(error),
        }
    }
}
