//! What a facilitator says and shows: messages, hints, the frozen board, hidden names; and undo.

use axum::{
    Json,
    extract::{Path, State},
};
use brownout_core::{
    hub::{
        event::WorkshopEvent,
        message::{LONGEST_TEXT, Message, Said},
        page::{Done, Say, Undo},
    },
    name::shown_text,
};
use uuid::Uuid;

use super::seen::Seen;
use crate::{
    hub::HubApp,
    problem::Answer,
    route::ask::{Body, Sent},
};

impl Body for Say {
    const EXAMPLE: &str = r#"{"to":"all","what":{"announcement":{"text":"Five more minutes."}}}"#;
}

/// Says something to one, some or all: a text, a prepared hint of a case, an announcement, or that the survey is open.
#[utoipa::path(post, path = "/messages", operation_id = "say", tag = "workshop", request_body = Say, responses(
    (status = 200, description = "It was said", body = Done),
    (status = 422, description = "It reaches nobody, or it is no message"),
))]
pub(super) async fn say(State(app): State<HubApp>, Sent(say): Sent<Say>) -> Answer<Json<Done>> {
    let what = match say.what {
        Said::Text { text } => Said::Text { text: shown_text(&text, LONGEST_TEXT) },
        Said::Announcement { text } => Said::Announcement { text: shown_text(&text, LONGEST_TEXT) },
        other @ (Said::Hint { .. } | Said::Survey) => other,
    };
    let message = Message { id: Uuid::new_v4().to_string(), to: say.to, what };
    act(&app, WorkshopEvent::Said { message }).await
}

/// Takes a message back: it disappears from every screen that has not dismissed it.
#[utoipa::path(delete, path = "/messages/{id}", operation_id = "unsay", tag = "workshop", params(("id" = String, Path, description = "Id of the message")), responses(
    (status = 200, description = "It is taken back", body = Done),
))]
pub(super) async fn unsay(State(app): State<HubApp>, Path(message): Path<String>) -> Answer<Json<Done>> {
    act(&app, WorkshopEvent::Unsaid { message }).await
}

/// The board as participants and screens see it stands still.
#[utoipa::path(post, path = "/freeze", operation_id = "freeze", tag = "workshop", responses(
    (status = 200, description = "It stands still", body = Done),
))]
pub(super) async fn freeze(State(app): State<HubApp>) -> Answer<Json<Done>> {
    act(&app, WorkshopEvent::Frozen).await
}

/// The board moves again and shows everything.
#[utoipa::path(post, path = "/reveal", operation_id = "reveal", tag = "workshop", responses(
    (status = 200, description = "It moves", body = Done),
))]
pub(super) async fn reveal(State(app): State<HubApp>) -> Answer<Json<Done>> {
    act(&app, WorkshopEvent::Revealed).await
}

/// Hides names of others on participants' screens and on the wall.
#[utoipa::path(post, path = "/hide", operation_id = "hide_names", tag = "workshop", responses(
    (status = 200, description = "They are hidden", body = Done),
))]
pub(super) async fn hide(State(app): State<HubApp>) -> Answer<Json<Done>> {
    act(&app, WorkshopEvent::NamesHidden { hidden: true }).await
}

/// Shows the names again.
#[utoipa::path(post, path = "/show", operation_id = "show_names", tag = "workshop", responses(
    (status = 200, description = "They are shown", body = Done),
))]
pub(super) async fn show(State(app): State<HubApp>) -> Answer<Json<Done>> {
    act(&app, WorkshopEvent::NamesHidden { hidden: false }).await
}

impl Body for Undo {
    const EXAMPLE: &str = r#"{"seq":42}"#;
}

/// Undoes something by its number: a freeze, a message, a step of the clock, a removal.
#[utoipa::path(post, path = "/undo", operation_id = "undo", tag = "workshop", request_body = Undo, responses(
    (status = 200, description = "It is undone", body = Done),
    (status = 412, description = "Somebody did something since"),
    (status = 422, description = "There is no such event, or it cannot be undone"),
))]
pub(super) async fn undo(State(app): State<HubApp>, Seen(seen): Seen, Sent(undo): Sent<Undo>) -> Answer<Json<Done>> {
    let seq = app.desk.act(WorkshopEvent::Undone { seq: undo.seq }, seen).await?;
    Ok(Json(Done { seq }))
}

async fn act(app: &HubApp, event: WorkshopEvent) -> Answer<Json<Done>> {
    let seq = app.desk.act(event, None).await?;
    Ok(Json(Done { seq }))
}
