//! The board and the agenda.

use axum::{Json, extract::State, response::Response};
use brownout_core::{
    hub::{clock::Agenda, row::HubBoard},
    leaderboard::Leaderboard,
};
use brownout_hub::{Caller, board::Face};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    hub::{HubApp, caller::Called},
    problem::Answer,
    route::{ask::Asked, board_file::BoardFile},
};

/// Which board is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Look {
    /// For facilitators: as it is, also while it is frozen or names are hidden.
    #[serde(default)]
    live: bool,
}

/// The board as participants and screens see it.
#[utoipa::path(get, path = "/board", operation_id = "get_board", tag = "live", params(Look), responses(
    (status = 200, description = "The board", body = HubBoard),
))]
pub(super) async fn board(
    State(app): State<HubApp>,
    called: Called,
    Asked(look): Asked<Look>,
) -> Answer<Json<HubBoard>> {
    let face = match called.caller {
        Some(Caller::Facilitator) if look.live => Face::Live,
        _ => Face::Shown,
    };
    Ok(Json(app.desk.board(face).await?))
}

/// The board as it is, as a file.
#[utoipa::path(get, path = "/board/export", operation_id = "export_board", tag = "after", params(BoardFile), responses(
    (status = 200, description = "The file", body = String, content_type = "text/csv"),
    (status = 400, description = "There is no such format"),
))]
pub(super) async fn export(State(app): State<HubApp>, Asked(wanted): Asked<BoardFile>) -> Answer<Response> {
    let board = app.desk.board(Face::Live).await?;
    let rows = board.rows.into_iter().map(|row| row.row).collect();
    let board = Leaderboard { cases: board.cases, rows };
    wanted.of(&board, "board")
}

/// Steps, clock and how far the group is.
#[utoipa::path(get, path = "/agenda", operation_id = "get_agenda", tag = "live", responses(
    (status = 200, description = "The agenda", body = Agenda),
))]
pub(super) async fn agenda(State(app): State<HubApp>) -> Answer<Json<Agenda>> {
    Ok(Json(app.desk.agenda().await?))
}
