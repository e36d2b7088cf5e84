//! After a workshop, and what comes in by another way: summary, archive, survey, imports.

use axum::{Json, body::Bytes, extract::State, http::StatusCode, response::Response};
use brownout_core::hub::{
    archive::Summary,
    page::{Imported, SurveyResults},
};
use brownout_hub::archive;
use serde::Deserialize;

use super::outbox;
use crate::{
    attachment::attachment,
    clock::wall_ms,
    hub::{HubApp, refused::sentence},
    outbox::export::{ExportError, Sealed},
    problem::{Answer, Problem},
    uplink::gzip,
};

/// Counts over all: how scores are distributed, where people stood still, which hints were taken, how long cases took.
#[utoipa::path(get, path = "/summary", operation_id = "get_summary", tag = "after", responses(
    (status = 200, description = "The counts", body = Summary),
))]
pub(super) async fn summary(State(app): State<HubApp>) -> Answer<Json<Summary>> {
    Ok(Json(app.desk.summary().await?))
}

/// The workshop as one file: display names and numbers, no ids of laptops, no notes, no messages. Gzip of an `Archive`.
#[utoipa::path(get, path = "/archive", operation_id = "get_archive", tag = "after", responses(
    (status = 200, description = "The file", body = Vec<u8>, content_type = "application/gzip"),
))]
pub(super) async fn archive(State(app): State<HubApp>) -> Answer<Response> {
    let archive = app.desk.archive().await?;
    let name = archive::file_name(&archive, &brownout_report::day(wall_ms()));
    let packed = tokio::task::spawn_blocking(move || archive::pack(&archive)).await.map_err(Problem::internal)??;
    Ok(attachment("application/gzip", &name, packed))
}

/// Takeaways that were ticked and answers that were given, counted so that nobody can be recognised.
#[utoipa::path(get, path = "/survey", operation_id = "get_survey", tag = "after", responses(
    (status = 200, description = "The counts", body = SurveyResults),
))]
pub(super) async fn survey(State(app): State<HubApp>) -> Answer<Json<SurveyResults>> {
    Ok(Json(app.desk.survey().await?))
}

/// Takes a file that a participant has written with `brownout outbox export`, where the outbox itself cannot send. What is
/// here already changes nothing.
#[utoipa::path(post, path = "/import", operation_id = "import_export", tag = "after", request_body(content = Vec<u8>, content_type = "application/gzip"), responses(
    (status = 200, description = "What was new and what was here", body = Imported),
    (status = 413, description = "More than 16 MB"),
    (status = 422, description = "It is no such file, of another workshop, or not as it was written; nothing was taken"),
))]
pub(super) async fn import(State(app): State<HubApp>, file: Bytes) -> Answer<Json<Imported>> {
    let sealed = unpacked(move || Sealed::read(&file)).await?;
    if sealed.workshop != app.desk.workshop() {
        return Err(unfit(
            "This export is of another workshop. Ask for one that was written while its panel was in this one.",
        ));
    }
    let seat = sealed.seat.clone();
    let key = app.desk.export_key(&seat).await?;
    let export = unpacked(move || sealed.open(|bytes, mac| key.signed(bytes, mac))).await?;
    let mut came = Imported { name: app.desk.person(&seat).await?.row.name, ..Imported::default() };
    let now_ms = app.desk.look(|_, now_ms| now_ms).await?;
    for shipment in export.sent_at(now_ms) {
        let (first, count) = (shipment.first, shipment.events.len() as u32);
        let last = shipment.events.last().map_or(0, |event| event.seq);
        let shipped = app.desk.take(&seat, shipment).await?;
        came.events += shipped.new;
        if shipped.have < last {
            came.refused
                .push(format!("Events from {first} on: what was between {} and them is not here.", shipped.have));
        } else {
            came.known_events += count.saturating_sub(shipped.new);
        }
    }
    for record in export.runs {
        match keep(&app, &seat, record.get().to_owned()).await {
            Ok(true) => came.records += 1,
            Ok(false) => came.known_records += 1,
            Err(problem) => came.refused.push(problem.detail().to_owned()),
        }
    }
    Ok(Json(came))
}

/// Keeps a record of an export as if it had been sent; whether it is new.
async fn keep(app: &HubApp, seat: &str, text: String) -> Answer<bool> {
    #[derive(Deserialize)]
    struct Named {
        run: String,
    }
    let read = tokio::task::spawn_blocking(move || {
        let Named { run } =
            serde_json::from_str(&text).map_err(|error| unfit(format!("A record has no id: {error}.")))?;
        outbox::read(run, None, &gzip(text.as_bytes()))
    });
    let record = read.await.map_err(Problem::internal)??;
    Ok(app.desk.put_record(seat, record).await?)
}

/// Some ten milliseconds of one core, which other tasks should not wait for.
async fn unpacked<T: Send + 'static>(unpack: impl FnOnce() -> Result<T, ExportError> + Send + 'static) -> Answer<T> {
    let unpacked = tokio::task::spawn_blocking(unpack).await.map_err(Problem::internal)?;
    unpacked.map_err(|error| unfit(sentence(&error.to_string())))
}

fn unfit(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit", "This cannot be taken", detail)
}
