//! What a participant's panel sends: events in order, and the records of runs.

use std::io::Read;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use brownout_core::hub::shipment::{Shipment, Shipped};
use brownout_hub::{HubError, RecordIn, ShipmentIn};
use brownout_report::Record;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::{not_gzip, too_large};
use crate::{
    hub::{HubApp, caller::Seat},
    problem::{Answer, Problem},
    route::ask::{Body, Sent},
};

/// Bytes of the longest record as it comes.
pub(super) const RECORD_PACKED: usize = 256 * 1024;
/// Bytes of the longest record before compression.
const RECORD: u64 = 4 * 1024 * 1024;

impl Body for ShipmentIn {
    const EXAMPLE: &str = r#"{"stream":"session/…","from":1,"first":1,"events":[…],"sent_ms":1763999990000}"#;
}

/// Takes what is new of a part of a stream. Repetitions and gaps are no error: the answer says what is here.
#[utoipa::path(post, path = "/seat/events", operation_id = "ship_events", tag = "seat", request_body = Shipment, responses(
    (status = 200, description = "What the hub has now", body = Shipped),
    (status = 413, description = "More than 200 kB as it came, or 1 MB unpacked"),
    (status = 422, description = "Events that cannot be right, or of another's stream; nothing was taken"),
    (status = 503, description = "The hub is busy or its database refuses; nothing was taken"),
))]
pub(super) async fn events(
    State(app): State<HubApp>,
    Seat(seat): Seat,
    Sent(shipment): Sent<ShipmentIn>,
) -> Answer<Json<Shipped>> {
    Ok(Json(app.desk.take(&seat, shipment).await?))
}

/// Keeps the record of a finished run: its `data.json` without the code, gzip.
///
/// `Repr-Digest: sha-256=:…:` (RFC 9530) is that of the text before compression.
#[utoipa::path(put, path = "/seat/runs/{run}", operation_id = "put_record", tag = "seat", params(("run" = String, Path, description = "Id of the run")), request_body(content = serde_json::Value, content_type = "application/json"), responses(
    (status = 201, description = "It is kept"),
    (status = 204, description = "It was kept already"),
    (status = 404, description = "No event told of such a run of this seat"),
    (status = 409, description = "Another record of the run is kept"),
    (status = 413, description = "More than 256 kB as it came, or 4 MB unpacked"),
    (status = 415, description = "Not gzip"),
    (status = 422, description = "It cannot be read, or says something else than the event; it is not wanted again"),
))]
pub(super) async fn record(
    State(app): State<HubApp>,
    Seat(seat): Seat,
    Path(run): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<StatusCode> {
    if headers.get(header::CONTENT_ENCODING).is_none_or(|form| form != "gzip") {
        return Err(not_gzip());
    }
    let digest = headers.get("repr-digest").map(|value| value.to_str().unwrap_or_default().to_owned());
    let id = run.clone();
    // Some ten milliseconds of one core, which other tasks should not wait for.
    let read = tokio::task::spawn_blocking(move || read(id, digest.as_deref(), &body)).await;
    match read.map_err(Problem::internal)? {
        Ok(record) => match app.desk.put_record(&seat, record).await {
            Ok(true) => Ok(StatusCode::CREATED),
            Ok(false) => Ok(StatusCode::NO_CONTENT),
            Err(error) => {
                if matches!(error, HubError::Unfit { .. }) {
                    app.desk.unwant(&seat, &run);
                }
                Err(error.into())
            }
        },
        Err(problem) => {
            // What cannot be read today cannot be read tomorrow.
            app.desk.unwant(&seat, &run);
            Err(problem)
        }
    }
}

/// What is in a record.
pub(super) fn read(run: String, digest: Option<&str>, gzip: &[u8]) -> Answer<RecordIn> {
    let mut text = String::new();
    let unpacked = GzDecoder::new(gzip).take(RECORD + 1).read_to_string(&mut text);
    unpacked.map_err(|error| unreadable(&run, &format!("it cannot be unpacked ({error})")))?;
    if text.len() as u64 > RECORD {
        return Err(too_large());
    }
    let hash = Sha256::digest(&text);
    let told = digest.and_then(|list| list.split(',').find_map(|one| one.trim().strip_prefix("sha-256=:")));
    if let Some(told) = told.map(|told| told.trim_end_matches(':'))
        && told != STANDARD.encode(hash)
    {
        return Err(unreadable(&run, "its digest is another one; it was damaged on the way"));
    }
    let record = Record::read(&text).map_err(|error| unreadable(&run, &error.to_string()))?;
    if !record.code.is_empty() {
        return Err(unreadable(&run, "it holds code, which stays on the laptop"));
    }
    Ok(RecordIn {
        run,
        digest: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        gzip: gzip.to_vec(),
        says_run: record.run,
        scenario: record.case,
        score: record.score,
        ranked: record.ranked,
    })
}

fn unreadable(run: &str, why: &str) -> Problem {
    let run: String = run.chars().take(40).collect();
    let detail = format!("The record of the run `{run}` cannot be kept: {why}.");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-record", "The record cannot be kept", detail)
}
