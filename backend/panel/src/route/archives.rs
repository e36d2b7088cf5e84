//! Workshops that are over: archives that a hub wrote, kept here until they are erased, each with its page.

use axum::{
    Json,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::StatusCode,
    response::Response,
};
use brownout_core::hub::archive::ArchiveCard;
use brownout_hub::{HubError, archive::MOST_FILE_BYTES};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::reports::page;
use crate::{
    app::App,
    archives::ArchivesError,
    problem::{Answer, Problem, sentence},
};

/// The archives that are kept here, the newest workshop first.
#[utoipa::path(get, path = "/archives", operation_id = "list_archives", tag = "archives", responses(
    (status = 200, description = "Their cards", body = Vec<ArchiveCard>),
))]
pub(super) async fn list(State(app): State<App>) -> Answer<Json<Vec<ArchiveCard>>> {
    Ok(Json(app.archives.list().await?))
}

/// Keeps the archive of a workshop: the file that a hub's page After saves, as it is. The same file twice is one.
#[utoipa::path(post, path = "/archives", operation_id = "keep_archive", tag = "archives", request_body(content = Vec<u8>, content_type = "application/gzip"), responses(
    (status = 200, description = "Its card, with the path of its page", body = ArchiveCard),
    (status = 413, description = "More than 32 MB"),
    (status = 422, description = "It is no archive, damaged, or of a newer version; nothing was kept"),
))]
pub(super) async fn keep(State(app): State<App>, file: Result<Bytes, BytesRejection>) -> Answer<Json<ArchiveCard>> {
    let file = file.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let detail = format!(
                "The file has more than {} MB; no workshop makes so many. Choose the archive of a workshop.",
                MOST_FILE_BYTES >> 20
            );
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The file is too large", detail)
        }
        status => Problem::new(status, "bad-body", "The file did not come", sentence(&rejection.body_text())),
    })?;
    Ok(Json(app.archives.keep(file).await?))
}

/// The route that takes more than others do.
pub(super) fn keeping() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(keep)).layer(DefaultBodyLimit::max(MOST_FILE_BYTES))
}

/// Erases an archive and its page for good.
#[utoipa::path(delete, path = "/archives/{id}", operation_id = "erase_archive", tag = "archives", params(("id" = String, Path, description = "Id of the archive")), responses(
    (status = 204, description = "It is gone"),
    (status = 404, description = "There is no such archive"),
))]
pub(super) async fn erase(State(app): State<App>, Path(id): Path<String>) -> Answer<StatusCode> {
    match app.archives.erase(&id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("archive", &id)),
    }
}

/// The page of a workshop: who took part, what they met, each case, takeaways and survey. One file, as reports are.
#[utoipa::path(get, path = "/archives/{id}", operation_id = "get_archive_page", tag = "archives", params(("id" = String, Path, description = "Id of the archive")), responses(
    (status = 200, description = "The page", body = String, content_type = "text/html"),
    (status = 404, description = "There is no such archive"),
))]
pub(super) async fn html(State(app): State<App>, Path(id): Path<String>) -> Answer<Response> {
    match app.archives.page(&id).await? {
        Some(workshop) => Ok(page(workshop.into_bytes())),
        None => Err(Problem::not_found("archive", &id)),
    }
}

impl From<ArchivesError> for Problem {
    fn from(error: ArchivesError) -> Self {
        match error {
            ArchivesError::Unfit(HubError::Unfit { why }) => {
                let (status, title) = (StatusCode::UNPROCESSABLE_ENTITY, "The archive cannot be opened");
                Problem::new(status, "no-archive", title, sentence(&why))
            }
            error @ ArchivesError::Kept { .. } => {
                let title = "The archive could not be kept";
                Problem::new(StatusCode::INSUFFICIENT_STORAGE, "not-written", title, sentence(&error.to_string()))
            }
            error => Problem::internal(error),
        }
    }
}
