//! Participants, for facilitators alone.

use std::io::Read;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use brownout_core::hub::{
    event::WorkshopEvent,
    live::SeatReadiness,
    page::{Done, HandView, HelpedAsk, Person, Recovery, Rename},
    row::GridRow,
};
use flate2::read::GzDecoder;
use serde_json::Value;

use crate::{
    hub::HubApp,
    problem::{Answer, Problem},
    route::ask::{Body, Sent},
};

/// All participants, who needs help first.
#[utoipa::path(get, path = "/people", operation_id = "list_people", tag = "people", responses(
    (status = 200, description = "The grid", body = Vec<GridRow>),
))]
pub(super) async fn list(State(app): State<HubApp>) -> Answer<Json<Vec<GridRow>>> {
    Ok(Json(app.desk.grid().await?))
}

/// One participant.
#[utoipa::path(get, path = "/people/{seat}", operation_id = "get_person", tag = "people", params(("seat" = String, Path, description = "Id of the seat")), responses(
    (status = 200, description = "The participant", body = Person),
    (status = 404, description = "There is no such seat"),
))]
pub(super) async fn one(State(app): State<HubApp>, Path(seat): Path<String>) -> Answer<Json<Person>> {
    Ok(Json(app.desk.person(&seat).await?))
}

/// Calls a participant otherwise.
#[utoipa::path(patch, path = "/people/{seat}", operation_id = "rename_person", tag = "people", params(("seat" = String, Path, description = "Id of the seat")), request_body = Rename, responses(
    (status = 200, description = "The participant", body = Person),
    (status = 404, description = "There is no such seat"),
    (status = 409, description = "Another one is called so"),
))]
pub(super) async fn rename(
    State(app): State<HubApp>,
    Path(seat): Path<String>,
    Sent(wanted): Sent<Rename>,
) -> Answer<Json<Person>> {
    app.desk.rename(&seat, &wanted.name).await?;
    Ok(Json(app.desk.person(&seat).await?))
}

/// Deletes everything of a participant here, for good.
#[utoipa::path(delete, path = "/people/{seat}", operation_id = "erase_person", tag = "people", params(("seat" = String, Path, description = "Id of the seat")), responses(
    (status = 204, description = "Nothing is left; what the laptop has stays there"),
    (status = 404, description = "There is no such seat"),
))]
pub(super) async fn erase(State(app): State<HubApp>, Path(seat): Path<String>) -> Answer<StatusCode> {
    app.desk.erase(&seat).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The record of a run: its `data.json` without code and without the participant's id.
#[utoipa::path(get, path = "/people/{seat}/runs/{run}", operation_id = "get_record", tag = "people", params(("seat" = String, Path, description = "Id of the seat"), ("run" = String, Path, description = "Id of the run")), responses(
    (status = 200, description = "The record", body = serde_json::Value),
    (status = 404, description = "There is no such record, or it has not come yet"),
))]
pub(super) async fn record(
    State(app): State<HubApp>,
    Path((seat, run)): Path<(String, String)>,
) -> Answer<Json<Value>> {
    // Whether there is such a seat in this workshop: the database may hold others.
    let person = app.desk.person(&seat).await?;
    let gzip = app.desk.record(&seat, &run).await?;
    let gzip = gzip.ok_or_else(|| Problem::not_found("record of the run", &run))?;
    let read = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        GzDecoder::new(&*gzip).read_to_string(&mut text).map_err(Problem::internal)?;
        serde_json::from_str::<Value>(&text).map_err(Problem::internal)
    });
    let mut record = read.await.map_err(Problem::internal)??;
    record["participant"] = serde_json::json!({ "id": seat, "name": person.row.name });
    Ok(Json(record))
}

/// A hand with its note, and the code that was shown with it.
#[utoipa::path(get, path = "/people/{seat}/hands/{hand}", operation_id = "get_hand", tag = "people", params(("seat" = String, Path, description = "Id of the seat"), ("hand" = String, Path, description = "Id of the hand")), responses(
    (status = 200, description = "The hand", body = HandView),
    (status = 404, description = "There is no such hand"),
))]
pub(super) async fn hand(
    State(app): State<HubApp>,
    Path((seat, hand)): Path<(String, String)>,
) -> Answer<Json<HandView>> {
    Ok(Json(app.desk.hand(&seat, &hand).await?))
}

impl Body for HelpedAsk {
    const EXAMPLE: &str = r#"{"hand":"id of the hand"}"#;
}

/// Help came: the hand goes down.
#[utoipa::path(post, path = "/people/{seat}/helped", operation_id = "helped", tag = "people", params(("seat" = String, Path, description = "Id of the seat")), request_body = HelpedAsk, responses(
    (status = 200, description = "It is down", body = Done),
    (status = 404, description = "There is no such seat"),
))]
pub(super) async fn helped(
    State(app): State<HubApp>,
    Path(seat): Path<String>,
    Sent(asked): Sent<HelpedAsk>,
) -> Answer<Json<Done>> {
    let seq = app.desk.act(WorkshopEvent::Helped { seat, hand: asked.hand }, None).await?;
    Ok(Json(Done { seq }))
}

/// Takes a participant out: the token ends, the results stay. Undo lets them in again.
#[utoipa::path(post, path = "/people/{seat}/remove", operation_id = "remove_person", tag = "people", params(("seat" = String, Path, description = "Id of the seat")), responses(
    (status = 200, description = "It is out", body = Done),
    (status = 404, description = "There is no such seat"),
))]
pub(super) async fn remove(State(app): State<HubApp>, Path(seat): Path<String>) -> Answer<Json<Done>> {
    let seq = app.desk.act(WorkshopEvent::Removed { seat }, None).await?;
    Ok(Json(Done { seq }))
}

/// Makes a new recovery code, for somebody who has lost theirs with the laptop. It is told this once.
#[utoipa::path(post, path = "/people/{seat}/recovery", operation_id = "new_recovery", tag = "people", params(("seat" = String, Path, description = "Id of the seat")), responses(
    (status = 200, description = "The code", body = Recovery),
    (status = 404, description = "There is no such seat"),
))]
pub(super) async fn recovery(State(app): State<HubApp>, Path(seat): Path<String>) -> Answer<Json<Recovery>> {
    Ok(Json(Recovery { recovery: app.desk.new_recovery(&seat).await? }))
}

/// How ready each laptop is.
#[utoipa::path(get, path = "/ready", operation_id = "list_readiness", tag = "people", responses(
    (status = 200, description = "Those that have told", body = Vec<SeatReadiness>),
))]
pub(super) async fn ready(State(app): State<HubApp>) -> Answer<Json<Vec<SeatReadiness>>> {
    Ok(Json(app.desk.readiness().await?))
}
