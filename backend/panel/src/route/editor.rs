//! Opens a file in the participant's editor.

use axum::{extract::State, http::StatusCode};
use brownout_core::setup::OpenFile;

use super::ask::{Body, Sent};
use crate::{
    app::App,
    editor::{self, EditorError},
    problem::{Answer, Problem},
    settings,
};

impl Body for OpenFile {
    const EXAMPLE: &str = r#"{"file":"lab/src/cases/timeouts.rs","line":31}"#;
}

/// Starts the participant's editor on a file of the repository.
#[utoipa::path(post, path = "/editor", operation_id = "open_file", tag = "setup", request_body = OpenFile, responses(
    (status = 202, description = "The editor was started"),
    (status = 403, description = "The file lies outside the repository"),
    (status = 404, description = "There is no such file"),
    (status = 409, description = "No editor is chosen that the panel can start"),
    (status = 422, description = "The editor did not start"),
))]
pub(super) async fn open(State(app): State<App>, Sent(wanted): Sent<OpenFile>) -> Answer<StatusCode> {
    let path = editor::inside(app.catalog.root(), &wanted.file).map_err(problem)?;
    let chosen = settings::editor(&app.store).await?;
    let environment: Vec<String> = ["VISUAL", "EDITOR"].iter().filter_map(|name| std::env::var(name).ok()).collect();
    let words = editor::command(&chosen, &environment, &path, wanted.line).map_err(problem)?;
    editor::launch(&words, &app.data_dir).await.map_err(problem)?;
    Ok(StatusCode::ACCEPTED)
}

fn problem(error: EditorError) -> Problem {
    let (status, kind, title) = match &error {
        EditorError::Outside { .. } => (StatusCode::FORBIDDEN, "outside", "Outside the repository"),
        EditorError::NoFile { .. } => (StatusCode::NOT_FOUND, "not-found", "Not found"),
        EditorError::NoCommand | EditorError::ByLink { .. } => {
            (StatusCode::CONFLICT, "no-editor", "No editor to start")
        }
        EditorError::Start { .. } | EditorError::Failed { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "editor", "The editor did not start")
        }
    };
    Problem::new(status, kind, title, format!("{error}."))
}
