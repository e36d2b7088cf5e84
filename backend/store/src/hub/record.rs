//! The records of finished runs: what comes after the event that told of one.

use sqlx::AnyConnection;

use super::seat;

/// That the record of a run is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRecord {
    /// Id of the seat.
    pub seat: String,
    /// Id of the run.
    pub run: String,
}

/// What came of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKept {
    /// It is kept now.
    New,
    /// It was there already.
    Same,
    /// Another record of this run is there. Nothing was changed.
    Other,
    /// There is no such seat. Nothing was changed.
    NoSeat,
}

pub(super) async fn all(connection: &mut AnyConnection, workshop: &str) -> sqlx::Result<Vec<KeptRecord>> {
    let rows = sqlx::query_as(
        "SELECT seat, run FROM hub_records JOIN seats ON seats.id = hub_records.seat WHERE seats.workshop = $1 \
         ORDER BY seats.place, run",
    );
    let rows: Vec<(String, String)> = rows.bind(workshop).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(seat, run)| KeptRecord { seat, run }).collect())
}

pub(super) async fn put(
    connection: &mut AnyConnection,
    seat: &str,
    run: &str,
    digest: &str,
    gzip: &[u8],
) -> sqlx::Result<RecordKept> {
    if seat::workshop_of(connection, seat).await?.is_none() {
        return Ok(RecordKept::NoSeat);
    }
    let kept: Option<String> = sqlx::query_scalar("SELECT digest FROM hub_records WHERE seat = $1 AND run = $2")
        .bind(seat)
        .bind(run)
        .fetch_optional(&mut *connection)
        .await?;
    match kept {
        Some(kept) if kept == digest => return Ok(RecordKept::Same),
        Some(_) => return Ok(RecordKept::Other),
        None => {}
    }
    sqlx::query("INSERT INTO hub_records (seat, run, digest, record) VALUES ($1, $2, $3, $4)")
        .bind(seat)
        .bind(run)
        .bind(digest)
        .bind(gzip)
        .execute(connection)
        .await?;
    Ok(RecordKept::New)
}

pub(super) async fn get(connection: &mut AnyConnection, seat: &str, run: &str) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar("SELECT record FROM hub_records WHERE seat = $1 AND run = $2")
        .bind(seat)
        .bind(run)
        .fetch_optional(connection)
        .await
}
