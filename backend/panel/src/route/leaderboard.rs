//! Who has reached what.

use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::Response,
};
use brownout_core::{
    hub::row::HubBoard,
    leaderboard::{BringResults, BroughtResults, Leaderboard},
    wire::LiveItem,
};
use serde::{Deserialize, Serialize};
use tower_http::limit::RequestBodyLimitLayer;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    ask::{Asked, Body, Sent},
    board_file::BoardFile,
    hub::not_joined,
    scenarios::of_catalog,
};
use crate::{
    app::App,
    board::{self, BoardError},
    bring,
    problem::{Answer, Problem},
};

/// A `data.json` is larger than what other requests carry, bytes.
const BROUGHT_LIMIT: usize = 4 * 1024 * 1024;

/// Which board is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// `own`: of this history, the default; `hub`: of the workshop, as the hub told it last.
    #[param(inline)]
    #[serde(default)]
    of: Of,
}

/// Boards that there are.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Of {
    #[default]
    Own,
    Hub,
}

/// A board.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(super) enum Board {
    /// Of this history.
    Own(Leaderboard),
    /// Of the workshop.
    Hub(HubBoard),
}

/// The best ranked run of every participant in every case of the catalog, best total first; or the board of the workshop.
#[utoipa::path(get, path = "/leaderboard", operation_id = "get_leaderboard", tag = "leaderboard", params(Which), responses(
    (status = 200, description = "Rows of those who have a ranked run", body = inline(Board)),
    (status = 400, description = "There is no such board"),
    (status = 404, description = "No workshop was joined"),
))]
pub(super) async fn board(State(app): State<App>, Asked(which): Asked<Which>) -> Answer<Json<Board>> {
    Ok(Json(match which.of {
        Of::Own => Board::Own(board::board(&app).await?),
        Of::Hub => Board::Hub(app.member.board().ok_or_else(not_joined)?),
    }))
}

/// The board as a file.
#[utoipa::path(get, path = "/leaderboard/export", operation_id = "export_leaderboard", tag = "leaderboard", params(BoardFile), responses(
    (status = 200, description = "The file", body = String, content_type = "text/csv"),
    (status = 400, description = "There is no such format"),
))]
pub(super) async fn export(State(app): State<App>, Asked(wanted): Asked<BoardFile>) -> Answer<Response> {
    let board = board::board(&app).await?;
    wanted.of(&board, "leaderboard")
}

impl Body for BringResults {
    const EXAMPLE: &str = r#"{"text":"Ada: SCORE timeouts 92/100 p95=310ms ok=99.1% drop=0 stack=local run=7f3a"}"#;
}

/// Takes results of other machines: a `data.json`, or score lines after the names of their participants.
#[utoipa::path(post, path = "/leaderboard/import", operation_id = "import_results", tag = "leaderboard", request_body = BringResults, responses(
    (status = 200, description = "What was taken, what was known, what was not taken and why", body = BroughtResults),
))]
pub(super) async fn import(State(app): State<App>, Sent(brought): Sent<BringResults>) -> Answer<Json<BroughtResults>> {
    let came = bring::bring(&app, &brought).await?;
    app.feed.publish(LiveItem::History);
    Ok(Json(came))
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
        true => {
            app.feed.publish(LiveItem::History);
            Ok(StatusCode::NO_CONTENT)
        }
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
