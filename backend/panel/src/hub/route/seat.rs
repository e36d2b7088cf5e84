//! A participant's own seat. Who calls is who is meant: no path names another's.

use axum::{Json, extract::State, http::StatusCode};
use brownout_core::hub::{live::SeatSnapshot, page::Rename};

use crate::{
    hub::{HubApp, caller::Seat},
    problem::Answer,
    route::ask::{Body, Sent},
};

/// What the hub has of the caller.
#[utoipa::path(get, path = "/seat", operation_id = "get_seat", tag = "seat", responses(
    (status = 200, description = "The seat", body = SeatSnapshot),
))]
pub(super) async fn show(State(app): State<HubApp>, Seat(seat): Seat) -> Answer<Json<SeatSnapshot>> {
    Ok(Json(app.desk.seat(&seat).await?))
}

impl Body for Rename {
    const EXAMPLE: &str = r#"{"name":"Ada"}"#;
}

/// Calls the caller otherwise.
#[utoipa::path(patch, path = "/seat", operation_id = "rename_seat", tag = "seat", request_body = Rename, responses(
    (status = 200, description = "The seat", body = SeatSnapshot),
    (status = 409, description = "Another one is called so"),
))]
pub(super) async fn rename(
    State(app): State<HubApp>,
    Seat(seat): Seat,
    Sent(wanted): Sent<Rename>,
) -> Answer<Json<SeatSnapshot>> {
    app.desk.rename(&seat, &wanted.name).await?;
    Ok(Json(app.desk.seat(&seat).await?))
}

/// Leaves, and has everything of the seat deleted here.
#[utoipa::path(delete, path = "/seat", operation_id = "leave_seat", tag = "seat", responses(
    (status = 204, description = "Nothing of it is left; what the laptop has stays there"),
))]
pub(super) async fn leave(State(app): State<HubApp>, Seat(seat): Seat) -> Answer<StatusCode> {
    app.desk.erase(&seat).await?;
    Ok(StatusCode::NO_CONTENT)
}
