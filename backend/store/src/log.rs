//! The streams of events: appending in order, reading back.

use brownout_core::event::{Body, Envelope, RunEnvelope, RunEvent, SessionEnvelope};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Sqlite, SqliteConnection, SqliteExecutor, Transaction};

use crate::{
    error::StoreError,
    projection,
    store::{Store, signed, unsigned},
};

impl Store {
    /// Appends an event to its run and brings the run's row up to date, both or neither.
    /// The same event again changes nothing.
    ///
    /// # Errors
    /// When the stream is not `run/<id>`, an event before this one is missing, the number is taken by another event,
    /// the first event is not `started`, or the history cannot be written.
    pub async fn append_run(&self, event: &RunEnvelope) -> Result<(), StoreError> {
        let id = id_of(&event.stream, RUN, "run/<id>")?;
        let known = event.body.known();
        if event.seq == 1 && !matches!(known, Some(RunEvent::Started(started)) if started.run == id) {
            return Err(StoreError::Headless { stream: event.stream.clone() });
        }
        let mut transaction = self.begin().await?;
        let added = append(&mut transaction, event).await?;
        if added && matches!(known, Some(RunEvent::Started(_) | RunEvent::Finished(_))) {
            projection::project(&mut transaction, id).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Appends an event to its session. The same event again changes nothing.
    ///
    /// # Errors
    /// As [`Store::append_run`], for `session/<participant>`.
    pub async fn append_session(&self, event: &SessionEnvelope) -> Result<(), StoreError> {
        id_of(&event.stream, SESSION, "session/<participant>")?;
        let mut transaction = self.begin().await?;
        append(&mut transaction, event).await?;
        Ok(transaction.commit().await?)
    }

    /// Events of a run after `after_seq`, in order; 0 gives all. Empty for a run that is not there.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn run_events(&self, id: &str, after_seq: u64) -> Result<Vec<RunEnvelope>, StoreError> {
        read(&self.readers, format!("{RUN}{id}"), after_seq).await
    }

    /// Events of a participant's session after `after_seq`, in order; 0 gives all.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn session_events(&self, participant: &str, after_seq: u64) -> Result<Vec<SessionEnvelope>, StoreError> {
        read(&self.readers, format!("{SESSION}{participant}"), after_seq).await
    }

    /// The same in pages: at most so many events after `after_seq`.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn session_page(
        &self,
        participant: &str,
        after_seq: u64,
        most: u32,
    ) -> Result<Vec<SessionEnvelope>, StoreError> {
        read_page(&self.readers, format!("{SESSION}{participant}"), after_seq, i64::from(most)).await
    }

    /// Number of the last event of a participant's session; 0 when there is none.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn last_session_seq(&self, participant: &str) -> Result<u64, StoreError> {
        last_seq(&self.readers, &format!("{SESSION}{participant}")).await
    }
}

/// Streams of runs begin with this.
pub(crate) const RUN: &str = "run/";
/// Streams of sessions begin with this.
const SESSION: &str = "session/";

fn id_of<'a>(stream: &'a str, kind: &str, expected: &'static str) -> Result<&'a str, StoreError> {
    let id = stream.strip_prefix(kind).filter(|id| !id.is_empty());
    id.ok_or_else(|| StoreError::Stream { stream: stream.to_owned(), expected })
}

/// Appends; `false` when the event was there already.
async fn append<E: Serialize>(
    transaction: &mut Transaction<'static, Sqlite>,
    event: &Envelope<E>,
) -> Result<bool, StoreError> {
    let Envelope { v, stream, seq, wall_ms, run_us, body } = event;
    let body = serde_json::to_string(body).map_err(|source| json(stream, *seq, source))?;
    let last = last_seq(&mut **transaction, stream).await?;
    if (1..=last).contains(seq) {
        let kept: (i64, Option<i64>, String) =
            sqlx::query_as("SELECT wall_ms, run_us, body FROM events WHERE stream = $1 AND seq = $2")
                .bind(stream)
                .bind(signed(*seq))
                .fetch_one(&mut **transaction)
                .await?;
        return match kept == (signed(*wall_ms), run_us.map(signed), body) {
            true => Ok(false),
            false => Err(StoreError::Conflict { stream: stream.clone(), seq: *seq }),
        };
    }
    if *seq != last + 1 {
        return Err(StoreError::Gap { stream: stream.clone(), seq: *seq, last });
    }
    sqlx::query("INSERT INTO events (stream, seq, v, wall_ms, run_us, body) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(stream)
        .bind(signed(*seq))
        .bind(i64::from(*v))
        .bind(signed(*wall_ms))
        .bind(run_us.map(signed))
        .bind(body)
        .execute(&mut **transaction)
        .await?;
    Ok(true)
}

async fn last_seq(database: impl SqliteExecutor<'_>, stream: &str) -> Result<u64, StoreError> {
    let last: Option<i64> =
        sqlx::query_scalar("SELECT MAX(seq) FROM events WHERE stream = $1").bind(stream).fetch_one(database).await?;
    Ok(last.map_or(0, unsigned))
}

/// All events of a run within a transaction.
pub(crate) async fn events_of(connection: &mut SqliteConnection, id: &str) -> Result<Vec<RunEnvelope>, StoreError> {
    read(connection, format!("{RUN}{id}"), 0).await
}

async fn read<E: DeserializeOwned>(
    database: impl SqliteExecutor<'_>,
    stream: String,
    after_seq: u64,
) -> Result<Vec<Envelope<E>>, StoreError> {
    read_page(database, stream, after_seq, i64::MAX).await
}

async fn read_page<E: DeserializeOwned>(
    database: impl SqliteExecutor<'_>,
    stream: String,
    after_seq: u64,
    most: i64,
) -> Result<Vec<Envelope<E>>, StoreError> {
    let rows: Vec<(i64, i64, i64, Option<i64>, String)> = sqlx::query_as(
        "SELECT seq, v, wall_ms, run_us, body FROM events WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(&stream)
    .bind(signed(after_seq))
    .bind(most)
    .fetch_all(database)
    .await?;
    let events = rows.into_iter().map(|(seq, v, wall_ms, run_us, body)| {
        let seq = unsigned(seq);
        let body: Body<E> = serde_json::from_str(&body).map_err(|source| json(&stream, seq, source))?;
        let v = u16::try_from(v).unwrap_or(u16::MAX);
        Ok(Envelope { v, stream: stream.clone(), seq, wall_ms: unsigned(wall_ms), run_us: run_us.map(unsigned), body })
    });
    events.collect()
}

fn json(stream: &str, seq: u64, source: serde_json::Error) -> StoreError {
    StoreError::Json { stream: stream.to_owned(), seq, source }
}
