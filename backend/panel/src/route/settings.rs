//! What the participant has chosen, and where things are.

use axum::{Json, extract::State, http::StatusCode};
use brownout_core::{
    setup::{ChangeSettings, Settings},
    wire::LiveItem,
};

use super::ask::{Body, Sent};
use crate::{
    app::App,
    problem::{Answer, Problem, sentence},
    settings,
};

/// What the participant has chosen, and where things are.
#[utoipa::path(get, path = "/settings", operation_id = "get_settings", tag = "setup", responses(
    (status = 200, description = "The settings", body = Settings),
))]
pub(super) async fn show(State(app): State<App>) -> Answer<Json<Settings>> {
    let lab = app.stack.endpoints();
    Ok(Json(Settings {
        name: settings::name(&app.store).await?,
        editor: settings::editor(&app.store).await?,
        data_dir: app.data_dir.display().to_string(),
        root: app.catalog.root().display().to_string(),
        panel: app.url.clone(),
        api: lab.api,
        worker: lab.worker,
    }))
}

impl Body for ChangeSettings {
    const EXAMPLE: &str = r#"{"name":"Ada","editor":{"kind":"vscode"}}"#;
}

/// Changes what the body names, the rest stays.
#[utoipa::path(put, path = "/settings", operation_id = "change_settings", tag = "setup", request_body = ChangeSettings, responses(
    (status = 200, description = "The settings as they are now", body = Settings),
    (status = 422, description = "This cannot be chosen; nothing was changed"),
))]
pub(super) async fn change(State(app): State<App>, Sent(wanted): Sent<ChangeSettings>) -> Answer<Json<Settings>> {
    let change = settings::checked(wanted).map_err(|error| {
        let title = "This cannot be chosen";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "setting", title, sentence(&error.to_string()))
    })?;
    settings::keep(&app.store, &change).await?;
    app.feed.publish(LiveItem::Settings);
    // The name stands on the leaderboard.
    app.feed.publish(LiveItem::History);
    show(State(app)).await
}
